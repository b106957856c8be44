import { MCS_SERVICE_NAME } from '../src/api/labels.ts';
import { resources } from '../src/api/resources.ts';
import type { EndpointSlice } from '../src/api/types/index.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { type Outcome, scaleBar } from './lib/bar.ts';
import { createDnsProbe, type DnsProbe } from './lib/dns-probe.ts';
import { measureEndpointChanges } from './lib/endpoint-changes.ts';
import { measureImportsUntilAnswered } from './lib/import-to-answer.ts';
import type { JoinedClusters } from './lib/joined-clusters.ts';
import { countRequests } from './lib/request-count.ts';
import { quantile } from './lib/statistics.ts';
import { type Floor, openWriteChain } from './lib/write-chain.ts';

const NAMESPACE = 'bench';
/** Limit of one measurement. */
const GIVE_UP_MS = 120_000;

/** How much is exported. The sandbox is a simulator, and its own work would be measured with more. */
const AMOUNTS = { sandbox: { singles: 50, bursts: [500] }, contexts: { singles: 100, bursts: [500] } } as const;
/** Multiples of the bare chain. */
const BARS = { p50: 5, p99: 6, burst: 2 };
const REQUESTS_BAR = 14;
const CHANGE_BAR_MS = 80;
const WRITTEN_BAR_MS = 3;
/** Median of the bare chain when the bars in ms were set. */
const RECORDED_CHAIN_MS = 8;

interface Scene {
  readonly source: KubeClient;
  readonly destination: KubeClient;
  /** A pod address of the source cluster. */
  readonly address: string;
  readonly probe: DnsProbe;
}

interface Burst {
  readonly count: number;
  readonly floorMs: number;
  readonly ms: number;
}

/** From an export in the first cluster to an answer of the second one's DNS: one at a time, and many at once. */
export async function benchPropagation(_root: string, clusters: JoinedClusters): Promise<readonly Outcome[]> {
  const [source, destination] = await Promise.all([clusters.client(clusters.names[0]), clusters.client(clusters.names[1])]);
  const { singles, bursts } = AMOUNTS[clusters.kind];
  const { floor, bursts: floors } = await measureFloors(source, destination, singles, bursts);

  const { address, port } = await clusters.nameServer(clusters.names[1]);
  const scene: Scene = { source, destination, address: await findPodAddress(source), probe: await createDnsProbe(address, port) };
  try {
    await prepare(scene, ['single', ...bursts.map((count) => `burst${count}`)], [singles, ...bursts]);
    const before = await countRequests(clusters);
    const times = await exportOneByOne(scene, singles);
    const requests = ((await countRequests(clusters)) - before) / singles;
    const measured: Burst[] = [];
    for (const [index, count] of bursts.entries()) measured.push({ count, floorMs: floors[index] ?? Number.NaN, ms: await exportAtOnce(scene, count) });
    const slices = Array.from({ length: singles }, (_, index) => ({ name: nameOf('single', index), namespace: NAMESPACE }));
    const changes = await measureEndpointChanges({ source, destination, slices, address: scene.address, label: MCS_SERVICE_NAME, giveUpMs: GIVE_UP_MS });
    const written = await measureImportsUntilAnswered(destination, scene.probe, NAMESPACE, singles, GIVE_UP_MS);
    return [...describe(times, floor, measured), ...describeHops(changes, written, floor), requestsFigure(requests)];
  } finally {
    scene.probe.close();
    await Promise.all([source, destination].map((client) => client.delete(resources.namespaces, NAMESPACE)));
  }
}

async function measureFloors(source: KubeClient, destination: KubeClient, singles: number, bursts: readonly number[]): Promise<{ floor: Floor; bursts: readonly number[] }> {
  const chain = await openWriteChain(source, destination, 'bench-floor');
  try {
    const floor = await chain.oneByOne(singles);
    const times: number[] = [];
    for (const count of bursts) times.push(await chain.atOnce(count));
    return { floor, bursts: times };
  } finally {
    await chain.close();
  }
}

function requestsFigure(requests: number): Outcome {
  return { name: 'API requests of all parts for one export', value: requests, unit: 'requests', bar: REQUESTS_BAR, note: 'two members, without watches, Leases and Events' };
}

function describeHops(changes: readonly number[], written: readonly number[], { p50 }: Floor): readonly Outcome[] {
  const note = (ms: number): string => `${ms} ms at a bare chain of ${RECORDED_CHAIN_MS} ms; here ${p50.toFixed(1)} ms`;
  const bar = (ms: number): number => scaleBar(ms, p50, RECORDED_CHAIN_MS);
  return [
    { name: 'endpoint change until in the other cluster, p95', value: quantile(changes, 0.95), unit: 'ms', bar: bar(CHANGE_BAR_MS), note: note(CHANGE_BAR_MS) },
    { name: 'import written until answered by dns, p50', value: quantile(written, 0.5), unit: 'ms', bar: bar(WRITTEN_BAR_MS), note: note(WRITTEN_BAR_MS) },
  ];
}

function describe(times: readonly number[], floor: Floor, bursts: readonly Burst[]): readonly Outcome[] {
  return [
    { name: `one export until resolvable, p50 of ${times.length}`, value: quantile(times, 0.5), unit: 'ms', bar: floor.p50 * BARS.p50, note: `${BARS.p50} bare chains of ${floor.p50.toFixed(1)} ms` },
    { name: `one export until resolvable, p99 of ${times.length}`, value: quantile(times, 0.99), unit: 'ms', bar: floor.p99 * BARS.p99, note: `${BARS.p99} bare chains of ${floor.p99.toFixed(1)} ms` },
    ...bursts.map(({ count, floorMs, ms }): Outcome => ({
      name: `${count} exports at once, all resolvable`,
      value: ms / 1000,
      unit: 's',
      bar: (floorMs * BARS.burst) / 1000,
      note: `${BARS.burst} times the bare chains, ${(floorMs / 1000).toFixed(2)} s`,
    })),
  ];
}

/** Endpoints outside the pod ranges would not be exported: the address of a real pod is inside. */
async function findPodAddress(client: KubeClient): Promise<string> {
  const { items } = await client.list(resources.pods, { namespace: 'submariner-operator' });
  return items.find(({ status }) => status?.podIP !== undefined)?.status?.podIP ?? '';
}

const nameOf = (group: string, index: number): string => `${group}-${index}`;
const clustersetName = (name: string): string => `${name}.${NAMESPACE}.svc.clusterset.local`;

function sliceOf(name: string, addresses: readonly string[]): Omit<EndpointSlice, 'apiVersion' | 'kind'> {
  return {
    metadata: { name, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'bench' } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
  };
}

/** Services with an endpoint each, so that each export carries one. */
async function prepare({ source, destination, address }: Scene, groups: readonly string[], counts: readonly number[]): Promise<void> {
  await Promise.all([source, destination].map((client) => client.create(resources.namespaces, { metadata: { name: NAMESPACE } })));
  for (const [position, group] of groups.entries()) {
    for (let index = 0; index < (counts[position] ?? 0); index += 1) {
      const name = nameOf(group, index);
      await Promise.all([
        source.create(resources.services, { metadata: { name, namespace: NAMESPACE }, spec: { ports: [{ name: 'http', port: 80 }] } }),
        source.create(resources.endpointSlices, sliceOf(name, [address])),
      ]);
    }
  }
}

function exportService({ source }: Scene, name: string): Promise<unknown> {
  return source.create(resources.serviceExports, { metadata: { name, namespace: NAMESPACE } });
}

async function exportOneByOne(scene: Scene, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = nameOf('single', index);
    const begun = performance.now();
    const resolved = scene.probe.untilResolved(clustersetName(name), AbortSignal.timeout(GIVE_UP_MS));
    await exportService(scene, name);
    times.push((await resolved) - begun);
  }
  return times;
}

/** Time until the last of many services that are exported at once resolves, ms. */
async function exportAtOnce(scene: Scene, count: number): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => nameOf(`burst${count}`, index));
  const begun = performance.now();
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  await Promise.all(names.map((name) => exportService(scene, name)));
  let last = begun;
  for (const name of names) last = Math.max(last, await scene.probe.untilResolved(clustersetName(name), signal));
  return last - begun;
}
