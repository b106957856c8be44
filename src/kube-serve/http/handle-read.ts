import type { ListOptions, Selection } from '../store.ts';
import type { ReadContext } from './context.ts';
import { sendList, sendObject } from './send-objects.ts';

/** What a request for a collection, or the watch of one object by its path, selects. */
export function selectionOf({ attributes, resource, url }: ReadContext): Selection {
  const { searchParams } = url;
  const { name, namespace } = attributes;
  const fields = [searchParams.get('fieldSelector') ?? '', ...(name === '' ? [] : [`metadata.name=${name}`])];
  return {
    namespace: resource.namespaced ? namespace : '',
    labelSelector: searchParams.get('labelSelector') ?? '',
    fieldSelector: fields.filter((term) => term !== '').join(','),
  };
}

/** The object that a request names. */
export function refOf({ attributes, resource }: Pick<ReadContext, 'attributes' | 'resource'>): { readonly name: string; readonly namespace?: string } {
  return { name: attributes.name, ...(resource.namespaced && { namespace: attributes.namespace }) };
}

export function handleGet(context: ReadContext): void {
  sendObject(context, 200, context.services.store.get(context.resource, refOf(context)));
}

function listOptions(context: ReadContext): ListOptions {
  const { searchParams } = context.url;
  const [limit, token, resourceVersion] = ['limit', 'continue', 'resourceVersion'].map((key) => searchParams.get(key));
  return {
    ...selectionOf(context),
    ...(limit && { limit: Number(limit) }),
    ...(token && { continue: token }),
    ...(resourceVersion && { resourceVersion }),
  };
}

export function handleList(context: ReadContext): void {
  sendList(context, context.services.store.list(context.resource, listOptions(context)));
}
