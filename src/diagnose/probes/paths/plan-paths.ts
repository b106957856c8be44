import { familyOf } from '../../../api/cidr.ts';
import { BACKEND_KEYS, INNER_PORT, NATT_DISCOVERY_PORT, PROBE_PORT, TUNNEL_PORT } from '../../../api/data-plane.ts';
import type { CableConnection, CableEndpointSpec } from '../../../api/types/index.ts';
import type { EchoTarget, PathsRequest } from '../../../probe/paths/paths-request.ts';
import { nodeKey, type PlannedFlow, type ProbedNode } from './flow.ts';

/** A cluster whose nodes can be asked to probe. */
export interface PathCluster {
  readonly name: string;
  /** What its gateway says of itself. */
  readonly spec: CableEndpointSpec;
  readonly connections: readonly CableConnection[];
  /** URL of its broker. */
  readonly broker: string | undefined;
  readonly gateway: ProbedNode;
  /** One of the nodes that are no gateway; undefined where there is none. */
  readonly worker?: ProbedNode;
}

/** What a node is asked. */
export interface NodeRequest {
  readonly node: ProbedNode;
  readonly request: PathsRequest;
}

export interface PathsPlan {
  readonly flows: readonly PlannedFlow[];
  /** By `nodeKey`. */
  readonly requests: ReadonlyMap<string, NodeRequest>;
}

export interface PlanOptions {
  readonly runID: string;
  readonly windowMs: number;
  /** 16 digits of hex, another one each time. */
  readonly createToken: () => string;
}

/** Each takes pods that are followed from one place, whose requests name all others: an argument of a program, which Linux keeps below 128 KiB. */
const MOST_CLUSTERS = 32;

const isTroubled = ({ connections }: PathCluster): boolean => connections.some(({ status }) => status !== 'connected');

/** As many clusters as one run tries, those with a connection that does not stand first; and why the others are left out. */
export function chooseClusters(clusters: readonly PathCluster[]): { readonly chosen: readonly PathCluster[]; readonly leftOut: ReadonlyMap<string, string> } {
  const sorted = [...clusters.filter(isTroubled), ...clusters.filter((cluster) => !isTroubled(cluster))];
  const reason = `nodes of ${MOST_CLUSTERS} clusters are tried in one run: name these with --contexts`;
  return { chosen: sorted.slice(0, MOST_CLUSTERS), leftOut: new Map(sorted.slice(MOST_CLUSTERS).map(({ name }) => [name, reason])) };
}

type Pair = readonly [PathCluster, PathCluster];

const portIn = ({ backend_config: config = {} }: CableEndpointSpec, key: keyof typeof BACKEND_KEYS, usual: number): number => Number(config[BACKEND_KEYS[key]] ?? usual);
const connectionTo = ({ connections }: PathCluster, { name }: PathCluster): CableConnection | undefined => connections.find(({ endpoint }) => endpoint.cluster_id === name);

/** Clusters of several brokers have no ways between them. */
const pairsOf = (clusters: readonly PathCluster[]): readonly Pair[] => clusters.flatMap((a, index) => clusters.slice(index + 1).flatMap((b): Pair[] => (a.broker === b.broker ? [[a, b]] : [])));

/** Addresses by which a gateway may be reached, the one in use first; only that one where it works. */
function addressesOf(from: PathCluster, to: PathCluster): readonly string[] {
  const { usingIP = '', status } = connectionTo(from, to) ?? {};
  if (usingIP !== '' && status === 'connected') return [usingIP];
  const family = familyOf(from.gateway.address);
  return [...new Set([usingIP, to.spec.private_ip, to.spec.public_ip])].filter((address) => address !== '' && familyOf(address) === family);
}

type Draft = Omit<PlannedFlow, 'token'>;

function gatewayFlows(from: PathCluster, to: PathCluster): Draft[] {
  const addresses = addressesOf(from, to);
  const used = connectionTo(from, to)?.usingIP ?? '';
  const needsDiscovery = from.spec.nat_enabled && to.spec.nat_enabled;
  return addresses.flatMap((host): Draft[] => {
    const ends = { from: from.gateway, to: to.gateway, host, isUsed: used === '' || host === used };
    // WireGuard sends from the port on which it listens, and discovery from its own: a firewall that keeps state sees the same flow
    const tunnelFrom = from.spec.backend === 'wireguard' ? { fromPort: portIn(from.spec, 'udpPort', TUNNEL_PORT) } : {};
    const tunnel: Draft = { ...ends, kind: 'tunnel', port: portIn(to.spec, 'udpPort', TUNNEL_PORT), ...tunnelFrom };
    const discovery: Draft = { ...ends, kind: 'discovery', port: portIn(to.spec, 'nattDiscoveryPort', NATT_DISCOVERY_PORT), fromPort: portIn(from.spec, 'nattDiscoveryPort', NATT_DISCOVERY_PORT) };
    return needsDiscovery ? [tunnel, discovery] : [tunnel];
  });
}

const nodesOf = ({ gateway, worker }: PathCluster): readonly ProbedNode[] => (worker === undefined ? [gateway] : [gateway, worker]);

function innerFlows(from: PathCluster, to: PathCluster): Draft[] {
  const { healthCheckIP: host = '' } = to.spec;
  if (host === '') return [];
  return nodesOf(from).map((node) => ({ kind: 'inner', from: node, to: to.gateway, host, port: portIn(to.spec, 'probePort', PROBE_PORT), isUsed: true }));
}

function ownFlows({ gateway, worker }: PathCluster): Draft[] {
  if (worker === undefined) return [];
  const ends = [[gateway, worker], [worker, gateway]] as const;
  return ends.map(([from, to]) => ({ kind: 'nodes', from, to, host: to.address, port: INNER_PORT, isUsed: true }));
}

interface OwnFlows {
  readonly leaving: readonly PlannedFlow[];
  readonly arriving: readonly PlannedFlow[];
}

function requestOf({ leaving, arriving }: OwnFlows, { runID, windowMs }: PlanOptions): PathsRequest {
  const inner = leaving.filter(({ kind }) => kind === 'inner');
  const measured = leaving.filter(({ kind, isUsed }) => kind === 'inner' || (kind === 'tunnel' && isUsed));
  return {
    table: `mcs-probe-${runID}`,
    windowMs,
    send: leaving.map(({ token, host, port, fromPort }) => ({ token, host, port, ...(fromPort !== undefined && { fromPort }) })),
    await: arriving.map(({ token, host }) => ({ token, family: familyOf(host) ?? 'IPv4' })),
    echoes: inner.map(({ host, port }): EchoTarget => ({ host, port })),
    sizes: [...new Set(measured.map(({ host }) => host))],
  };
}

/** What nodes have to try so that each way between clusters, and to the gateway within them, is judged from both ends. */
export function planPaths(clusters: readonly PathCluster[], options: PlanOptions): PathsPlan {
  const pairs = pairsOf(clusters);
  const directions = [...pairs, ...pairs.map(([a, b]): Pair => [b, a])];
  const drafts = [...clusters.flatMap(ownFlows), ...directions.flatMap(([from, to]) => [...gatewayFlows(from, to), ...innerFlows(from, to)])];
  const flows = drafts.map((draft): PlannedFlow => ({ ...draft, token: options.createToken() }));
  const [leaving, arriving] = [Map.groupBy(flows, ({ from }) => nodeKey(from)), Map.groupBy(flows, ({ to }) => nodeKey(to))];
  const requests = clusters.flatMap(nodesOf).flatMap((node): (readonly [string, NodeRequest])[] => {
    const key = nodeKey(node);
    const own = { leaving: leaving.get(key) ?? [], arriving: arriving.get(key) ?? [] };
    return own.leaving.length + own.arriving.length === 0 ? [] : [[key, { node, request: requestOf(own, options) }]];
  });
  return { flows, requests: new Map(requests) };
}
