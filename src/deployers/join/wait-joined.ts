import { APP_COMPONENT } from '../../api/labels.ts';
import { GATEWAY_AGENT, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { parseWiringStatus, type WiringStatus } from '../../cluster-dns/wiring-status.ts';
import { directAccess } from '../../kube/access.ts';
import type { FleetContext } from '../deploy-context.ts';
import { waitForDaemonSet } from '../gateway/wait-daemon-set.ts';
import { type Deadline, type Lack, waitForRollout, waitUntil } from '../wait-rollout.ts';
import type { MemberCredential } from '../../broker-info/index.ts';

/** Waits until controller and dns run. Throws MCS_TIMEOUT. */
export async function waitForAgents(context: FleetContext, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  await waitForRollout(context.client, ['mcs-controller', 'mcs-dns'], MEMBER_NAMESPACE, deadline, progress);
  return { state: 'done', detail: 'controller and dns are ready' };
}

/** Waits until every node runs the gateway agent and has its network set up. Throws MCS_TIMEOUT. */
export async function waitForGatewayAgents({ client }: FleetContext, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  await waitForDaemonSet(client, GATEWAY_AGENT, MEMBER_NAMESPACE, deadline, progress);
  return { state: 'done', detail: 'ready on all nodes' };
}

/**
 * Waits until this cluster's controller has taken its Lease on the broker. The holder is compared
 * with the UIDs of the pods here: times of two clusters are not comparable.
 */
export async function waitForLease(context: FleetContext, credential: MemberCredential, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  const { client } = context;
  const broker = context.connect(directAccess({ ...credential, token: () => credential.token }));
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    const [lease, pods] = await Promise.all([
      broker.find(resources.leases, credential.clusterID, credential.namespace, { signal }),
      client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: `${APP_COMPONENT}=controller`, signal }),
    ]);
    const holder = lease?.spec?.holderIdentity ?? '';
    if (holder === '') return 'the controller has no Lease on the broker yet';
    return pods.items.some(({ metadata }) => metadata.uid === holder) ? undefined : 'the Lease on the broker is still held by another pod';
  };
  try {
    await waitUntil('reach the broker from the controller', findLack, deadline, progress, [`kubectl -n ${MEMBER_NAMESPACE} logs deployment/mcs-controller`]);
  } finally {
    broker.close();
  }
  return { state: 'done', detail: 'the controller renews its Lease on the broker' };
}

/**
 * Waits until the controller has wired the cluster's own DNS and its servers have loaded that, which takes
 * CoreDNS up to 45 s. What stands in the way is a warning: services are shared all the same, and
 * `mcs diagnose dns` goes on looking. Throws MCS_TIMEOUT where the controller says nothing at all.
 */
export async function waitForWiring({ client }: FleetContext, isWanted: boolean, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  let status: WiringStatus | undefined;
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    status = parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, MEMBER_NAMESPACE, { signal }));
    // what stands may be of a controller that had other settings
    if (status === undefined || (status.state === 'off') === isWanted) return 'the controller has not looked at the DNS of the cluster yet';
    return status.state === 'loading' ? status.message : undefined;
  };
  await waitUntil("have the cluster's DNS wired", findLack, deadline, progress, ['mcs diagnose dns', `kubectl -n ${MEMBER_NAMESPACE} logs deployment/mcs-controller`]);
  return outcomeOf(status);
}

/** A cluster without a DNS that we know is as it is: that is no fault. */
export function outcomeOf(status: WiringStatus | undefined): TaskOutcome {
  const { state = 'off', message = '' } = status ?? {};
  if (state === 'conflict' || state === 'no-address' || state === 'not-loaded' || state === 'failed') return { state: 'warning', detail: message };
  return { state: state === 'off' || state === 'none' ? 'skipped' : 'done', detail: message };
}
