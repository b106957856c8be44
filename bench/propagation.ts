import { resources } from '../src/api/resources.ts';
import { sandboxPort } from '../src/base/runtime.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { type Outcome, scaleBar } from './lib/bar.ts';
import { createDnsProbe, type DnsProbe } from './lib/dns-probe.ts';
import type { JoinedSandbox } from './lib/joined-sandbox.ts';
import { quantile } from './lib/statistics.ts';
import { measureWriteChain } from './lib/write-chain.ts';

const NAMESPACE = 'bench';
const SINGLES = 50;
const BURST = 500;
const GIVE_UP_MS = 120_000;
/** p50 of the bare chain of three writes and three watches when the bars were set, ms. */
const RECORDED_CHAIN_MS = 8;

interface Scene {
  readonly source: KubeClient;
  readonly probe: DnsProbe;
  readonly signal: AbortSignal;
}

/** From an export in cluster0 to an answer of cluster1's DNS: one at a time, and 500 at once. */
export async function benchPropagation(_root: string, sandbox: JoinedSandbox): Promise<readonly Outcome[]> {
  const [source, destination] = await Promise.all([sandbox.client('cluster0'), sandbox.client('cluster1')]);
  const floor = await measureWriteChain(source, destination, SINGLES);
  await prepare(source, destination);
  const dns = await destination.get(resources.services, 'mcs-dns', 'submariner-operator');
  const probe = await createDnsProbe(dns.spec.clusterIP ?? '', sandboxPort(53));
  const scene: Scene = { source, probe, signal: AbortSignal.timeout(GIVE_UP_MS) };
  try {
    const singles = await exportOneByOne(scene);
    const burst = await exportAtOnce(scene);
    return describe(singles, burst, floor.p50);
  } finally {
    probe.close();
  }
}

function describe(singles: readonly number[], burst: number, floorMs: number): readonly Outcome[] {
  const note = `at a bare chain of ${RECORDED_CHAIN_MS} ms; here ${floorMs.toFixed(1)} ms`;
  const scaled = (bar: number): number => scaleBar(bar, floorMs, RECORDED_CHAIN_MS);
  return [
    { name: `one export until resolvable, p50 of ${SINGLES}`, value: quantile(singles, 0.5), unit: 'ms', bar: scaled(60), note: `60 ms ${note}` },
    { name: `one export until resolvable, p95 of ${SINGLES}`, value: quantile(singles, 0.95), unit: 'ms', bar: scaled(150), note: `150 ms ${note}` },
    { name: `${BURST} exports at once, all resolvable`, value: burst / 1000, unit: 's', bar: scaled(5), note: `5 s ${note}` },
  ];
}

/** Services of one Deployment, so that each export carries an endpoint. */
async function prepare(source: KubeClient, destination: KubeClient): Promise<void> {
  await Promise.all([source, destination].map((client) => client.create(resources.namespaces, { metadata: { name: NAMESPACE } })));
  await source.create(resources.deployments, {
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] } },
    },
  });
  const names = Array.from({ length: SINGLES + BURST }, (_, index) => serviceName(index));
  for (const name of names) {
    await source.create(resources.services, { metadata: { name, namespace: NAMESPACE }, spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] } });
  }
}

const serviceName = (index: number): string => `web-${index}`;
const clustersetName = (index: number): string => `${serviceName(index)}.${NAMESPACE}.svc.clusterset.local`;

function exportService({ source }: Scene, index: number): Promise<unknown> {
  return source.create(resources.serviceExports, { metadata: { name: serviceName(index), namespace: NAMESPACE } });
}

async function exportOneByOne(scene: Scene): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < SINGLES; index += 1) {
    const begun = performance.now();
    const resolved = scene.probe.untilResolved(clustersetName(index), scene.signal);
    await exportService(scene, index);
    times.push((await resolved) - begun);
  }
  return times;
}

/** Time until the last of many services that are exported at once resolves, ms. */
async function exportAtOnce(scene: Scene): Promise<number> {
  const indexes = Array.from({ length: BURST }, (_, offset) => SINGLES + offset);
  const begun = performance.now();
  await Promise.all(indexes.map((index) => exportService(scene, index)));
  let last = begun;
  for (const index of indexes) last = Math.max(last, await scene.probe.untilResolved(clustersetName(index), scene.signal));
  return last - begun;
}
