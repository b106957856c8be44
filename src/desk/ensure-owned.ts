import { isDeepStrictEqual } from 'node:util';
import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { type Resource, resourceName } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import type { Draft, KubeClient, RequestOptions } from '../kube/client.ts';

export const DESK_FIELD_MANAGER = 'mcs-desk';

/** Finds an object that is ours. Throws MCS_FOREIGN_OBJECT where one of that name is somebody else's. */
export async function findOwned<T extends KubeObject>(client: KubeClient, resource: Resource<T>, { metadata }: Draft<T>, options: RequestOptions): Promise<T | undefined> {
  const found = await client.find(resource, metadata.name, metadata.namespace, options);
  if (found === undefined || found.metadata.labels?.[MANAGED_BY] === MANAGED_BY_MCS) return found;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot use ${resourceName(resource)} "${metadata.name}" on the broker: mcs did not make it`, {
    hints: [`kubectl -n ${metadata.namespace ?? ''} get ${resourceName(resource)} ${metadata.name} -o yaml`],
  });
}

/** What an update writes: the wanted fields over what stands, with foreign labels and annotations kept. */
function merge<T extends KubeObject>(existing: T, wanted: Draft<T>): Draft<T> {
  const { labels, annotations } = wanted.metadata;
  const metadata = {
    ...existing.metadata,
    labels: { ...existing.metadata.labels, ...labels },
    ...(annotations !== undefined && { annotations: { ...existing.metadata.annotations, ...annotations } }),
  };
  return { ...existing, ...wanted, metadata };
}

/**
 * Creates an object, or brings one that is ours to the wanted state. The update carries the
 * resourceVersion that was read, and top-level fields are replaced whole, so that a setting that
 * is no longer wanted goes away too.
 */
export async function ensureOwned<T extends KubeObject>(client: KubeClient, resource: Resource<T>, wanted: Draft<T>, options: RequestOptions): Promise<T> {
  const existing = await findOwned(client, resource, wanted, options);
  const writeOptions = { ...options, fieldManager: DESK_FIELD_MANAGER };
  if (existing === undefined) return client.create(resource, wanted, writeOptions);
  const merged = merge(existing, wanted);
  if (isDeepStrictEqual(merged, existing)) return existing;
  return client.update(resource, merged, writeOptions);
}
