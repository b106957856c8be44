import { LEAVING, MEMBER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import { sleep } from '../../base/clock.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { probeBroker } from '../../discovery/probe-broker.ts';
import { isForbidden, isNotFound, isUnauthorized } from '../../kube/api-error.ts';
import { directAccess } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type FleetContext, FIELD_MANAGER } from '../deploy-context.ts';
import type { StepOutcome } from '../steps.ts';
import type { MemberCredential } from '../../broker-info/index.ts';
import { deleteSelected, deletionOutcome, type Leftover, type ObjectRef, type Removal } from './delete-owned.ts';

/** What can be done about this member on the broker. */
export type BrokerSide =
  | { readonly kind: 'reachable'; readonly credential: MemberCredential; readonly broker: KubeClient }
  /** The broker no longer knows the member. */
  | { readonly kind: 'removed'; readonly credential: MemberCredential }
  | { readonly kind: 'unreachable'; readonly credential: MemberCredential; readonly reason: string }
  /** This cluster has no broker. */
  | { readonly kind: 'none' };

function isRejected(error: unknown): boolean {
  return isUnauthorized(error) || (error instanceof McsError && error.code === 'MCS_UNAUTHORIZED');
}

async function reach(context: FleetContext, credential: MemberCredential, signal: AbortSignal): Promise<BrokerSide> {
  const broker = context.connect(directAccess({ ...credential, token: () => credential.token }));
  try {
    await probeBroker(broker, signal);
    await broker.find(resources.leases, credential.clusterID, credential.namespace, { signal });
    return { kind: 'reachable', credential, broker };
  } catch (error) {
    broker.close();
    // the desk takes a member's rights away first: a living token without them is a member that was removed
    const isLiving = credential.expiresAt > context.clock.now();
    if (isLiving && (isRejected(error) || isForbidden(error))) return { kind: 'removed', credential };
    if (!isRejected(error)) throw error;
    throw new McsError('MCS_CREDENTIAL_EXPIRED', `Cannot leave the broker at ${credential.server}: the credential of member "${credential.clusterID}" expired at ${new Date(credential.expiresAt).toISOString()}`, {
      hints: ['mcs join broker-info.subm   # renews it; then mcs leave', 'mcs leave --force   # leaves the member on the broker'],
      cause: error,
    });
  }
}

/** Finds out, before anything is removed, what can be done on the broker. Throws unless forced where nothing can. */
export async function checkBrokerSide(context: FleetContext, credential: MemberCredential, force: boolean, { signal }: TaskProgress): Promise<StepOutcome<BrokerSide>> {
  try {
    const value = await reach(context, credential, signal);
    return { state: 'done', detail: value.kind === 'removed' ? 'it has removed this member already' : credential.server, value };
  } catch (error) {
    const isKnown = error instanceof McsError && (error.code === 'MCS_BROKER_UNREACHABLE' || error.code === 'MCS_BROKER_PIN_MISMATCH' || error.code === 'MCS_CREDENTIAL_EXPIRED');
    if (!isKnown) throw error;
    if (force) return { state: 'warning', detail: error.message, value: { kind: 'unreachable', credential, reason: error.message } };
    throw new McsError(error.code, error.message, { hints: [...error.hints.filter((hint) => !hint.startsWith('--broker-url')), 'mcs leave --force'], details: error.details, cause: error });
  }
}

/** Asks the desk, on the member's own Lease, to remove what only it can: ServiceAccount, roles and Cluster. */
async function announce(broker: KubeClient, { clusterID, namespace }: MemberCredential, now: number, signal: AbortSignal): Promise<void> {
  const annotations = { [LEAVING]: new Date(now).toISOString() };
  const options = { fieldManager: FIELD_MANAGER, signal };
  try {
    await broker.patch(resources.leases, clusterID, namespace, 'application/merge-patch+json', { metadata: { annotations } }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await broker.create(resources.leases, { metadata: { name: clusterID, namespace, annotations, labels: { [MEMBER]: clusterID } }, spec: {} }, options);
  }
}

const POLL_MS = 200;

/** Whether the desk has taken the member's rights away before the deadline. */
async function waitUntilRemoved(context: FleetContext, broker: KubeClient, { clusterID, namespace }: MemberCredential, deadline: number, progress: TaskProgress): Promise<boolean> {
  const { clock } = context;
  for (;;) {
    try {
      const cluster = await broker.find(resources.clusters, clusterID, namespace, { signal: progress.signal });
      if (cluster === undefined) return true;
    } catch (error) {
      if (isRejected(error) || isForbidden(error)) return true;
      throw error;
    }
    if (clock.monotonic() >= deadline) return false;
    progress.update('Waiting for the desk to remove the member');
    await sleep(clock, POLL_MS, progress.signal);
  }
}

async function deleteExports(broker: KubeClient, { clusterID, namespace }: MemberCredential, signal: AbortSignal): Promise<ObjectRef[]> {
  const selector = `${MEMBER}=${clusterID}`;
  const imports = await deleteSelected(broker, resources.serviceImports, selector, { namespace, signal });
  const slices = await deleteSelected(broker, resources.endpointSlices, selector, { namespace, signal });
  const endpoints = await deleteSelected(broker, resources.cableEndpoints, selector, { namespace, signal });
  return [...imports, ...slices, ...endpoints];
}

/** The desk removes all of a member whose Lease says that it leaves, whoever has written so. */
function leftOnBroker({ clusterID, namespace, server }: MemberCredential): Leftover {
  return {
    object: `Cluster "${clusterID}", ServiceAccount "cluster-${clusterID}" and all that it exports, in namespace ${namespace} of the broker at ${server}`,
    command: `kubectl -n ${namespace} annotate lease ${clusterID} ${LEAVING}=now   # with a context of the broker: the desk then removes the member`,
  };
}

/** Removes the member's records from the broker and has the desk remove the member. */
export async function removeFromBroker(context: FleetContext, side: Exclude<BrokerSide, { kind: 'none' }>, { deadline, leftovers }: Removal, progress: TaskProgress): Promise<TaskOutcome> {
  if (side.kind === 'removed') return { state: 'unchanged', detail: 'the broker has removed this member already' };
  const { credential } = side;
  if (side.kind === 'unreachable') {
    leftovers.push(leftOnBroker(credential));
    return { state: 'warning', detail: `Not removed: ${leftOnBroker(credential).object}` };
  }
  const deleted = await deleteExports(side.broker, credential, progress.signal);
  await announce(side.broker, credential, context.clock.now(), progress.signal);
  if (await waitUntilRemoved(context, side.broker, credential, deadline, progress)) {
    const { detail } = deletionOutcome(deleted);
    return { state: 'deleted', detail: deleted.length === 0 ? `member "${credential.clusterID}"` : `member "${credential.clusterID}", ${detail ?? ''}` };
  }
  leftovers.push(leftOnBroker(credential));
  return { state: 'warning', detail: `The desk has not answered; it removes the member when it runs: ${leftOnBroker(credential).object}` };
}
