import { OWNER } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { settleAll } from '../../base/concurrently.ts';
import { McsError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { removeNamespace } from '../remove-namespace.ts';
import { BENCHMARK_LABELS, placeObjects } from './objects.ts';

/** A cluster to measure in, by the name that people know. */
export interface BenchmarkCluster {
  readonly context: string;
  readonly client: KubeClient;
}

/** Image of the installed parts, which the pods run. Throws MCS_NOT_JOINED. */
export async function findImage({ client, context }: BenchmarkCluster, signal: AbortSignal): Promise<string> {
  const controller = await client.find(resources.deployments, 'mcs-controller', MEMBER_NAMESPACE, { signal });
  const image = controller?.spec.template.spec.containers[0]?.image;
  if (image !== undefined) return image;
  throw new McsError('MCS_NOT_JOINED', `Cannot measure in the cluster of context "${context}": it is not a member`, { hints: [`mcs join broker-info.subm --context ${context}`] });
}

/** UID of kube-system: by it contexts of one cluster are known. */
export async function findClusterUID({ client }: BenchmarkCluster, signal: AbortSignal): Promise<string> {
  return (await client.get(resources.namespaces, 'kube-system', undefined, { signal })).metadata.uid ?? '';
}

async function makePlace(client: KubeClient, namespace: string, signal: AbortSignal): Promise<void> {
  const place = placeObjects(namespace);
  await client.create(resources.namespaces, place.namespace, { signal });
  await client.create(resources.serviceAccounts, place.account, { signal });
}

/** Makes a namespace of this run alone in all clusters, and removes it with all that is in it when `use` is done, also after an abort. */
export async function withPlaces<T>(clients: readonly KubeClient[], namespace: string, signal: AbortSignal, use: () => Promise<T>): Promise<T> {
  const begun: KubeClient[] = [];
  try {
    for (const client of clients) {
      begun.push(client); // before it is there: what was asked for may be made though no answer comes
      await makePlace(client, namespace, signal);
    }
    return await use();
  } finally {
    await settleAll(begun.map((client) => removeNamespace(client, namespace, { owner: BENCHMARK_LABELS[OWNER], purpose: 'the benchmark' })));
  }
}
