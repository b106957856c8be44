/**
 * A program with API servers of workload clusters, each with gateways, in a process of its own: what they
 * hold is not the hub's. It watches their slices for its parent, to whom it talks over IPC.
 */
import { GATEWAY_SLICE_MANAGER, SLICE_MANAGED_BY } from '../../src/api/labels.ts';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { objectKey, resources } from '../../src/api/resources.ts';
import { startTestApiServer, type TestApiServer } from '../../test/helpers/api-server.ts';
import { gatewayAddress, gatewayName, GATEWAYS_NAMESPACE, workloadName } from './gateway-clusters.ts';

export interface WorkloadCluster {
  readonly name: string;
  readonly kubeconfig: string;
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** What is to stand in each cluster: so many slices, all of so many addresses, and this one in one of them. */
export interface Expectation {
  readonly slices: number;
  readonly addresses: number;
  readonly address?: string;
}

export type ServersOrder = { readonly expect: Expectation } | { readonly count: true } | { readonly reset: true };
export type ServersReport =
  | { readonly clusters: readonly WorkloadCluster[] }
  /** Wall clock when all of them had what was expected, ms. */
  | { readonly reachedAt: number }
  /** Requests since the start or the last reset. */
  | { readonly writes: number; readonly reads: number };

const { SERVERS_FIRST = '0', SERVERS_COUNT = '0', SERVERS_GATEWAYS = '0', SERVERS_PORT = '0' } = process.env;
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Addresses of the slices of one cluster, by their keys. */
type Standing = Map<string, readonly string[]>;

let expectation: Expectation | undefined;
let isCheckDue = false;
const standings: Standing[] = [];
const servers: TestApiServer[] = [];

function fill({ store }: TestApiServer, cluster: number): void {
  for (const name of [XCC_NAMESPACE, GATEWAYS_NAMESPACE]) store.create(resources.namespaces, { metadata: { name } });
  for (let gateway = 0; gateway < Number(SERVERS_GATEWAYS); gateway += 1) {
    const metadata = { name: gatewayName(gateway), namespace: GATEWAYS_NAMESPACE };
    const spec = { type: 'LoadBalancer' as const, ports: [{ name: 'https', port: Number(SERVERS_PORT), protocol: 'TCP' as const }] };
    const status = { loadBalancer: { ingress: [{ ip: gatewayAddress(cluster, gateway) }] } };
    const created = store.create(resources.services, { metadata, spec });
    store.update(resources.services, { ...created, status }, { subresource: 'status' });
  }
}

function follow({ store }: TestApiServer): void {
  const standing: Standing = new Map();
  standings.push(standing);
  store.watch(resources.endpointSlices, { namespace: XCC_NAMESPACE, labelSelector: `${SLICE_MANAGED_BY}=${GATEWAY_SLICE_MANAGER}` }, ({ type, object }) => {
    const key = objectKey(object.metadata);
    if (type === 'DELETED') standing.delete(key);
    else standing.set(key, (object.endpoints ?? []).flatMap(({ addresses }) => addresses));
    checkSoon();
  });
}

async function startServer(cluster: number): Promise<WorkloadCluster> {
  const server = await startTestApiServer({ crds: false });
  servers.push(server);
  fill(server, cluster);
  follow(server);
  return { name: workloadName(cluster), kubeconfig: server.kubeconfig(), url: server.url, ca: server.ca, token: server.adminToken };
}

function isReached(standing: Standing, { slices, addresses, address }: Expectation): boolean {
  const all = [...standing.values()];
  return all.length === slices && all.every((each) => each.length === addresses) && (address === undefined || all.some((each) => each.includes(address)));
}

function checkSoon(): void {
  if (isCheckDue || expectation === undefined) return;
  isCheckDue = true;
  setImmediate(() => {
    isCheckDue = false;
    const wanted = expectation;
    if (wanted === undefined || !standings.every((standing) => isReached(standing, wanted))) return;
    expectation = undefined;
    report({ reachedAt: Date.now() });
  });
}

function count(): ServersReport {
  const counts = servers.flatMap(({ faults }) => faults.requestCounts());
  const sum = (isCounted: (verb: string) => boolean): number => counts.filter(({ verb }) => isCounted(verb)).reduce((total, each) => total + each.count, 0);
  return { writes: sum((verb) => WRITES.includes(verb)), reads: sum((verb) => !WRITES.includes(verb)) };
}

function report(message: ServersReport): void {
  process.send?.(message);
}

process.on('message', (order: ServersOrder) => {
  if ('expect' in order) {
    expectation = order.expect;
    checkSoon();
  } else if ('count' in order) report(count());
  else for (const { faults } of servers) faults.resetCounts();
});
process.once('disconnect', () => process.exit());

const clusters: WorkloadCluster[] = [];
for (let index = 0; index < Number(SERVERS_COUNT); index += 1) clusters.push(await startServer(Number(SERVERS_FIRST) + index));
report({ clusters });
