/** A mirror, in its Deployment `mcs-mirror-<name>`; with the reflector preset the emitter too. */
import packageJson from '../../package.json' with { type: 'json' };
import { McsError } from '../base/errors.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { createRequestCounter } from '../base/metrics.ts';
import type { KubeClient } from '../kube/client.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { flagOf } from '../mirror/config/option-table.ts';
import { type MirrorArgs, parseMirrorArgs } from '../mirror/config/parse-args.ts';
import { type ProcessOptions, processOptions } from '../mirror/config/process-options.ts';
import { observedClient } from '../mirror/observed-client.ts';
import { composeMirror, targetAccess } from './compose-mirror.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

/** Flags of a preset that say what the environment says otherwise. */
function environmentOf({ logLevel, health }: ProcessOptions, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    ...(logLevel !== undefined && logLevel !== 'none' && { MCS_LOG_LEVEL: logLevel }),
    ...(health !== undefined && { MCS_HEALTH_PORT: String(health.port) }),
    ...(health?.host !== undefined && { MCS_HEALTH_HOST: health.host }),
  };
}

/** A logger without what is above `info`. */
function withoutErrors(logger: Logger): Logger {
  const mute = (): void => undefined;
  return { ...logger, warn: mute, error: mute, child: (fields) => withoutErrors(logger.child(fields)) };
}

function loggerFor({ logLevel, mutesErrors }: ProcessOptions): (logger: Logger) => Logger {
  if (logLevel === 'none') return () => silentLogger;
  return mutesErrors ? withoutErrors : (logger) => logger;
}

/** Each write in the log. */
function logged(client: KubeClient, logger: Logger): KubeClient {
  return observedClient(client, ({ action, resource: { kind }, namespace, name }) => logger.debug('Wrote', { action, kind, namespace, name }));
}

async function compose(args: MirrorArgs, { mutesErrors }: ProcessOptions, context: AgentContext): Promise<ComposedAgent> {
  const countRequests = createRequestCounter(context.registry);
  const client = createKubeClient(await targetAccess(args, context), { userAgent: userAgentOf('mirror', context.version), onRequest: countRequests('local') });
  const targetClient = context.environment.logLevel === 'debug' ? logged(client, context.logger) : client;
  return composeMirror(args, { ...context, targetClient, onSourceRequest: countRequests('source'), kubeconfigRules: { isForeign: Boolean(context.env.KUBERNETES_SERVICE_HOST) }, mutesErrors });
}

async function run(args: MirrorArgs): Promise<void> {
  const options = processOptions(args, process.env);
  await runAgent({
    name: 'mirror',
    conditions: [],
    env: environmentOf(options, process.env),
    wrapLogger: loggerFor(options),
    compose: (context) => compose(args, options, context),
  });
}

try {
  const args = parseMirrorArgs(process.argv.slice(2));
  if (flagOf(args.values, 'version') === true) process.stdout.write(`mcs ${packageJson.version}\n`);
  else await run(args);
} catch (error) {
  if (!(error instanceof McsError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${error.hints.map((hint) => `  ${hint}\n`).join('')}`);
  process.exitCode = error.exitCode;
}
