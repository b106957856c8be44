import { compareVersions } from '../../base/version.ts';
import { type CheckOutcome, count, pass, skip, warn } from '../check.ts';
import { findClockOffset } from '../clock-offset.ts';
import type { ClusterCheck, DiagnoseContext } from '../context.ts';
import { readBrokerLeases } from '../read-broker-leases.ts';

/** Far more than a request takes, and far less than the shortest life of a token. */
const TOLERATED_MS = 60_000;

export interface ClockOffset {
  readonly cluster: string;
  /** Ahead of the broker's clock; negative for behind, ms. */
  readonly offsetMs: number;
}

export function judgeClocks(offsets: readonly ClockOffset[]): CheckOutcome {
  if (offsets.length === 0) return skip('no Lease of a member tells the time');
  const wrong = offsets.filter(({ offsetMs }) => Math.abs(offsetMs) > TOLERATED_MS);
  if (wrong.length === 0) return pass(`${count(offsets.length, 'member')} compared with the broker`);
  const evidence = wrong.map(({ cluster, offsetMs }) => `the clock of "${cluster}" is ${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'} the broker's`);
  return warn([...evidence, 'tokens and certificates seem to begin and end at other times there'], wrong.map(({ cluster }) => `timedatectl status   # on the nodes of "${cluster}"`));
}

async function readOffsets(context: DiagnoseContext, signal: AbortSignal): Promise<ClockOffset[]> {
  const known = new Set((context.cluster.state.broker?.members ?? []).map(({ clusterID }) => clusterID));
  return (await readBrokerLeases(context, signal)).flatMap((lease) => {
    const offsetMs = known.has(lease.metadata.name) ? findClockOffset(lease) : undefined;
    return offsetMs === undefined ? [] : [{ cluster: lease.metadata.name, offsetMs }];
  });
}

/** Parts of the cluster against the newest one in all clusters: two versions work together, more are not promised to. */
export function judgeVersions({ cluster, fleet }: Pick<DiagnoseContext, 'cluster' | 'fleet'>): CheckOutcome {
  const versionsOf = (workloads: DiagnoseContext['cluster']['state']['workloads']): string[] => workloads.map(({ version }) => version).filter((version) => version !== '');
  const newest = fleet.clusters.flatMap(({ state }) => versionsOf(state.workloads)).toSorted(compareVersions).at(-1);
  if (newest === undefined) return skip('no part tells its version');
  const older = cluster.state.workloads.filter(({ version }) => version !== '' && compareVersions(version, newest) < 0);
  if (older.length === 0) return pass(`version ${newest}`);
  return warn([`${older.map(({ component, version }) => `${component} is of version ${version}`).join(', ')}; the newest in these clusters is ${newest}`], [`mcs upgrade --context ${cluster.context}`]);
}

/** Checks of the cluster that hosts the broker, where all members can be compared. */
export const clockChecks: readonly ClusterCheck[] = [
  { id: 'MCS-DEP-06', title: "The members' clocks agree with the broker's", topic: 'deployment', needs: [], run: async (context, signal) => judgeClocks(await readOffsets(context, signal)) },
];

export const versionChecks: readonly ClusterCheck[] = [
  { id: 'MCS-DEP-07', title: 'All clusters have the same version of mcs', topic: 'deployment', needs: [], run: (context) => Promise.resolve(judgeVersions(context)) },
];
