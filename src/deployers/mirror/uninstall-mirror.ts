import { APP_COMPONENT, MANAGED_BY, MANAGED_BY_MCS, MIRROR_NAME, OWNER } from '../../api/labels.ts';
import { MIRROR_EMITTER } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskOutcome, TaskResult } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { CROSS_CLUSTER_SECRET } from '../../mirror/config/cross-cluster-settings.ts';
import { mirrorObjectName, mirrorOwner, mirrorStatusName } from '../../mirror/settings.ts';
import { type FleetContext, withPatientFleet } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { objectsOf } from '../manifests.ts';
import { deleteElection, deleteOwned, deleteSelected, deletionOutcome, describeRef, type Leftover, type ObjectRef, refOf, type Removal } from '../remove/delete-owned.ts';
import { stopProgram } from '../remove/stop-program.ts';
import { withinTime } from '../remove/within-time.ts';
import { Steps } from '../steps.ts';
import { listMirrorDeployments, type MirrorPlace } from './find-mirrors.ts';
import { renderEmitter } from './install-emitter.ts';
import { renderMirror } from './mirror-manifests.ts';
import { type InstallPreset, PRESET_PLACES, renderPreset } from './preset-manifests.ts';
import { removeEmptyNamespace, removeMadeNamespaces } from './remove-namespaces.ts';
import { revocationHints } from './revocation-hints.ts';
import { filesOf, findNamesake } from './standing-mirror.ts';

export interface UninstallMirrorOptions extends MirrorPlace {
  readonly preset?: InstallPreset;
  /** What is mirrored stays as it is; an install of that name takes it up again. */
  readonly keepsMirrors: boolean;
  /** Removes the emitter of that namespace too. */
  readonly emitter: boolean;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface UninstallMirrorResult extends MirrorPlace {
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly leftovers: readonly Leftover[];
  /** What stays, and why. */
  readonly stays: readonly string[];
  /** Commands that take away the credentials that it had in its sources. */
  readonly revocations: readonly string[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

const NOTHING = { images: {}, document: '', rules: { endpoints: true, removeNamespaces: false, createsNamespaces: false } };

/** What install writes, by name: the values that fill the templates do not matter for that. */
async function installedObjects({ templates, version }: FleetContext, { name, namespace, preset }: UninstallMirrorOptions): Promise<readonly UnknownObject[]> {
  if (preset !== undefined) return renderPreset(templates, preset, { version, images: {} });
  return objectsOf(await renderMirror(templates, { version, name, namespace, ...NOTHING }));
}

const isNamespace = ({ kind }: UnknownObject): boolean => kind === resources.namespaces.kind;

const ownSelector = (name: string): string => `${MANAGED_BY}=${MANAGED_BY_MCS},${OWNER}=${mirrorOwner(name)}`;

/** Slices and Endpoints first: a Service that goes takes its Endpoints along. */
async function removeMirrors({ client }: Removal, name: string, signal: AbortSignal): Promise<TaskOutcome> {
  const deleted: ObjectRef[] = [];
  for (const resource of [resources.endpointSlices, resources.endpoints, resources.services]) deleted.push(...(await deleteSelected(client, resource, ownSelector(name), { signal })));
  return deletionOutcome(deleted);
}

async function removeObjects(removal: Removal, objects: readonly UnknownObject[], { name, namespace, preset }: UninstallMirrorOptions, stays: string[], signal: AbortSignal): Promise<TaskOutcome> {
  const { client } = removal;
  const own: ObjectRef[] = [
    { resource: resources.configMaps, name: mirrorStatusName(name), namespace },
    { resource: resources.secrets, name: preset === 'cross-cluster' ? CROSS_CLUSTER_SECRET.name : mirrorObjectName(name), namespace },
  ];
  const refs = [...objects.filter((object) => !isNamespace(object)).map(refOf).reverse(), ...own];
  for (const ref of refs) {
    const found = await client.find(ref.resource, ref.name, ref.namespace, { signal });
    if (found !== undefined && !isOurs(found)) stays.push(`${describeRef(ref)}: mcs did not make it`);
  }
  return deletionOutcome([...(await deleteOwned(client, refs, { signal })), ...(await deleteElection(client, mirrorObjectName(name), namespace, { signal }))]);
}

async function removeEmitter(context: FleetContext, { client }: Removal, namespace: string, signal: AbortSignal): Promise<TaskOutcome> {
  const groups = await renderEmitter(context.templates, { namespace, selection: { exported: false }, images: {}, version: context.version });
  const refs = objectsOf(groups).filter((object) => !isNamespace(object)).map(refOf).reverse();
  return deletionOutcome(await deleteOwned(client, [...refs, { resource: resources.secrets, name: MIRROR_EMITTER, namespace }], { signal }));
}

/**
 * Removes a mirror: stops it, removes what it mirrored and the namespaces that it made and nobody uses,
 * then its own objects. Only what carries its tag goes. Idempotent. Throws MCS_TIMEOUT, and
 * MCS_FOREIGN_OBJECT for a mirror or an emitter that is installed in another namespace.
 */
export async function uninstallMirror(given: FleetContext, options: UninstallMirrorOptions): Promise<UninstallMirrorResult> {
  const { context, planned } = options.dryRun ? dryRunOf(withPatientFleet(given)) : { context: withPatientFleet(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'remove the mirror', again: 'mcs mirror uninstall' }, (limited, deadline) => removeBy(limited, options, deadline));
  return { ...result, ...(planned && { planned }) };
}

async function readRevocations({ client, signal }: FleetContext, { name, namespace, preset }: UninstallMirrorOptions): Promise<readonly string[]> {
  const secret = await client.find(resources.secrets, preset === 'cross-cluster' ? CROSS_CLUSTER_SECRET.name : mirrorObjectName(name), namespace, { signal });
  return secret === undefined ? [] : revocationHints(filesOf(secret));
}

/** What it mirrored and its rights are found by name alone: those of an installation elsewhere would go. */
async function requireHere({ client, signal }: FleetContext, { name, namespace, preset, emitter }: UninstallMirrorOptions): Promise<void> {
  const parts = [...(preset === undefined ? [{ what: `mirror "${name}"`, binding: mirrorObjectName(name) }] : []), ...(emitter ? [{ what: 'the emitter', binding: MIRROR_EMITTER }] : [])];
  for (const { what, binding } of parts) {
    const other = await findNamesake(client, { binding, namespace }, signal);
    if (other !== undefined) throw new McsError('MCS_FOREIGN_OBJECT', `Cannot remove ${what} from namespace "${namespace}": it is in namespace "${other}"`, { hints: [`--namespace ${other}`] });
  }
}

async function removeBy(context: FleetContext, options: UninstallMirrorOptions, deadline: number): Promise<UninstallMirrorResult> {
  const { client, clock } = context;
  const { name, namespace, preset, keepsMirrors, emitter, dryRun: isDryRun } = options;
  const removal: Removal = { client, clock, isDryRun, deadline, leftovers: [] };
  const steps = new Steps(context);
  const stays: string[] = [];
  await requireHere(context, options);
  const revocations = await readRevocations(context, options);
  const objects = await installedObjects(context, options);
  const deployment = { name: preset === undefined ? mirrorObjectName(name) : PRESET_PLACES[preset].deployment, namespace };
  await steps.do(`Stop mirror ${name}`, (progress) => stopProgram(removal, deployment, progress));
  if (keepsMirrors) stays.push(`What was mirrored, because of --keep-mirrors; nothing follows the sources any more: kubectl get services,endpointslices -A -l ${OWNER}=${mirrorOwner(name)}`);
  else {
    await steps.do('Remove what it mirrored', ({ signal }) => removeMirrors(removal, name, signal));
    await steps.do('Remove the namespaces that it made', ({ signal }) => removeMadeNamespaces(removal, ownSelector(name), stays, signal));
  }
  await steps.do('Remove the installation', ({ signal }) => removeObjects(removal, objects, options, stays, signal));
  if (emitter) await steps.do('Remove the emitter', ({ signal }) => removeEmitter(context, removal, namespace, signal));
  if (preset !== 'reflector') await steps.do(`Remove namespace ${namespace}`, ({ signal }) => removeEmptyNamespace(removal, namespace, stays, signal));
  return { name, namespace, steps: steps.results, warnings: steps.warnings, leftovers: removal.leftovers, stays, revocations, isUnchanged: steps.isUnchanged };
}

/** Mirrors and emitters of a cluster as `namespace/name`, for commands that leave them alone. */
export async function describeStandingMirrors({ client, signal }: Pick<FleetContext, 'client' | 'signal'>): Promise<string[]> {
  const mirrors = await listMirrorDeployments(client, signal);
  const emitters = await client.list(resources.deployments, { labelSelector: `${MANAGED_BY}=${MANAGED_BY_MCS},${APP_COMPONENT}=emitter`, signal });
  return [...mirrors.map(({ metadata }) => `mirror ${metadata.namespace ?? ''}/${metadata.labels?.[MIRROR_NAME] ?? ''}`), ...emitters.items.map(({ metadata }) => `emitter ${metadata.namespace ?? ''}/${metadata.name}`)];
}
