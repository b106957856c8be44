import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { XCC_NAMESPACE } from '../src/api/names.ts';
import { resources } from '../src/api/resources.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { directAccess } from '../src/kube/direct-access.ts';
import { createKubeClient } from '../src/kube/kube-client.ts';
import { type AgentProcess, freePort, startAgent } from './lib/agent-process.ts';
import { type Outcome, scaleBar } from './lib/bar.ts';
import { measureChainFloor, RECORDED_CHAIN_MS } from './lib/chain-floor.ts';
import { createDnsProbe } from './lib/dns-probe.ts';
import { gatewayAddress, gatewayName, GATEWAYS_NAMESPACE, nameOf, SUFFIX } from './lib/gateway-clusters.ts';
import { type GatewayScene, startGatewayScene } from './lib/gateway-scene.ts';
import { quantile } from './lib/statistics.ts';
import type { WorkloadCluster } from './lib/workload-servers.ts';

const CHANGES = 100;
const CHANGE_BAR_MS = 1_000;
const LARGE = { clusters: 100, gateways: 10 };
const RESTART_BAR_SECONDS = 10;
const RSS_BAR_MB = 150;
const SETTLE_MS = 10_000;
const IDLE_MS = 60_000;
const GIVE_UP_MS = 120_000;
const POLL_MS = 50;

/** Names of gateways: a change until it is answered elsewhere, and a hub of many clusters. */
export async function benchGatewayDNS(root: string): Promise<readonly Outcome[]> {
  const floorMs = await measureChainFloor();
  return [...(await onScene(root, { clusters: 2, gateways: 1 }, (scene) => measureChanges(root, scene, floorMs))), ...(await onScene(root, LARGE, (scene) => measureLarge(scene, floorMs)))];
}

async function onScene(root: string, size: typeof LARGE, measure: (scene: GatewayScene) => Promise<readonly Outcome[]>): Promise<readonly Outcome[]> {
  const scene = await startGatewayScene(root, size);
  try {
    return await measure(scene);
  } finally {
    await scene.stop();
  }
}

function clientOf({ url, ca, token }: WorkloadCluster): KubeClient {
  return createKubeClient(directAccess({ server: url, ca, token: () => token }));
}

/** The load balancer of a gateway has another address from now on. */
async function moveGateway(client: KubeClient, address: string): Promise<void> {
  await client.patch(resources.services, gatewayName(0), GATEWAYS_NAMESPACE, 'application/merge-patch+json', { status: { loadBalancer: { ingress: [{ ip: address }] } } }, { subresource: 'status' });
}

/** From before the change of a Service in one cluster until the name server of another one gives the new address and nothing else. */
async function measureChanges(root: string, scene: GatewayScene, floorMs: number): Promise<readonly Outcome[]> {
  const [near, far] = scene.clusters;
  if (near === undefined || far === undefined) throw new Error('This takes two clusters');
  const port = await freePort();
  const env = { NAMESPACE: XCC_NAMESPACE, POD_NAMESPACE: XCC_NAMESPACE, MCS_DNS_GATEWAYS: 'true', MCS_DNS_SUFFIXES: SUFFIX, MCS_DNS_PORT: String(port) };
  const dns = await startAgent('dns-server', { root, folder: join(scene.folder, 'dns'), access: { url: far.url, ca: far.ca, token: far.token }, env });
  const hub = await scene.startHub();
  const probe = await createDnsProbe('127.0.0.1', port);
  const client = clientOf(near);
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  const times: number[] = [];
  try {
    await probe.untilLeadsTo(nameOf(0), gatewayAddress(0, 0), signal);
    for (let change = 1; change <= CHANGES; change += 1) {
      const address = gatewayAddress(0, 0, change);
      const begun = performance.now();
      await moveGateway(client, address);
      times.push((await probe.untilLeadsTo(nameOf(0), address, signal)) - begun);
    }
  } finally {
    client.close();
    probe.close();
    await Promise.all([hub.stop(), dns.stop()]);
  }
  const note = `1 s at a bare chain of ${RECORDED_CHAIN_MS} ms; here ${floorMs.toFixed(1)} ms; p50 ${quantile(times, 0.5).toFixed(1)} ms`;
  return [{ name: `load balancer changed until answered elsewhere, p95 of ${times.length}`, value: quantile(times, 0.95), unit: 'ms', bar: scaleBar(CHANGE_BAR_MS, floorMs, RECORDED_CHAIN_MS), note }];
}

async function measureLarge(scene: GatewayScene, floorMs: number): Promise<readonly Outcome[]> {
  const { clusters, gateways } = LARGE;
  const everywhere = { slices: clusters, addresses: gateways };
  const begun = Date.now();
  const first = await scene.startHub();
  const firstSeconds = ((await scene.untilReached(everywhere)) - begun) / 1000;
  await untilDelivered(first, clusters * clusters);
  await delay(SETTLE_MS); // the statuses come last
  await first.stop();
  const restart = await measureRestart(scene);
  const changed = await measureRestartAfterChange(scene);
  const what = `${clusters} clusters of ${gateways} gateways`;
  const note = `${RESTART_BAR_SECONDS} s at a bare chain of ${RECORDED_CHAIN_MS} ms; here ${floorMs.toFixed(1)} ms`;
  const bar = scaleBar(RESTART_BAR_SECONDS, floorMs, RECORDED_CHAIN_MS);
  return [
    { name: `restart with ${what}, all known to be in line`, value: restart.seconds, unit: 's', bar, note: `${note}; from nothing ${firstSeconds.toFixed(1)} s, ${clusters * clusters} slices` },
    { name: `writes of that restart`, value: restart.writes, unit: 'requests', bar: 0, note: 'at all API servers, without Lease and Events' },
    { name: `restart until an address that changed meanwhile is everywhere`, value: changed.seconds, unit: 's', bar, note },
    { name: `hub RSS with ${what}, after 60 s idle`, value: changed.rssMB, unit: 'MB', bar: RSS_BAR_MB, note: `${changed.cpuPercent.toFixed(1)}% of one core, every address asked each 10 s` },
  ];
}

/** Waits until the hub says that so many names are in the clusters that shall know them. */
async function untilDelivered(hub: AgentProcess, count: number): Promise<void> {
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  for (;;) {
    const text = (await hub.metrics()) ?? '';
    if (Number(/^mcs_gateway_dns_deliveries\{state="current"\} (\d+)/m.exec(text)?.[1]) >= count) return;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function measureRestart(scene: GatewayScene): Promise<{ readonly seconds: number; readonly writes: number }> {
  scene.resetCounts();
  const hub = await scene.startHub();
  try {
    await untilDelivered(hub, LARGE.clusters * LARGE.clusters);
    const seconds = (performance.now() - hub.begun) / 1000;
    await delay(SETTLE_MS);
    return { seconds, writes: await scene.countWrites() };
  } finally {
    await hub.stop();
  }
}

async function measureRestartAfterChange(scene: GatewayScene): Promise<{ readonly seconds: number; readonly rssMB: number; readonly cpuPercent: number }> {
  const address = gatewayAddress(0, 0, 1);
  const [cluster] = scene.clusters;
  if (cluster !== undefined) await moveGateway(clientOf(cluster), address);
  const begun = Date.now();
  const hub = await scene.startHub();
  try {
    const reachedAt = await scene.untilReached({ slices: LARGE.clusters, addresses: LARGE.gateways, address });
    await delay(SETTLE_MS);
    const before = hub.cpuSeconds();
    await delay(IDLE_MS);
    return { seconds: (reachedAt - begun) / 1000, rssMB: hub.rssMB(), cpuPercent: ((hub.cpuSeconds() - before) / (IDLE_MS / 1000)) * 100 };
  } finally {
    await hub.stop();
  }
}
