import type { ApplyOptions, DeleteOptions, WriteOptions } from './client.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `?a=b&c=d` of what is set; empty if nothing is. */
export function toQueryString(query: Query): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (set.length === 0) return '';
  return `?${new URLSearchParams(set.map(([key, value]): [string, string] => [key, String(value)])).toString()}`;
}

export function writeQuery({ dryRun, fieldManager }: WriteOptions): Query {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager };
}

export function applyQuery(options: ApplyOptions): Query {
  return { ...writeQuery(options), force: options.force };
}

/** metav1.DeleteOptions of a request. */
export function deleteBody({ uid, resourceVersion, propagation, dryRun }: DeleteOptions): Record<string, unknown> {
  const preconditions = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(Object.keys(preconditions).length > 0 && { preconditions }),
    ...(propagation && { propagationPolicy: propagation }),
    ...(dryRun && { dryRun: ['All'] }),
  };
}
