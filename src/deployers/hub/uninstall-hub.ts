import { FLEET_CLUSTER, MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../../api/labels.ts';
import { DESK_LEASE, HUB_NAMESPACE } from '../../api/names.ts';
import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskOutcome, TaskResult } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { HUB_STATUS } from '../../hub/settings.ts';
import { type DeployContext, withPatience } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { objectsOf } from '../manifests.ts';
import { removeEmptyNamespace } from '../mirror/remove-namespaces.ts';
import { findCrdsInUse, withKept } from '../remove/crds-in-use.ts';
import { deleteElection, deleteOwned, deleteSelected, deletionOutcome, type Leftover, type ObjectRef, refOf, type Removal, removeLingering } from '../remove/delete-owned.ts';
import { pauseProgram } from '../remove/stop-program.ts';
import { withinTime } from '../remove/within-time.ts';
import { Steps } from '../steps.ts';
import { HUB, renderHub } from './render.ts';
import { listMembers } from './standing-hub.ts';

export interface UninstallHubOptions {
  /** Although it has members. */
  readonly force: boolean;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface UninstallHubResult {
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly leftovers: readonly Leftover[];
  /** What stays, and why. */
  readonly stays: readonly string[];
  /** Members that were left as they are. */
  readonly members: readonly string[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

const APART: readonly string[] = [resources.namespaces.kind, resources.customResourceDefinitions.kind];
const RECORDS: readonly Resource<KubeObject>[] = [resources.serviceImports, resources.endpointSlices, resources.clusters, resources.leases];

async function requireNoMembers({ client }: DeployContext, force: boolean, signal: AbortSignal): Promise<string[]> {
  const members = (await listMembers(client, signal)).map(({ clusterID }) => clusterID);
  if (members.length === 0 || force) return members;
  throw new McsError('MCS_HUB_IN_USE', `Cannot uninstall the hub: it has members: ${members.join(', ')}`, { hints: [...members.slice(0, 3).map((id) => `mcs hub unjoin ${id} --from <context>`), 'mcs hub uninstall --force   # leaves them as they are'], details: { members } });
}

async function removeRecords({ client }: Removal, signal: AbortSignal): Promise<TaskOutcome> {
  const kubeconfigs = await deleteSelected(client, resources.secrets, `${MANAGED_BY}=${MANAGED_BY_MCS},${FLEET_CLUSTER}`, { namespace: HUB_NAMESPACE, signal });
  const records = await Promise.all(RECORDS.map((resource) => deleteSelected(client, resource, MEMBER, { namespace: HUB_NAMESPACE, signal })));
  return deletionOutcome([...kubeconfigs, ...records.flat()]);
}

async function uninstallBy(context: DeployContext, { force, dryRun: isDryRun }: UninstallHubOptions, deadline: number): Promise<UninstallHubResult> {
  const { client, clock, templates, version } = context;
  const steps = new Steps(context);
  const removal: Removal = { client, clock, isDryRun, deadline, leftovers: [] };
  const stays: string[] = [];
  const members = await steps.run('Check the hub', async ({ signal }) => ({ state: 'done', detail: client.server, value: await requireNoMembers(context, force, signal) }));
  const objects = objectsOf(await renderHub(templates, { version, hubID: '', images: {} }));
  const status: ObjectRef = { resource: resources.configMaps, name: HUB_STATUS, namespace: HUB_NAMESPACE };
  await steps.do('Stop the hub', (progress) => pauseProgram(removal, { name: HUB, namespace: HUB_NAMESPACE }, progress));
  await steps.do('Remove what members shared', ({ signal }) => removeRecords(removal, signal));
  await steps.do('Remove the installation', async ({ signal }) => {
    const refs = objects.filter(({ kind }) => !APART.includes(kind)).map(refOf).reverse();
    const deleted = await deleteOwned(client, [...refs, status], { signal });
    return deletionOutcome([...deleted, ...(await deleteElection(client, DESK_LEASE, HUB_NAMESPACE, { signal }))]);
  });
  await steps.do('Remove CustomResourceDefinitions', async ({ signal }) => {
    const crds = objects.filter(({ kind }) => kind === resources.customResourceDefinitions.kind).map(refOf);
    // a broker or a membership in this cluster has objects of them, or is about to
    const inUse = await findCrdsInUse(client, crds, (object) => !isOurs(object) || object.metadata.namespace !== HUB_NAMESPACE, signal);
    const isMember = (await client.find(resources.customResourceDefinitions, 'serviceexports.multicluster.x-k8s.io', undefined, { signal })) !== undefined;
    const isBroker = (await client.find(resources.customResourceDefinitions, 'clusterjoins.mcs.clusterset.local', undefined, { signal })) !== undefined;
    const used = crds.map(({ name }) => name).filter((name) => inUse.includes(name) || isBroker || (isMember && name.startsWith('serviceimports.')));
    return withKept(await removeLingering(removal, crds.filter(({ name }) => !used.includes(name)), signal), used);
  });
  await steps.do(`Remove namespace ${HUB_NAMESPACE}`, ({ signal }) => removeEmptyNamespace(removal, HUB_NAMESPACE, stays, signal));
  return { steps: steps.results, warnings: steps.warnings, leftovers: removal.leftovers, stays, members, isUnchanged: steps.isUnchanged };
}

/** Removes a hub without members, or with force one that has some: they stay as they are. Idempotent. Throws MCS_HUB_IN_USE and MCS_TIMEOUT. */
export async function uninstallHub(given: DeployContext, options: UninstallHubOptions): Promise<UninstallHubResult> {
  const { context, planned } = options.dryRun ? dryRunOf({ ...withPatience(given), connect: () => given.client }) : { context: withPatience(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'remove the hub', again: 'mcs hub uninstall' }, (limited, deadline) => uninstallBy(limited, options, deadline));
  return { ...result, ...(planned && { planned }) };
}
