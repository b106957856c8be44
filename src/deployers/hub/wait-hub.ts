import { HUB_NAMESPACE, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { parseWiringStatus, type WiringStatus } from '../../cluster-dns/wiring-status.ts';
import { HUB_STATUS, hubOfIdentity } from '../../hub/settings.ts';
import { parseHubStatus } from '../../hub/status.ts';
import type { KubeClient } from '../../kube/client.ts';
import { outcomeOf } from '../join/wait-joined.ts';
import { type Deadline, type Lack, waitForRollout, waitUntil } from '../wait-rollout.ts';
import type { HubJoinOptions } from './options.ts';
import { HUB } from './render.ts';

/** Throws MCS_TIMEOUT. */
export async function waitForNameServer(client: KubeClient, namespace: string, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  await waitForRollout(client, ['mcs-dns'], namespace, deadline, progress);
  return { state: 'done', detail: 'ready' };
}

/** What the hub says of the member, where that is trouble. */
async function findTrouble(client: KubeClient, clusterID: string, signal: AbortSignal): Promise<string | undefined> {
  const status = parseHubStatus(await client.find(resources.configMaps, HUB_STATUS, HUB_NAMESPACE, { signal }));
  const { state, message } = status?.members.find((member) => member.clusterID === clusterID) ?? {};
  return state === undefined || state === 'active' ? undefined : `the hub says of the member: ${state}${message === '' ? '' : `, ${message}`}`;
}

/**
 * Waits until the hub works in the member, which its Lease there tells, and has said so to the other
 * members, which the member's Lease beside the hub tells. Throws MCS_TIMEOUT with what the hub says.
 */
export async function waitForHub(hub: KubeClient, hubID: string, { clusterID, member: { client } }: HubJoinOptions, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    const [lease, alive] = await Promise.all([client.find(resources.leases, 'mcs-controller', MEMBER_NAMESPACE, { signal }), hub.find(resources.leases, clusterID, HUB_NAMESPACE, { signal })]);
    const holder = lease?.spec?.holderIdentity ?? '';
    const isActive = hubOfIdentity(holder) === hubID && alive?.spec?.holderIdentity === holder;
    return isActive ? undefined : ((await findTrouble(hub, clusterID, signal)) ?? 'the hub does not work in the member yet');
  };
  await waitUntil(`have the hub serve member "${clusterID}"`, findLack, deadline, progress, ['mcs hub status', `kubectl -n ${HUB_NAMESPACE} logs deployment/${HUB}   # with the context of the hub`]);
  return { state: 'done', detail: `${hubID} works for member "${clusterID}"` };
}

/** Waits until the hub has written to the configuration of the member's DNS; it cannot ask its servers, which are inside the member. Throws MCS_TIMEOUT. */
export async function waitForHubWiring(client: KubeClient, isWanted: boolean, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  let status: WiringStatus | undefined;
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    status = parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, MEMBER_NAMESPACE, { signal }));
    return status === undefined || (status.state === 'off') === isWanted ? 'the hub has not looked at the DNS of the cluster yet' : undefined;
  };
  await waitUntil("have the cluster's DNS wired", findLack, deadline, progress, ['mcs hub status']);
  return outcomeOf(status);
}
