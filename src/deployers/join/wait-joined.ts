import { APP_COMPONENT } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { directAccess } from '../../kube/access.ts';
import type { FleetContext } from '../deploy-context.ts';
import { type Deadline, type Lack, waitForRollout, waitUntil } from '../wait-rollout.ts';
import type { MemberCredential } from './member-secret.ts';

/** Waits until controller and dns run. Throws MCS_TIMEOUT. */
export async function waitForAgents(context: FleetContext, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  await Promise.all(['mcs-controller', 'mcs-dns'].map((name) => waitForRollout(context.client, name, MEMBER_NAMESPACE, deadline, progress)));
  return { state: 'done', detail: 'controller and dns are ready' };
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
