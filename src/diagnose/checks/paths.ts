import type { Looked } from '../../base/looked.ts';
import { nameOf } from '../../inspect/survey-fleet.ts';
import type { CheckOutcome } from '../check.ts';
import { type ClusterCheck, type ClusterPairCheck, type DiagnoseContext, memberOf } from '../context.ts';
import { type Between, judgeDiscovery, judgeInner, judgeNodes, judgeSizes, judgeTunnelPort } from '../probes/paths/judge-paths.ts';
import type { PathFindings } from '../probes/paths/flow.ts';
import { readPaths } from '../probes/paths/read-paths.ts';
import { connectionPeers, judgeConnection } from './connections.ts';

const between = ({ cluster }: DiagnoseContext, peer: string): Between => ({ own: nameOf(cluster), peer });

/** What the agents say of the ways of nodes that are no gateways. */
function hasWayOut(context: DiagnoseContext): boolean {
  const paths = (memberOf(context).dataPlane?.routeAgents ?? []).flatMap(({ status }) => status?.remoteEndpoints ?? []);
  return paths.length > 0 && paths.every(({ status }) => status === 'connected');
}

function usesDiscovery({ fleet, cluster }: DiagnoseContext, peer: string): boolean {
  const isOff = (name: string): boolean => fleet.clusters.find((each) => nameOf(each) === name)?.state.member?.config.settings.natt === false;
  return !isOff(nameOf(cluster)) && !isOff(peer);
}

const judged = (judge: (looked: Looked<PathFindings>, both: Between, context: DiagnoseContext) => CheckOutcome): ClusterPairCheck['run'] => async (context, signal, peer) => {
  const both = between(context, peer);
  return judge(await readPaths(context, both, signal), both, context);
};

const ofPair = (facts: Omit<ClusterPairCheck, 'scope' | 'peersOf'>): ClusterPairCheck => ({ ...facts, scope: 'pair', peersOf: connectionPeers });

/** What has to pass before there is a tunnel, of members with the component `connectivity`. */
export const firewallChecks: readonly (ClusterCheck | ClusterPairCheck)[] = [
  { id: 'MCS-NET-09', title: 'UDP passes between a node and the gateway', topic: 'firewall-intra-cluster', needs: ['MCS-NET-04'], run: async (context, signal) => judgeNodes(await readPaths(context, between(context, nameOf(context.cluster)), signal), nameOf(context.cluster), hasWayOut(context)) },
  ofPair({ id: 'MCS-NET-10', title: 'UDP passes between the gateways, both ways', topic: 'firewall-inter-cluster', needs: ['MCS-NET-04'], peerNeeds: ['MCS-API-01', 'MCS-NET-04'], run: judged((looked, both, context) => judgeTunnelPort(looked, both, judgeConnection(context, both.peer).status === 'pass')) }),
  ofPair({ id: 'MCS-NET-11', title: 'Gateways find out how to reach each other', topic: 'nat-discovery', needs: ['MCS-NET-10'], peerNeeds: [], run: judged((looked, both, context) => judgeDiscovery(looked, both, usesDiscovery(context, both.peer))) }),
];

/** What has to pass through the tunnel. */
export const tunnelChecks: readonly ClusterPairCheck[] = [
  ofPair({ id: 'MCS-NET-12', title: 'Packets pass through the tunnel from gateways and nodes, both ways', topic: 'connections', needs: ['MCS-NET-07', 'MCS-NET-08'], peerNeeds: ['MCS-NET-08'], run: judged(judgeInner) }),
  ofPair({ id: 'MCS-NET-13', title: 'Large packets pass through the tunnel', topic: 'connections', needs: ['MCS-NET-12'], peerNeeds: [], run: judged(judgeSizes) }),
];
