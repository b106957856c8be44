import type { Resource } from '../api/resources.ts';
import type { KubeObject, UnknownObject } from '../api/types/index.ts';
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
    | { readonly verb: 'delete'; readonly uid?: string }
  );

/** `ConfigMap kube-system/coredns` */
export function describeChange({ resource, namespace, name }: DnsChange): string {
  return `${resource.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
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
    case 'delete':
      try {
        await client.delete(resource, name, namespace, { ...options, ...(change.uid !== undefined && { uid: change.uid }) });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
  }
}
