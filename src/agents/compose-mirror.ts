import { systemClock } from '../base/clock.ts';
import { McsError } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import { accessForContext, inClusterAccess, loadKubeconfig } from '../kube/access.ts';
import type { ClusterAccess, KubeClient } from '../kube/client.ts';
import { MIRROR_NAMESPACE } from '../api/names.ts';
import { CROSS_CLUSTER_SECRET } from '../mirror/config/cross-cluster-settings.ts';
import { targetChoice } from '../mirror/config/mirror-settings.ts';
import { flagOf, textOf } from '../mirror/config/option-table.ts';
import { namesSources } from '../mirror/config/own-settings.ts';
import type { MirrorArgs } from '../mirror/config/parse-args.ts';
import { DEFAULT_MIRROR_NAME } from '../mirror/config/parse-mirror-file.ts';
import { reflectorEmitter } from '../mirror/config/reflector-emitter.ts';
import { checkName } from '../mirror/config/source-settings.ts';
import { composeEmitter } from './compose-emitter.ts';
import { ConfiguredMirror, type ConfiguredMirrorOptions } from './configured-mirror.ts';
import { createErrorReporter, type ErrorReporter } from './error-reporter.ts';
import type { AgentContext, ComposedAgent } from './run-agent.ts';

/** The cluster that is written to: as flags name it, else that of the pod. */
export async function targetAccess(args: MirrorArgs, { env, runtime }: Pick<AgentContext, 'env' | 'runtime'>): Promise<ClusterAccess> {
  const { kubeconfig, context } = targetChoice(args, env);
  if (kubeconfig === undefined && context === undefined && env.KUBERNETES_SERVICE_HOST) return inClusterAccess(runtime, env);
  return accessForContext(await loadKubeconfig({ env, ...(kubeconfig !== undefined && { kubeconfig }) }), context, { env });
}

/** Without sources in its flags, a mirror without a preset is told them by the ConfigMap and the Secret of its installation. */
function settingsFrom({ preset, values }: MirrorArgs, namespace: string | undefined): ConfiguredMirrorOptions['from'] {
  if (preset !== 'none' || namesSources(values)) return { kind: 'flags', ...(namespace !== undefined && { namespace }) };
  const ignored = Object.keys(values).find((name) => values[name] !== undefined && !['name', 'namespace', 'kubeconfig', 'context'].includes(name));
  if (ignored !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${ignored} without a source: the ConfigMap of the installation says all of it`, { hints: ['--source <name>=<kubeconfig>', '--config mirror.yaml'] });
  return { kind: 'objects', name: checkName(textOf(values, 'name') ?? DEFAULT_MIRROR_NAME, '--name'), namespace: textOf(values, 'namespace') ?? namespace ?? MIRROR_NAMESPACE };
}

/** Sends what waits when everything else has ended. */
function flushing(errors: ErrorReporter): Startable {
  return { name: 'error reports', start: () => Promise.resolve(), stop: () => errors.flush() };
}

/** What the process has for its mirror and emitter. */
export interface MirrorContext extends Pick<AgentContext, 'env' | 'environment' | 'runtime' | 'logger' | 'registry' | 'health' | 'version'> {
  readonly targetClient: KubeClient;
  readonly onSourceRequest?: ConfiguredMirrorOptions['onSourceRequest'];
  /** What kubeconfigs of sources may do; default: all, as those of the person who runs the process. */
  readonly kubeconfigRules?: ConfiguredMirrorOptions['kubeconfigRules'];
  /** Errors are not reported. */
  readonly mutesErrors: boolean;
  /** For a process that soon ends. */
  readonly leavesEmitterOut?: boolean;
}

export interface ComposedMirror extends ComposedAgent {
  /** Undefined with `--reflector=false`. */
  readonly mirror: ConfiguredMirror | undefined;
}

/** Mirror and emitter of one process, as the flags ask for them. Throws MCS_USAGE. */
export async function composeMirror(args: MirrorArgs, context: MirrorContext): Promise<ComposedMirror> {
  const { env, logger, health, version, mutesErrors } = context;
  const errors = mutesErrors ? undefined : await createErrorReporter({ env, version, onUnusable: (message) => logger.warn(message) });
  const parts: Startable[] = errors === undefined ? [] : [flushing(errors)];
  const mirror = args.preset === 'reflector' && flagOf(args.values, 'reflector') === false ? undefined : createMirror(args, context, errors);
  if (mirror !== undefined) {
    health.observe('mirror', () => mirror.readiness());
    parts.push(mirror);
  }
  const emitter = args.preset === 'reflector' && context.leavesEmitterOut !== true ? reflectorEmitter(args.values) : undefined;
  if (emitter !== undefined) parts.push(...composeEmitter(emitter, { ...context, client: context.targetClient }));
  // as there: the process lives, whatever it can do at present
  return { parts, mirror, ...(args.preset === 'reflector' && { routes: { '/health': () => ({ status: 'ok' }) } }) };
}

function createMirror(args: MirrorArgs, context: MirrorContext, errors: ErrorReporter | undefined): ConfiguredMirror {
  const { env, environment, runtime, logger, registry, version, targetClient, onSourceRequest, kubeconfigRules } = context;
  const namespace = env.POD_NAMESPACE || undefined;
  return new ConfiguredMirror({
    args,
    env,
    targetClient,
    from: settingsFrom(args, namespace),
    ...(kubeconfigRules && { kubeconfigRules }),
    ...(args.preset === 'reflector' && namespace !== undefined && { reflectorNamespace: namespace }),
    ...(args.preset === 'cross-cluster' && namespace !== undefined && { credentialSecret: { name: CROSS_CLUSTER_SECRET.name, namespace } }),
    identity: environment.podUID,
    simulated: runtime.simulated,
    version,
    registry,
    ...(onSourceRequest && { onSourceRequest }),
    clock: systemClock,
    logger,
    ...(errors && { errors }),
  });
}
