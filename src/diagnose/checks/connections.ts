import type { CableConnection, Gateway } from '../../api/types/index.ts';
import { type FleetMember, nameOf } from '../../inspect/survey-fleet.ts';
import { activeGateways, carriersOf } from '../../sync/cable/active-gateway.ts';
import { type CheckOutcome, count, fail, pass, skip, warn } from '../check.ts';
import { type DiagnoseContext, memberOf } from '../context.ts';

type View = Pick<DiagnoseContext, 'cluster' | 'fleet'>;

/** The gateway of a cluster that carries its tunnels. */
export function activeGateway({ state }: Pick<FleetMember, 'state'>): Gateway | undefined {
  const { dataPlane, config } = state.member ?? {};
  if (dataPlane === undefined || config === undefined) return undefined;
  return activeGateways(dataPlane.gateways, carriersOf(dataPlane.endpoints, config.clusterID))[0];
}

function connectionsTo(gateway: Gateway | undefined, cluster: string): CableConnection | undefined {
  return gateway?.status?.connections.find(({ endpoint }) => endpoint.cluster_id === cluster);
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

interface Judged {
  readonly state: 'up' | 'coming' | 'down';
  readonly line: string;
  readonly fix: readonly string[];
}

/** What is to be looked at, by which of the two sides hears nothing. */
function fixOf(own: string, other: string, port: number): string[] {
  return [`Let UDP ${port}, 4490 and ESTABLISHED answers pass between the gateways of "${own}" and "${other}"`, 'mcs show endpoints', 'mcs show connections'];
}

function judgePair(view: View, remote: string): Judged {
  const own = nameOf(view.cluster);
  const { settings } = memberOf(view).config;
  const isProbed = settings.healthCheck !== false;
  const ours = connectionsTo(activeGateway(view.cluster), remote);
  const other = view.fleet.clusters.find((cluster) => nameOf(cluster) === remote);
  const theirs = other === undefined ? undefined : connectionsTo(activeGateway(other), own);
  const line = `${own} to ${remote}: ${describe(ours)}`;
  const fix = fixOf(own, remote, settings.nattPort ?? 4500);
  // the other side can be read, and disagrees: packets go one way only
  const isOtherProbed = other?.state.member?.config.settings.healthCheck !== false;
  const oneWay = other !== undefined && isUp(ours, isProbed) !== isUp(theirs, isOtherProbed) ? `; one side only, ${remote} to ${own}: ${describe(theirs)}` : '';
  if (isUp(ours, isProbed) && oneWay === '') return { state: 'up', line, fix: [] };
  if (isUp(ours, isProbed)) return { state: 'down', line: `${line}${oneWay}`, fix };
  return { state: ours?.status === 'connecting' || ours?.status === 'none' ? 'coming' : 'down', line: `${line}${oneWay}`, fix };
}

/** Every tunnel of the active gateway, seen from both its ends where both can be read. */
export function judgeConnections(view: View): CheckOutcome {
  const own = nameOf(view.cluster);
  const { dataPlane } = memberOf(view);
  const remotes = new Set((dataPlane?.endpoints ?? []).map(({ spec }) => spec.cluster_id).filter((cluster) => cluster !== own));
  const judged = [...remotes].toSorted().map((remote) => judgePair(view, remote));
  if (judged.length === 0) return skip('no other member has a gateway that is known here');
  const bad = judged.filter(({ state }) => state !== 'up');
  if (bad.length === 0) return pass(count(judged.length, 'connection'));
  const evidence = bad.map(({ line }) => line);
  const fix = [...new Set(bad.flatMap((one) => one.fix))];
  return bad.some(({ state }) => state === 'down') ? fail(evidence, fix) : warn(evidence, fix);
}

const SHOWN = 10;

/** Every node's way to the other clusters: through the gateway, tunnel and back. */
export function judgePaths(view: View): CheckOutcome {
  const agents = memberOf(view).dataPlane?.routeAgents ?? [];
  const all = agents.flatMap(({ metadata, status }) => (status?.remoteEndpoints ?? []).map((path) => ({ node: metadata.name, path })));
  if (all.length === 0) return skip('no node has probed a way to another cluster');
  const broken = all.filter(({ path }) => path.status === 'error');
  if (broken.length === 0) return pass(`${count(all.length, 'way')} from ${count(agents.length, 'node')}`);
  const lines = broken.map(({ node, path }) => `${node} to ${path.spec.cluster_id}: ${path.statusMessage === '' ? path.status : path.statusMessage}`);
  const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [];
  return fail([...lines.slice(0, SHOWN), ...more], ['Let UDP 4800 pass between the nodes of the cluster', `mcs diagnose connections --context ${view.cluster.context}`]);
}
