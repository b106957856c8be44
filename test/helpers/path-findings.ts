import type { CableConnection } from '../../src/api/types/index.ts';
import type { PathsResult } from '../../src/probe/paths/paths-request.ts';
import { combineResults, type NodeResult } from '../../src/diagnose/probes/paths/combine-results.ts';
import { type Fate, nodeKey, type PathFindings, type PlannedFlow } from '../../src/diagnose/probes/paths/flow.ts';
import { type PathCluster, planPaths, type PathsPlan } from '../../src/diagnose/probes/paths/plan-paths.ts';
import { cableSpec } from './member-records.ts';

const ADDRESSES: Readonly<Record<string, string>> = { west: '192.0.2.1', east: '198.51.100.1', north: '203.0.113.1' };
const WINDOW_MS = 5_000;

/** A cluster with a gateway and, unless it is said otherwise, a worker. */
export function pathCluster(name: string, { backend = 'wireguard', natt = true, publicIP = '', usingIP, broker = 'b', hasWorker = true }: { readonly backend?: string; readonly natt?: boolean; readonly publicIP?: string; readonly usingIP?: string; readonly broker?: string; readonly hasWorker?: boolean } = {}): PathCluster {
  const address = ADDRESSES[name] ?? '';
  const spec = cableSpec(name, address, { backend, nat_enabled: natt, public_ip: publicIP, hostname: 'node-1', healthCheckIP: `10.${name.length}.1.1` });
  const connections = Object.keys(ADDRESSES).filter((other) => other !== name && usingIP !== undefined).map((other): CableConnection => ({ status: 'connected', statusMessage: '', endpoint: cableSpec(other, ADDRESSES[other] ?? ''), usingIP: usingIP ?? '' }));
  const worker = { cluster: name, node: 'node-2', address: address.replace(/1$/, '2') };
  return { name, spec, connections, broker, gateway: { cluster: name, node: 'node-1', address }, ...(hasWorker && { worker }) };
}

export interface World {
  /** What becomes of datagrams; `delivered` by default. */
  readonly fate?: (flow: PlannedFlow) => Fate;
  /** As which address and port the sender is seen. */
  readonly nat?: { readonly from: string; readonly fromPort: number };
  /** Largest packet that passes through the tunnel; 1420 are promised. */
  readonly largest?: number;
  /** When each node ended, by its `nodeKey`, ms. */
  readonly endedAt?: Readonly<Record<string, number>>;
}

const EPHEMERAL = 40_001;

function resultOf(key: string, { flows, requests }: PathsPlan, { fate = () => 'delivered', nat, largest = 1420 }: World): PathsResult {
  const passage = ({ from, fromPort = EPHEMERAL, host: to, port: toPort }: PlannedFlow): PathsResult['seen'][number]['arrived'][number] => ({ from: from.address, fromPort, ...nat, to, toPort });
  const [own, coming] = [flows.filter(({ from }) => nodeKey(from) === key), flows.filter(({ to }) => nodeKey(to) === key)];
  const { echoes = [], sizes = [] } = requests.get(key)?.request ?? {};
  const answered = (host: string): boolean => flows.some((flow) => flow.kind === 'inner' && flow.host === host && nodeKey(flow.from) === key && fate(flow) === 'delivered');
  return {
    sent: own.map((flow) => ({ token: flow.token, from: flow.from.address, fromPort: flow.fromPort ?? EPHEMERAL, sent: fate(flow) === 'unsent' ? 0 : 10, ...(fate(flow) === 'unsent' && { error: 'ENETUNREACH' }) })),
    seen: coming.map((flow) => ({ token: flow.token, arrived: ['delivered', 'filtered'].includes(fate(flow)) ? [passage(flow)] : [], delivered: fate(flow) === 'delivered' ? [passage(flow)] : [] })),
    echoes: echoes.map((target) => ({ ...target, sent: 10, ...(answered(target.host) ? { received: 10, medianMs: 0.42 } : { received: 0 }) })),
    sizes: sizes.map((address) => (address.startsWith('10.') ? { address, device: 'mcs-cable', promised: 1420, largest } : { address, device: 'eth0', promised: 1500, largest: Math.min(1500, largest + 80) })),
  };
}

/** What the nodes of these clusters find out in such a world. */
export function pathFindings(clusters: readonly PathCluster[], world: World = {}): PathFindings {
  let tokens = 0;
  const plan = planPaths(clusters, { runID: 'run', windowMs: WINDOW_MS, createToken: () => String(tokens += 1).padStart(16, '0') });
  const results = [...plan.requests.keys()].map((key): [string, NodeResult] => [key, { looked: { found: resultOf(key, plan, world) }, endedAt: world.endedAt?.[key] ?? 0 }]);
  return combineResults(plan, new Map(results), new Map());
}
