import type { ListOptions, Selection } from '../store.ts';
import type { ResourceContext } from './context.ts';
import { sendList, sendObject } from './send-objects.ts';

/** What a collection request selects. */
export function selectionOf({ attributes, url }: ResourceContext): Selection {
  const { searchParams } = url;
  return {
    namespace: attributes.resource === 'namespaces' ? '' : attributes.namespace,
    labelSelector: searchParams.get('labelSelector') ?? '',
    fieldSelector: searchParams.get('fieldSelector') ?? '',
  };
}

/** The object that a request names. */
export function refOf({ attributes, resource }: Pick<ResourceContext, 'attributes' | 'resource'>): { readonly name: string; readonly namespace?: string } {
  return { name: attributes.name, ...(resource.namespaced && { namespace: attributes.namespace }) };
}

export function handleGet(context: ResourceContext): void {
  sendObject(context, 200, context.services.store.get(context.resource, refOf(context)));
}

function listOptions(context: ResourceContext): ListOptions {
  const { searchParams } = context.url;
  const [limit, token, resourceVersion] = ['limit', 'continue', 'resourceVersion'].map((key) => searchParams.get(key));
  return {
    ...selectionOf(context),
    ...(limit && { limit: Number(limit) }),
    ...(token && { continue: token }),
    ...(resourceVersion && { resourceVersion }),
  };
}

export function handleList(context: ResourceContext): void {
  sendList(context, context.services.store.list(context.resource, listOptions(context)));
}
