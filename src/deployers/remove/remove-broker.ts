import { BROKER_CONFIG, DESK_LEASE, MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../api/names.ts';
import { APP_COMPONENT, JOIN_TOKEN_ID, MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskOutcome, TaskProgress, TaskResult } from '../../base/tasks.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type DeployContext, withPatience } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps } from '../steps.ts';
import { objectsOf, renderBroker } from '../manifests.ts';
import { findCrdsInUse, withKept } from './crds-in-use.ts';
import { withinTime } from './within-time.ts';
import { deleteElection, deleteOwned, deleteSelected, deletionOutcome, type Leftover, type ObjectRef, refOf, type Removal, removeLingering } from './delete-owned.ts';

export interface RemoveBrokerOptions {
  readonly brokerNamespace: string;
  /** Remove it although it has members; they keep what they have imported until they leave. */
  readonly force: boolean;
  readonly timeoutMs: number;
  readonly dryRun?: boolean;
  /** Id of a member that has left, or would have but for the dry run: it does not count. */
  readonly leaving?: string;
}

export interface RemoveBrokerResult {
  readonly namespace: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly leftovers: readonly Leftover[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

/** Names of the members of the broker in this cluster; none where there is no broker. */
export async function findMembers({ client, signal }: Pick<DeployContext, 'client' | 'signal'>, namespace: string): Promise<string[]> {
  try {
    const { items } = await client.list(resources.clusters, { namespace, signal });
    return items.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Whether `deploy-broker` has installed a broker in this cluster. */
export async function hasBroker({ client, signal }: Pick<DeployContext, 'client' | 'signal'>, namespace: string): Promise<boolean> {
  return (await client.find(resources.deployments, 'mcs-desk', namespace, { signal })) !== undefined;
}

async function checkMembers(context: DeployContext, { brokerNamespace, force, leaving }: RemoveBrokerOptions): Promise<TaskOutcome> {
  const members = (await findMembers(context, brokerNamespace)).filter((name) => name !== leaving);
  if (members.length === 0) return { state: 'done', detail: 'no members' };
  if (force) return { state: 'warning', detail: `Members are left without a broker: ${members.join(', ')}` };
  throw new McsError('MCS_BROKER_IN_USE', `Cannot remove the broker in namespace "${brokerNamespace}": it has members: ${members.join(', ')}`, {
    hints: ['mcs leave   # in each of them', 'mcs remove-broker --force   # if they no longer exist'],
    details: { members },
  });
}

async function removeObjects({ client }: DeployContext, objects: readonly UnknownObject[], brokerNamespace: string, { signal }: TaskProgress): Promise<TaskOutcome> {
  const refs = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'Namespace').map(refOf).reverse();
  const config: ObjectRef = { resource: resources.configMaps, name: BROKER_CONFIG, namespace: brokerNamespace };
  const deleted = await deleteOwned(client, [...refs, config], { signal });
  const scope = { namespace: brokerNamespace, signal };
  const tokens = await deleteSelected(client, resources.secrets, JOIN_TOKEN_ID, scope);
  // the namespace may be somebody else's and stay: no member may keep a credential in it
  const rights = [resources.serviceAccounts, resources.roleBindings, resources.roles].map((resource) => deleteSelected(client, resource, MEMBER, scope));
  const election = await deleteElection(client, DESK_LEASE, brokerNamespace, { signal });
  return deletionOutcome([...deleted, ...tokens, ...(await Promise.all(rights)).flat(), ...election]);
}

const MEMBER_CRDS = ['endpoints.submariner.io', 'serviceimports.multicluster.x-k8s.io'];

async function hasOtherBroker(client: KubeClient, namespace: string, signal: AbortSignal): Promise<boolean> {
  const { items } = await client.list(resources.deployments, { labelSelector: `${MANAGED_BY}=${MANAGED_BY_MCS},${APP_COMPONENT}=desk`, signal });
  return items.some(({ metadata }) => metadata.namespace !== namespace);
}

/** Another broker needs the CRDs too, a member in this cluster some of them, and whoever else has objects of such a kind. */
async function removeCrds(namespace: string, removal: Removal, objects: readonly UnknownObject[], { signal }: TaskProgress): Promise<TaskOutcome> {
  const { client } = removal;
  if (await hasOtherBroker(client, namespace, signal)) return { state: 'unchanged', detail: 'they stay, because there is another broker in this cluster' };
  const member = await client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal });
  const crds = objects.filter(({ kind, metadata }) => kind === 'CustomResourceDefinition' && !(member && MEMBER_CRDS.includes(metadata.name))).map(refOf);
  const used = await findCrdsInUse(client, crds, (object) => object.metadata.namespace !== namespace, signal);
  return withKept(await removeLingering(removal, crds.filter(({ name }) => !used.includes(name)), signal), used);
}

/**
 * Removes the broker that `deploy-broker` installed. Throws MCS_BROKER_IN_USE, with their names,
 * while it has members, and MCS_TIMEOUT where the API server hangs. Where there is no broker, nothing changes.
 */
export async function removeBroker(given: DeployContext, options: RemoveBrokerOptions): Promise<RemoveBrokerResult> {
  const { context, planned } = options.dryRun === true ? dryRunOf(withPatience(given)) : { context: withPatience(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'remove the broker', again: 'mcs remove-broker' }, (limited, deadline) => removeBy(limited, options, deadline));
  return { ...result, ...(planned && { planned }) };
}

async function removeBy(context: DeployContext, options: RemoveBrokerOptions, deadline: number): Promise<RemoveBrokerResult> {
  const { brokerNamespace, dryRun: isDryRun = false } = options;
  const steps = new Steps(context);
  const { client, clock, version, templates } = context;
  const leftovers: Leftover[] = [];
  await steps.do('Check that nobody uses the broker', () => checkMembers(context, options));
  const objects = objectsOf(await renderBroker(templates, { version, brokerNamespace, images: {}, hasFlowSchemas: true, hasAdmissionPolicies: true }));
  await steps.do('Remove the desk, its roles and the join tokens', (progress) => removeObjects(context, objects, brokerNamespace, progress));
  const removal = { client, clock, isDryRun, deadline, leftovers };
  const namespace = { resource: resources.namespaces, name: brokerNamespace };
  await steps.do(`Remove namespace ${brokerNamespace}`, ({ signal }) => removeLingering(removal, [namespace], signal));
  await steps.do('Remove CustomResourceDefinitions', (progress) => removeCrds(brokerNamespace, removal, objects, progress));
  return { namespace: brokerNamespace, steps: steps.results, warnings: steps.warnings, leftovers, isUnchanged: steps.isUnchanged };
}
