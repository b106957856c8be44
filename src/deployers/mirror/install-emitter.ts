import { MIRROR_EMITTER } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject, Workload } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { parseEmitterArgs } from '../../mirror/emit/read-options.ts';
import { type DeployContext, type WaitFor, withPatience } from '../deploy-context.ts';
import { ensureGroup, planChanges } from '../ensure-group.ts';
import { type ImageOptions, imageVars } from '../images.ts';
import { type ManifestGroup, objectsOf, renderAll, toYaml } from '../manifests.ts';
import type { TemplateSource } from '../templates.ts';
import { Steps } from '../steps.ts';
import { waitForRollout } from '../wait-rollout.ts';
import { emitterFiles } from './emitter-secret.ts';
import { ensureSecret } from './ensure-secret.ts';
import { installQuestions } from './plan-install.ts';
import { filesOf, findNamesake, requireOurSecret } from './standing-mirror.ts';

export interface EmitterSelection {
  readonly selector?: string;
  readonly namespaces?: readonly string[];
  readonly exported: boolean;
}

export interface InstallEmitterOptions {
  readonly namespace: string;
  readonly selection: EmitterSelection;
  readonly images: ImageOptions;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface InstallEmitterResult {
  readonly namespace: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
}

const FOLDER = '/etc/mcs/emitter';

/** Arguments of the emitter's container. Throws MCS_USAGE for a selector that is none. */
export function emitterArgs({ selector, namespaces, exported }: EmitterSelection): string[] {
  const args = [
    `--token-file=${FOLDER}/tokens`,
    `--tls-cert-file=${FOLDER}/tls.crt`,
    `--tls-private-key-file=${FOLDER}/tls.key`,
    ...(selector !== undefined ? [`--selector=${selector}`] : []),
    ...(namespaces !== undefined ? [`--namespaces=${namespaces.join(',')}`] : []),
    ...(exported ? ['--exported'] : []),
  ];
  parseEmitterArgs(args);
  return args;
}

function withArgs(object: UnknownObject, args: readonly string[]): UnknownObject {
  if (object.kind !== 'Deployment') return object;
  const { spec } = object as unknown as Workload;
  const containers = spec.template.spec.containers.map((container) => ({ ...container, args }));
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
}

/** What an installed emitter has, but for the Secret with its certificate and tokens. */
export async function renderEmitter(source: TemplateSource, { namespace, selection, images, version }: Pick<InstallEmitterOptions, 'namespace' | 'selection' | 'images'> & { readonly version: string }): Promise<ManifestGroup[]> {
  const vars = { namespace, version, logLevel: 'info', ...imageVars('mcs-emitter', images, version) };
  const objects = await renderAll(source, ['mirror/emitter.yaml'], vars);
  return [
    { title: `Namespace ${namespace}`, objects: await renderAll(source, ['mirror/namespace.yaml'], vars) },
    { title: 'Emitter', objects: objects.map((object) => withArgs(object, emitterArgs(selection))) },
  ];
}

/** A cluster has one emitter, for its rights are not namespaced; what somebody else made under its names stays. Throws MCS_FOREIGN_OBJECT. */
async function requirePlace({ client }: DeployContext, namespace: string, signal: AbortSignal): Promise<void> {
  const other = await findNamesake(client, { binding: MIRROR_EMITTER, namespace }, signal);
  if (other !== undefined) throw new McsError('MCS_FOREIGN_OBJECT', `Cannot install an emitter in namespace "${namespace}": there is one in namespace "${other}"`, { hints: [`--namespace ${other}   # to change that one`] });
  const secret = await client.find(resources.secrets, MIRROR_EMITTER, namespace, { signal });
  if (secret !== undefined) requireOurSecret(secret);
}

/** Installs an emitter; it has no reader until `createEmitterCredential` makes one. Throws MCS_FORBIDDEN, MCS_FOREIGN_OBJECT and MCS_TIMEOUT. */
export async function installEmitter(given: DeployContext, options: InstallEmitterOptions): Promise<InstallEmitterResult> {
  const context = withPatience(given);
  const { client, clock, templates, version } = context;
  const { namespace, timeoutMs, wait, dryRun } = options;
  const deadline = { clock, timeoutMs };
  const steps = new Steps(context);
  const groups = await renderEmitter(templates, { ...options, version });
  await steps.do('Check the cluster of the emitter', async (progress) => {
    validateAccess(await findMissingAccess(client, installQuestions(namespace), progress.signal), 'install an emitter', client.server);
    await requirePlace(context, namespace, progress.signal);
    await planChanges(client, objectsOf(groups), deadline, progress);
    return { state: 'done', detail: client.server };
  });
  if (!dryRun) {
    const [place, emitter] = groups;
    await steps.do(`Install ${place?.title ?? ''}`, (progress) => ensureGroup(client, place?.objects ?? [], deadline, progress));
    await steps.do('Make the certificate of the emitter', ({ signal }) => ensureSecret(client, { name: MIRROR_EMITTER, namespace, labels: {}, version }, (secret) => emitterFiles(secret === undefined ? {} : filesOf(secret), namespace), signal));
    await steps.do('Install Emitter', (progress) => ensureGroup(client, emitter?.objects ?? [], deadline, progress));
    if (wait === 'ready') {
      await steps.do('Wait for the emitter', async (progress) => {
        await waitForRollout(client, [MIRROR_EMITTER], namespace, deadline, progress);
        return { state: 'done', detail: 'ready' };
      });
    }
  }
  const secret = `# Not shown: Secret ${namespace}/${MIRROR_EMITTER} with the certificate and the tokens of readers\n`;
  return { namespace, steps: steps.results, warnings: steps.warnings, isUnchanged: steps.isUnchanged, ...(dryRun && { manifests: secret + toYaml(objectsOf(groups)) }) };
}
