import { MEMBER } from '../../api/labels.ts';
import { DESK_LEASE, HUB_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { HUB_STATUS } from '../../hub/settings.ts';
import { type HubMemberState, parseHubStatus } from '../../hub/status.ts';
import type { KubeClient } from '../../kube/client.ts';
import { judgeLife, type MirrorLife } from '../mirror/mirror-report.ts';
import { partOf } from '../standing-part.ts';
import { readStandingHub, requireHub } from './standing-hub.ts';

export interface HubMemberReport {
  readonly clusterID: string;
  readonly server: string;
  /** `unknown`: the hub has not said anything of it yet, or does not live. */
  readonly state: HubMemberState | 'unknown';
  readonly message: string;
  /** Services that it shares. */
  readonly services: number;
  readonly podCIDRs: readonly string[];
}

export interface HubReport {
  readonly formatVersion: 1;
  readonly hubID: string;
  readonly namespace: string;
  readonly version: string;
  readonly life: MirrorLife;
  /** What that rests on, one line. */
  readonly evidence: string;
  readonly members: readonly HubMemberReport[];
  /** What keeps Secrets from being members. */
  readonly problems: readonly string[];
}

/** A holder that was slow to renew is given this time, ms. */
const SECOND_LOOK_MS = 3_000;

async function readLife(client: KubeClient, deployment: Parameters<typeof judgeLife>[0]['deployment'], clock: Clock, signal: AbortSignal): Promise<ReturnType<typeof judgeLife>> {
  const read = () => client.find(resources.leases, DESK_LEASE, HUB_NAMESPACE, { signal });
  const now = (): number => client.serverTime?.() ?? clock.now();
  const before = await read();
  const first = judgeLife({ deployment, before, after: before, now: now() });
  if (first.life !== 'dead' || before === undefined) return first;
  await sleep(clock, SECOND_LOOK_MS, signal);
  return judgeLife({ deployment, before, after: await read(), now: now() });
}

/** What the hub says of its members, and what these share. Throws MCS_HUB_NOT_FOUND, and what the client throws. */
export async function readHub(client: KubeClient, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<HubReport> {
  const hub = await readStandingHub(client, signal);
  requireHub(hub, 'show the hub', client.server);
  const { hubID, deployment } = hub;
  const [life, map, clusters, records] = await Promise.all([
    readLife(client, deployment, clock, signal),
    client.find(resources.configMaps, HUB_STATUS, HUB_NAMESPACE, { signal }),
    client.list(resources.clusters, { namespace: HUB_NAMESPACE, signal }),
    client.list(resources.serviceImports, { namespace: HUB_NAMESPACE, labelSelector: MEMBER, signal }),
  ]);
  const status = parseHubStatus(map);
  const said = new Map(status?.members.map((member) => [member.clusterID, member]));
  const granted = new Map(clusters.items.map(({ metadata, spec }) => [metadata.name, spec.cluster_cidr]));
  const names = [...new Set([...said.keys(), ...granted.keys()])].toSorted();
  const members = names.map((clusterID): HubMemberReport => {
    const { server = '', state = 'unknown', message = 'the hub has said nothing of it' } = said.get(clusterID) ?? {};
    const isKnown = life.life === 'alive';
    const services = records.items.filter(({ metadata }) => metadata.labels?.[MEMBER] === clusterID).length;
    return { clusterID, server, state: isKnown ? state : 'unknown', message: isKnown ? message : `the hub does not run; it said last: ${state}`, services, podCIDRs: granted.get(clusterID) ?? [] };
  });
  return { formatVersion: 1, hubID, namespace: HUB_NAMESPACE, version: deployment === undefined ? '' : partOf(deployment).version, ...life, members, problems: status?.problems ?? [] };
}

/** Whether the hub lives and works for all of its members. */
export function isHubWell({ life, members, problems }: HubReport): boolean {
  return life === 'alive' && problems.length === 0 && members.every(({ state }) => state === 'active');
}
