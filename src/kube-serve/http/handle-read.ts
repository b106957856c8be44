import { refusal } from '../status-error.ts';
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

/** Half an object would be an empty page, which says that the list is over. */
function pageSize(limit: string): number {
  if (!/^-?\d{1,15}$/.test(limit)) throw refusal('BadRequest', `limit: Invalid value: "${limit}": strconv.ParseInt: parsing "${limit}": invalid syntax`);
  return Number(limit);
}

function listOptions(context: ReadContext): ListOptions {
  const { searchParams } = context.url;
  const [limit, token, resourceVersion] = ['limit', 'continue', 'resourceVersion'].map((key) => searchParams.get(key));
  return {
    ...selectionOf(context),
    ...(limit && { limit: pageSize(limit) }),
    ...(token && { continue: token }),
    ...(resourceVersion && { resourceVersion }),
  };
}

export function handleList(context: ReadContext): void {
  sendList(context, context.services.store.list(context.resource, listOptions(context)));
}
