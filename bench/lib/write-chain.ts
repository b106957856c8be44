import { setTimeout as delay } from 'node:timers/promises';
import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createInformer } from '../../src/kube/informer.ts';
import { waitFor } from '../../src/kube/wait.ts';
import { quantile } from './statistics.ts';

const LABEL = 'bench-chain';
const GIVE_UP_MS = 60_000;
/** Chains under way at a time. All at once, a real API server that shares two cores with its nodes leaves writes of Services unanswered for 30 s. */
const WORKERS = 64;

/** The least that a propagation can take, ms: the writes and watches of an export, without its decisions. */
export interface Floor {
  readonly p50: number;
  readonly p99: number;
}

/** Bare chains of writes and watches, between the same API servers as the product's. */
export interface WriteChain {
  oneByOne(rounds: number): Promise<Floor>;
  /** As many chains as there are exports in a burst, as fast as they go; ms until the last one has arrived. */
  atOnce(count: number): Promise<number>;
  close(): Promise<void>;
}

/** Writes an object and resolves when its watch has shown it. */
type Hop = (name: string) => Promise<void>;
type Write = (name: string) => Promise<unknown>;

/**
 * Opens the watches of chains that do what an export must: an object in the source; two on the broker,
 * which stands on the source cluster; Service, import and slice in both members; three statuses.
 * ConfigMaps stand in for custom resources.
 */
export async function openWriteChain(source: KubeClient, destination: KubeClient, namespace: string): Promise<WriteChain> {
  const stop = new AbortController();
  await Promise.all([source, destination].map((client) => client.create(resources.namespaces, { metadata: { name: namespace } })));
  const writers = (client: KubeClient): Record<'import' | 'service' | 'slice', Write> => ({
    import: (name) => client.apply(resources.configMaps, { metadata: { name, namespace }, data: { ip: '10.255.255.1' } }, APPLY),
    service: (name) => client.create(resources.services, { metadata: { name, namespace }, spec: { ports: [{ name: 'http', port: 80 }] } }),
    slice: (name) => client.apply(resources.endpointSlices, sliceOf(name, namespace), APPLY),
  });
  const [near, far] = [writers(source), writers(destination)];
  const [exported, published, imported] = await Promise.all([
    openHop(source, namespace, 'export', stop.signal),
    openHop(source, namespace, 'broker', stop.signal),
    openHop(destination, namespace, 'member', stop.signal),
  ]);
  const asides: Promise<unknown>[] = [];
  /** What does not stand between the export and its answer elsewhere; awaited at the end. */
  const aside = (name: string): Promise<unknown> =>
    Promise.all([near.service(name).then(() => Promise.all([near.import(`${name}-own`), near.slice(`own-${name}`)])), near.import(`${name}-status`), far.import(`${name}-status`), near.import(`${name}-own-status`)]);
  const run = async (name: string): Promise<void> => {
    await exported(name);
    await Promise.all([near.import(name), published(name)]);
    asides.push(aside(name));
    await far.service(name);
    await Promise.all([far.import(name), imported(name)]);
  };
  return {
    oneByOne: async (rounds) => {
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const begun = performance.now();
        await run(`single-${round}`);
        times.push(performance.now() - begun);
      }
      await Promise.all(asides);
      return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
    },
    atOnce: async (count) => {
      const begun = performance.now();
      let begunChains = 0;
      let last = begun;
      const work = async (): Promise<void> => {
        while (begunChains < count) {
          await run(`burst-${count}-${begunChains++}`);
          last = performance.now();
          await asides.pop();
        }
      };
      await Promise.all(Array.from({ length: WORKERS }, work));
      await Promise.all(asides);
      return last - begun;
    },
    close: async () => {
      stop.abort();
      await Promise.all([source, destination].map((client) => removeNamespace(client, namespace)));
    },
  };
}

/** Returns when it is gone: taking away hundreds of Services is work beside which nothing should be measured. */
async function removeNamespace(client: KubeClient, name: string): Promise<void> {
  await client.delete(resources.namespaces, name);
  await waitFor(client, resources.namespaces, name, undefined, (found) => found === undefined, {
    signal: AbortSignal.timeout(GIVE_UP_MS * 2),
    timeoutMs: GIVE_UP_MS * 2,
    describe: (found) => (found === undefined ? 'gone' : 'there'),
    goal: `see namespace "${name}" gone`,
  });
}

const APPLY = { fieldManager: 'bench', force: true };

function sliceOf(name: string, namespace: string, labels: Record<string, string> = {}): Omit<EndpointSlice, 'apiVersion' | 'kind'> {
  return { metadata: { name, namespace, labels }, addressType: 'IPv4', endpoints: [{ addresses: ['10.255.255.1'] }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] };
}

async function openHop(client: KubeClient, namespace: string, hop: string, signal: AbortSignal): Promise<Hop> {
  const seen = new Map<string, () => void>();
  const informer = createInformer(client, resources.endpointSlices, { namespace, labelSelector: `${LABEL}=${hop}` });
  informer.onChange((_key, slice) => seen.get(slice?.metadata.name ?? '')?.());
  await informer.start(signal);
  await informer.synced(signal);
  return async (chain) => {
    const name = `${hop}-${chain}`;
    const shown = new Promise<void>((resolve) => seen.set(name, resolve));
    const lost = delay(GIVE_UP_MS, undefined, { signal, ref: false }).then(() => Promise.reject(new Error(`"${name}" was never shown by the watch`)));
    await client.apply(resources.endpointSlices, sliceOf(name, namespace, { [LABEL]: hop }), APPLY);
    await Promise.race([shown, lost]);
  };
}
