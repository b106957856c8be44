import { BACKEND_KEYS, INNER_PORT, NATT_DISCOVERY_PORT, TUNNEL_PORT } from '../../api/data-plane.ts';
import type { CableConnection, RemotePath } from '../../api/types/index.ts';
import type { MemberState } from '../../inspect/cluster-state.ts';
import { type Carrier, carriersIn } from '../../inspect/data-plane.ts';
import { isSameSet, membersByID } from '../../inspect/same-set.ts';
import { type FleetMember, nameOf } from '../../inspect/survey-fleet.ts';
import { type CheckOutcome, count, fail, firstLines, pass, warn } from '../check.ts';
import { type DiagnoseContext, memberOf } from '../context.ts';

type View = Pick<DiagnoseContext, 'cluster' | 'fleet'>;

/** The gateway of a cluster that carries its tunnels. */
export function carrierOf({ state }: Pick<FleetMember, 'state'>): Carrier | undefined {
  const { dataPlane, config } = state.member ?? {};
  return dataPlane === undefined || config === undefined ? undefined : carriersIn(config.clusterID, dataPlane)[0];
}

function connectionTo(carrier: Carrier | undefined, cluster: string): CableConnection | undefined {
  return carrier?.connections.find(({ endpoint }) => endpoint.cluster_id === cluster);
}

function isUp(connection: CableConnection | undefined, isProbed: boolean): boolean {
  return connection?.status === 'connected' || (connection?.status === 'none' && !isProbed);
}

function describe(connection: CableConnection | undefined): string {
  if (connection === undefined) return 'no connection';
  const { status, statusMessage, usingIP, usingNAT = false } = connection;
  const way = usingIP === undefined || usingIP === '' ? '' : ` (${usingIP}${usingNAT ? ', through NAT' : ''})`;
  return `${status}${way}${statusMessage === '' ? '' : `: ${statusMessage}`}`;
}

/** Ports on which the gateway of a cluster listens for those of others, as its Endpoint says. */
function portsOf(view: View, cluster: string): string {
  const config = memberOf(view).dataPlane?.endpoints.find(({ spec }) => spec.cluster_id === cluster)?.spec.backend_config ?? {};
  return `UDP ${config[BACKEND_KEYS.udpPort] ?? TUNNEL_PORT} and ${config[BACKEND_KEYS.nattDiscoveryPort] ?? NATT_DISCOVERY_PORT} to the gateway of "${cluster}"`;
}

/** What is to be looked at: either side may be the one that hears nothing. */
function fixOf(view: View, own: string, other: string): string[] {
  return [`Let ${portsOf(view, other)} and ${portsOf(view, own)} pass, and the answers`, 'mcs show endpoints', 'mcs diagnose firewall inter-cluster'];
}

const isConnected = ({ config }: MemberState): boolean => config.components.includes('connectivity');

/** Whether a member has the Endpoint of a cluster. */
function hasEndpoint({ dataPlane }: MemberState, clusterID: string): boolean {
  return (dataPlane?.endpoints ?? []).some(({ spec }) => spec.cluster_id === clusterID);
}

/**
 * Clusters whose connection with this one is judged here: those of which it has an Endpoint, and the members
 * of the same broker that have gateways, whether a tunnel leads to them or not. Where both ends can be read,
 * it is judged under the one whose name comes first.
 */
export function connectionPeers({ cluster, fleet }: View): readonly string[] {
  const own = memberOf({ cluster });
  const { clusterID } = own.config;
  const others = [...membersByID(fleet)].flatMap(([id, { state }]) => (id !== clusterID && state.member !== undefined && isConnected(state.member) ? [{ id, member: state.member }] : []));
  const announced = (own.dataPlane?.endpoints ?? []).map(({ spec }) => spec.cluster_id);
  const remotes = new Set([...announced, ...others.flatMap(({ id, member }) => (isSameSet(own, member) === true ? [id] : []))]);
  remotes.delete(clusterID);
  for (const { id, member } of others) if (id < clusterID && (isSameSet(own, member) === true || hasEndpoint(member, clusterID))) remotes.delete(id);
  return [...remotes].toSorted();
}

/** The tunnel to another cluster, seen from both its ends where both can be read. */
export function judgeConnection(view: View, remote: string): CheckOutcome {
  const own = nameOf(view.cluster);
  const { settings } = memberOf(view).config;
  const isProbed = settings.healthCheck !== false;
  const ours = connectionTo(carrierOf(view.cluster), remote);
  const other = view.fleet.clusters.find((cluster) => nameOf(cluster) === remote);
  const theirs = other === undefined ? undefined : connectionTo(carrierOf(other), own);
  const line = `${own} to ${remote}: ${describe(ours)}`;
  // the other side can be read, and disagrees: packets go one way only
  const isOtherProbed = other?.state.member?.config.settings.healthCheck !== false;
  const isOneWay = other !== undefined && isUp(ours, isProbed) !== isUp(theirs, isOtherProbed);
  if (isUp(ours, isProbed) && !isOneWay) return pass(line);
  const evidence = isOneWay ? [line, `one side only, ${remote} to ${own}: ${describe(theirs)}`] : [line];
  const isComing = !isUp(ours, isProbed) && (ours?.status === 'connecting' || ours?.status === 'none');
  return (isComing ? warn : fail)(evidence, fixOf(view, own, remote));
}

const SHOWN = 10;

function pathsOf({ cluster }: Pick<View, 'cluster'>): readonly { readonly node: string; readonly path: RemotePath }[] {
  const agents = memberOf({ cluster }).dataPlane?.routeAgents ?? [];
  return agents.flatMap(({ metadata, status }) => (status?.remoteEndpoints ?? []).map((path) => ({ node: metadata.name, path })));
}

/** Clusters that nodes have probed a way to. */
export function pathPeers(view: Pick<View, 'cluster'>): readonly string[] {
  return [...new Set(pathsOf(view).map(({ path }) => path.spec.cluster_id))].toSorted();
}

/** Every node's way to another cluster: through the gateway, tunnel and back. */
export function judgePaths(view: Pick<View, 'cluster'>, remote: string): CheckOutcome {
  const paths = pathsOf(view).filter(({ path }) => path.spec.cluster_id === remote);
  const broken = paths.filter(({ path }) => path.status === 'error');
  if (broken.length === 0) return pass(count(paths.length, 'node'));
  const lines = broken.map(({ node, path }) => `${node} to ${remote}: ${path.statusMessage === '' ? path.status : path.statusMessage}`);
  return fail(firstLines(lines, SHOWN), [`Let UDP ${INNER_PORT} pass between the nodes of the cluster`, `mcs diagnose firewall intra-cluster --context ${view.cluster.context}`]);
}
