import type { Lease } from '../../api/types/index.ts';
import { renewalWrittenAt } from '../../inspect/lease-renewal.ts';
import { type CheckOutcome, fail, pass, skip } from '../check.ts';
import { type ClusterPairCheck, type DiagnoseContext, kubectlFor } from '../context.ts';
import { readBrokerLeases } from '../read-broker-leases.ts';

/** Of a Lease that does not tell; what a controller asks for by default, s. */
const USUAL_SECONDS = 60;

/** What the broker knows of the signs of life of a member. */
export interface SignsOfLife {
  readonly lease: Lease | undefined;
  /** When it joined, ms since the epoch by the API server's clock. */
  readonly joinedAt: number;
  /** By the same clock; undefined where the server did not tell the time. */
  readonly now: number | undefined;
}

/** Whether a member has renewed its Lease on the broker within the time that the Lease gives it. */
export function judgeSilence(member: string, { lease, joinedAt, now }: SignsOfLife, kubectl: string): CheckOutcome {
  const fix = [`mcs diagnose all   # with the context of ${member}`, `${kubectl} get lease ${member} -o yaml`];
  if (now === undefined) return skip('the API server does not tell its time');
  if (lease === undefined) {
    const seconds = Math.round((now - joinedAt) / 1_000);
    return seconds > USUAL_SECONDS ? fail([`${member} has given no sign of life since it joined ${seconds} s ago`], fix) : pass('joined just now');
  }
  const renewedAt = renewalWrittenAt(lease);
  if (renewedAt === undefined) return skip('nobody noted when its Lease was renewed');
  const allowed = lease.spec?.leaseDurationSeconds ?? USUAL_SECONDS;
  const age = Math.max(0, Math.round((now - renewedAt) / 1_000));
  if (age <= allowed) return pass(`${age} s ago`);
  return fail([`${member} last gave a sign of life ${age} s ago, and ${allowed} s are allowed`, 'its endpoints are withdrawn everywhere, and what it exports anew does not arrive'], fix);
}

async function readSigns(context: DiagnoseContext, member: string, signal: AbortSignal): Promise<SignsOfLife> {
  const { client, state } = context.cluster;
  const lease = (await readBrokerLeases(context, signal)).find(({ metadata }) => metadata.name === member);
  const joinedAt = Date.parse(state.broker?.members.find(({ clusterID }) => clusterID === member)?.joinedAt ?? '') || 0;
  return { lease, joinedAt, now: client.serverTime?.() };
}

/** Checks of the cluster that hosts the broker, of every member. */
export const silenceChecks: readonly ClusterPairCheck[] = [
  {
    id: 'MCS-BRK-01',
    title: 'The member gives signs of life',
    topic: 'deployment',
    scope: 'pair',
    needs: [],
    peerNeeds: ['MCS-API-01', 'MCS-DEP-01', 'MCS-DEP-03', 'MCS-BRK-07'],
    peersOf: ({ cluster }) => (cluster.state.broker?.members ?? []).map(({ clusterID }) => clusterID).toSorted(),
    run: async (context, signal, member) => judgeSilence(member, await readSigns(context, member, signal), `${kubectlFor(context)} -n ${context.cluster.state.broker?.namespace ?? ''}`),
  },
];
