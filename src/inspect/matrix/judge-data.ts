import type { CableConnection, ConnectionState } from '../../api/types/index.ts';
import { type Carrier, carriersIn } from '../data-plane.ts';
import type { FleetMember } from '../survey-fleet.ts';
import type { Aspect, MatrixCluster, Verdict } from './aspect.ts';

/** `silent`: the agent of the gateway does not report any more. `missing`: the gateway knows of no such tunnel. `none`: nothing probes it. */
export type DataState = ConnectionState | 'silent' | 'missing' | 'no gateway' | 'off' | 'unknown';

/** The tunnel to another cluster, as the gateway of this one sees it. */
export interface DataAspect extends Aspect<DataState> {
  /** Mean time of a probe there and back, as in `1.2ms`; absent where none has come back. */
  readonly averageRTT?: string;
}

const VERDICTS: Readonly<Record<ConnectionState, Verdict>> = { connected: 'ok', connecting: 'bad', error: 'bad', none: 'unknown' };

function describe({ status, statusMessage, latencyRTT }: CableConnection, carrier: Carrier): DataAspect {
  // a gateway that is heard of through others only is silent, but its tunnel stands
  const state = carrier.silence !== undefined && status !== 'connected' ? 'silent' : status;
  const averageRTT = latencyRTT?.average ?? '';
  return { verdict: VERDICTS[status], state, message: statusMessage, ...(averageRTT !== '' && { averageRTT }) };
}

const hasDataPlane = (cluster: FleetMember | undefined): boolean => cluster?.state.member?.dataPlane !== undefined;

const off = (where: string): DataAspect => ({ verdict: 'off', state: 'off', message: `the data plane is not installed${where}` });

/** What the gateway of `from` says of its tunnel to `to`. `target` is what was read of that cluster, if it was. */
export function judgeData(source: FleetMember | undefined, from: MatrixCluster, target: FleetMember | undefined, to: MatrixCluster): DataAspect {
  if (source === undefined) return { verdict: 'unknown', state: 'unknown', message: `"${from.cluster}" was not read` };
  const state = source.state.member?.dataPlane;
  if (state === undefined) return off(target === undefined || hasDataPlane(target) ? ` in "${from.cluster}"` : '');
  const carriers = carriersIn(from.clusterID, state);
  if (carriers.length === 0) return { verdict: 'bad', state: 'no gateway', message: `no gateway of "${from.cluster}" carries its tunnels` };
  const seen = carriers.flatMap((carrier) => carrier.connections.filter(({ endpoint }) => endpoint.cluster_id === to.clusterID).map((connection) => describe(connection, carrier)));
  // while one gateway takes over from another, there are two
  const best = seen.find(({ verdict }) => verdict === 'ok') ?? seen[0];
  if (best !== undefined) return best;
  if (target !== undefined && !hasDataPlane(target)) return off(` in "${to.cluster}"`);
  return { verdict: 'bad', state: 'missing', message: `the gateway of "${from.cluster}" has no tunnel to "${to.cluster}"` };
}
