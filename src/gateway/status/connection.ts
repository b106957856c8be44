import type { CableConnection, CableEndpointSpec, ConnectionState, RemotePath } from '../../api/types/index.ts';
import type { PathStatus } from '../health/path-health.ts';
import { toRoundTripTimes } from '../health/round-trips.ts';
import type { NatResult } from '../nat/nat-discovery.ts';
import type { RemoteEnd } from '../view/remote-end.ts';

/** What this node knows of the way to another cluster. */
export interface RemoteState {
  readonly spec: CableEndpointSpec;
  /** Undefined where the Endpoint cannot be connected to. */
  readonly end: RemoteEnd | undefined;
  /** Why it cannot. */
  readonly problem: string;
  /** On the active gateway. */
  readonly nat: NatResult | undefined;
  /** Undefined where it is not probed. */
  readonly probe: PathStatus | undefined;
  /** Why it is not probed; empty where it is, or will be. */
  readonly notProbed: string;
  /** What the probe says nothing about. */
  readonly unprobed: string;
  /** Between which addresses the tunnel's own packets go; undefined where this node has none. */
  readonly outer?: string | undefined;
  /** Whether probes of the other gateway arrive here. */
  readonly isHeard?: boolean;
}

/** State and the reason for it. */
export interface Verdict {
  readonly status: ConnectionState;
  readonly statusMessage: string;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}

/** What is said of a connection: only what was seen. `blocker` is what keeps this node's own network from being as it should. */
export function judgeRemote({ end, problem, nat, probe, notProbed, unprobed, outer = '', isHeard = false }: RemoteState, blocker = ''): Verdict {
  if (end === undefined) return { status: 'error', statusMessage: problem };
  if (probe === undefined && notProbed === '') return { status: 'connecting', statusMessage: joined('it is probed once the way there has been set up', blocker) };
  if (probe === undefined) return { status: 'none', statusMessage: joined(notProbed, blocker) };
  if (probe.state === 'connected') return { status: 'connected', statusMessage: unprobed };
  const oneWay = isHeard ? `probes of "${end.clusterID}" arrive here, so it is the way there that is broken` : '';
  return { status: probe.state, statusMessage: joined(probe.reason, oneWay, outer, nat?.doubt ?? '', blocker) };
}

function latencyOf(probe: PathStatus | undefined): Pick<RemotePath, 'latencyRTT'> {
  return probe?.roundTrips === undefined ? {} : { latencyRTT: toRoundTripTimes(probe.roundTrips) };
}

/** A connection as the Gateway object has it. */
export function toConnection(remote: RemoteState, blocker: string): CableConnection {
  const { end, nat, probe, spec } = remote;
  return {
    ...judgeRemote(remote, blocker),
    endpoint: spec,
    ...(end !== undefined && nat !== undefined && { usingIP: nat.path.address, usingNAT: nat.path.usingNAT }),
    ...latencyOf(probe),
  };
}

/** The same as the RouteAgent object has it. */
export function toRemotePath(remote: RemoteState, blocker: string): RemotePath {
  return { ...judgeRemote(remote, blocker), spec: remote.spec, ...latencyOf(remote.probe) };
}
