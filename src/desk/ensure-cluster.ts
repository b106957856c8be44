import { isDeepStrictEqual } from 'node:util';
import { resources } from '../api/resources.ts';
import type { Cluster } from '../api/types/index.ts';
import type { Draft, KubeClient, RequestOptions } from '../kube/client.ts';
import { DESK_FIELD_MANAGER, findOwned } from './find-owned.ts';

/**
 * Makes a member's Cluster say what was granted, and no more: the spec is replaced whole, so that a
 * setting that is no longer wanted goes away too. The update carries the version that was read.
 */
export async function ensureCluster(client: KubeClient, wanted: Draft<Cluster>, options: RequestOptions): Promise<void> {
  const standing = await findOwned(client, resources.clusters, wanted, options);
  const writeOptions = { ...options, fieldManager: DESK_FIELD_MANAGER };
  if (standing === undefined) {
    await client.create(resources.clusters, wanted, writeOptions);
    return;
  }
  const { labels, annotations } = wanted.metadata;
  const metadata = { ...standing.metadata, labels: { ...standing.metadata.labels, ...labels }, ...(annotations && { annotations: { ...standing.metadata.annotations, ...annotations } }) };
  const next = { ...standing, metadata, spec: wanted.spec };
  if (!isDeepStrictEqual(next, standing)) await client.update(resources.clusters, next, writeOptions);
}
