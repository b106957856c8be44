import { describeObject } from '../api/kinds.ts';
import type { Resource } from '../api/resources.ts';
import type { KubeObject, ObjectMeta, UnknownObject } from '../api/types/index.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { Draft, KubeClient, WriteOptions } from '../kube/client.ts';

interface Target {
  readonly resource: Resource<KubeObject>;
  readonly namespace?: string;
  readonly name: string;
}

/** One write to an object of the cluster's own DNS. */
export type DnsChange = Target &
  (
    | { readonly verb: 'create'; readonly body: Draft<UnknownObject> }
    /** A merge patch; the resourceVersion in it makes the server refuse where somebody else has written since. */
    | { readonly verb: 'patch'; readonly body: object }
    /** Only the object as it was seen: a key that somebody has added since is not ours to take along. */
    | { readonly verb: 'delete'; readonly seen: Pick<ObjectMeta, 'uid' | 'resourceVersion'> }
  );

/** `ConfigMap kube-system/coredns` */
export function describeChange({ resource: { kind }, ...metadata }: DnsChange): string {
  return describeObject({ kind, metadata });
}

/** Throws ApiError; Conflict where the object is another one than was planned for. */
export async function applyDnsChange(client: KubeClient, change: DnsChange, options: WriteOptions): Promise<void> {
  const { resource, name, namespace } = change;
  switch (change.verb) {
    case 'create':
      await client.create(resource, change.body, options);
      return;
    case 'patch':
      await client.patch(resource, name, namespace, 'application/merge-patch+json', change.body, options);
      return;
    case 'delete': {
      const { uid, resourceVersion } = change.seen;
      try {
        await client.delete(resource, name, namespace, { ...options, ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }
}
