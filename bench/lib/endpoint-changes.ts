import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';

export interface EndpointChanges {
  readonly source: KubeClient;
  readonly destination: KubeClient;
  /** Slices of the source, each named as its service; all endpoints of all of them are ready. */
  readonly slices: readonly { readonly name: string; readonly namespace: string }[];
  /** An address that the source may export. */
  readonly address: string;
  /** Label with the service's name on the slices of the destination. */
  readonly label: string;
  /** Limit of one change. */
  readonly giveUpMs: number;
}

/** Times from a change of endpoints in the source until the slice in the destination shows it, ms; one at a time. */
export async function measureEndpointChanges({ source, destination, slices, address, label, giveUpMs }: EndpointChanges): Promise<readonly number[]> {
  const list = await destination.list(resources.endpointSlices, { labelSelector: label });
  const { resourceVersion } = list.metadata;
  const stop = new AbortController();
  const waiting = new Map<string, () => void>();
  const watching = (async () => {
    for await (const { object } of destination.watch(resources.endpointSlices, { labelSelector: label, resourceVersion, signal: stop.signal })) {
      const { endpoints, metadata } = object as EndpointSlice;
      if ((endpoints ?? []).every(({ conditions }) => conditions?.ready === false)) waiting.get(metadata.labels?.[label] ?? '')?.();
    }
  })();
  watching.catch(() => undefined); // ends with the abort below; a lost watch shows as a time-out of what waits
  const times: number[] = [];
  for (const { name, namespace } of slices) {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    waiting.set(name, () => resolve(undefined));
    AbortSignal.timeout(giveUpMs).addEventListener('abort', () => reject(new Error(`the change of ${name} never arrived`)), { once: true });
    const begun = performance.now();
    await source.patch(resources.endpointSlices, name, namespace, 'application/merge-patch+json', { endpoints: [{ addresses: [address], conditions: { ready: false } }] });
    await promise;
    times.push(performance.now() - begun);
  }
  stop.abort();
  return times;
}
