import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Lease, MemberConfig } from '../../api/types/index.ts';
import { hubOfIdentity } from '../../hub/settings.ts';
import { type CheckOutcome, fail, pass, skip } from '../check.ts';
import type { DiagnoseContext } from '../context.ts';

export type ServingHub = NonNullable<MemberConfig['hub']>;

/** The hub renews its Lease every 2 s, by the clock of its own node. */
const STALE_MS = 60_000;

/** Whether the hub of a member works in it, as its Lease there tells. */
export function judgeHubLease(hub: ServingHub, lease: Lease | undefined, now: number): CheckOutcome {
  const { holderIdentity = '', renewTime = '' } = lease?.spec ?? {};
  const age = Math.max(0, Math.round((now - Date.parse(renewTime)) / 1000));
  const fix = ['mcs hub status --context <cluster of the hub>'];
  if (holderIdentity === '') return fail([`${hub.id} at ${hub.server} serves this cluster, and does not work in it: nobody holds Lease ${MEMBER_NAMESPACE}/mcs-controller`], fix);
  if (hubOfIdentity(holderIdentity) !== hub.id) return fail([`Lease ${MEMBER_NAMESPACE}/mcs-controller is held by ${holderIdentity}, which is not ${hub.id}, the hub that serves this cluster`], fix);
  if (age * 1000 > STALE_MS) return fail([`${hub.id} at ${hub.server} has not worked in this cluster for ${age} s`], fix);
  return pass(`${hub.id} works in it, from ${hub.server}`);
}

/** In a hub's member there is no controller: the hub has it. */
export async function checkHub(hub: ServingHub, { cluster: { client }, clock }: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  return judgeHubLease(hub, await client.find(resources.leases, 'mcs-controller', MEMBER_NAMESPACE, { signal }), clock.now());
}

/** Nor is there a credential of the member's. */
export function skipCredential({ id }: ServingHub): CheckOutcome {
  return skip(`${id} serves this cluster: it has a credential for the cluster, and the cluster none`);
}
