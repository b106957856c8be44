import { setTimeout as delay } from 'node:timers/promises';
import { resources } from '../../src/api/resources.ts';
import type { ConfigMap } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { quantile } from './statistics.ts';

const LABEL = 'bench-chain';

/** The least that a propagation can take: p50 and p95, ms, of three writes with a watch after each. */
export interface Floor {
  readonly p50: number;
  readonly p95: number;
}

/**
 * Measures bare chains: write in the source, see it; write on the broker, see it; write in the
 * destination, see it. The broker stands on the source cluster, as in the sandbox.
 */
export async function measureWriteChain(source: KubeClient, destination: KubeClient, rounds: number): Promise<Floor> {
  const stop = new AbortController();
  const hops = await Promise.all([source, source, destination].map((client, hop) => openHop(client, `${LABEL}-${hop}`, stop.signal)));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    for (const hop of hops) await hop(`chain-${round}`);
    times.push(performance.now() - begun);
  }
  stop.abort();
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/** A function that writes one object and resolves when its watch has shown it. */
async function openHop(client: KubeClient, label: string, signal: AbortSignal): Promise<(name: string) => Promise<void>> {
  const seen = new Map<string, () => void>();
  const list = await client.list(resources.configMaps, { namespace: 'default', labelSelector: `${LABEL}=${label}` });
  const opened = Promise.withResolvers<undefined>();
  const watching = (async () => {
    const events = client.watch(resources.configMaps, {
      namespace: 'default',
      labelSelector: `${LABEL}=${label}`,
      resourceVersion: list.metadata.resourceVersion,
      signal,
      onOpen: () => {
        opened.resolve(undefined);
      },
    });
    for await (const event of events) seen.get(event.object.kind === 'Status' ? '' : (event.object as ConfigMap).metadata.name)?.();
  })();
  watching.catch((error: unknown) => {
    if (!signal.aborted) opened.reject(error);
  });
  await opened.promise;
  return async (name) => {
    const shown = new Promise<void>((resolve) => seen.set(`${label}-${name}`, resolve));
    await client.apply(
      resources.configMaps,
      { metadata: { name: `${label}-${name}`, namespace: 'default', labels: { [LABEL]: label } }, data: { at: String(Date.now()) } },
      { fieldManager: 'bench', force: true },
    );
    await Promise.race([shown, delay(10_000, undefined, { signal }).then(() => Promise.reject(new Error(`"${name}" was never shown by the watch`)))]);
  };
}
