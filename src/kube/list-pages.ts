import { apiVersionOf, type Resource, resourceName } from '../api/resources.ts';
import type { KubeList, KubeObject } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { isGone } from './api-error.ts';
import type { ListOptionsOf } from './client.ts';
import type { Query } from './request-query.ts';
import { dropManagedFields } from './watch-stream.ts';

/** One page as servers send it: a Go server may send null for an empty list. */
type GetPage<T> = (query: Query) => Promise<Omit<KubeList<T>, 'items'> & { readonly items: T[] | null }>;

/**
 * Throws MCS_API_ERROR unless the answer is a list of what was asked for: whatever else a server
 * says, taken for an empty list, would have everything deleted that was copied from it.
 */
function requireList(page: unknown, resource: Resource<KubeObject>): void {
  const { kind, metadata, items } = page as Partial<Record<'kind' | 'metadata' | 'items', unknown>>;
  const isList = (kind === undefined || kind === `${resource.kind}List`) && isRecord(metadata) && (Array.isArray(items) || (kind !== undefined && (items ?? null) === null));
  const odd = isList && Array.isArray(items) ? items.findIndex((item) => !isRecord(item) || !isRecord(item.metadata) || typeof item.metadata.name !== 'string') : -1;
  if (isList && odd < 0) return;
  const what = isList ? `item ${odd} has no name` : `what the server answered is no list of them${typeof kind === 'string' ? ` but a ${kind.slice(0, 63)}` : ''}`;
  throw new McsError('MCS_API_ERROR', `Cannot list ${resourceName(resource)}: ${what}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

interface PageQuery {
  readonly base: Query;
  /** 0 asks for everything at once. */
  readonly pageSize: number;
}

async function listPages<T extends KubeObject>(getPage: GetPage<T>, complete: (item: T) => T, { base, pageSize }: PageQuery): Promise<KubeList<T>> {
  const limit = pageSize > 0 ? { limit: pageSize } : {};
  const first = await getPage({ ...base, ...limit });
  const items = (first.items ?? []).map(complete);
  for (let next = first.metadata.continue; next; ) {
    // a token carries its resourceVersion; both together are refused
    const page = await getPage({ ...base, ...limit, resourceVersion: undefined, continue: next });
    for (const item of page.items ?? []) items.push(complete(item));
    next = page.metadata.continue;
  }
  const { resourceVersion } = first.metadata;
  return { ...first, metadata: { resourceVersion }, items };
}

/**
 * All pages of a collection. A continue token that expired on the way (410) leads to one more try
 * with everything in one page, which cannot expire.
 */
export async function listAll<T extends KubeObject>(getPage: GetPage<T>, resource: Resource<T>, options: ListOptionsOf<T> & { readonly pageSize: number }): Promise<KubeList<T>> {
  const { labelSelector, fieldSelector, resourceVersion, pageSize, keepsManagedFields = false, transform = (item: T) => item } = options;
  const base: Query = { labelSelector, fieldSelector, resourceVersion };
  const apiVersion = apiVersionOf(resource);
  // items of built-in kinds come without apiVersion and kind
  const complete = (item: T): T => transform(Object.assign(keepsManagedFields ? item : dropManagedFields(item), { apiVersion, kind: resource.kind }));
  let pages = 0;
  const checked: GetPage<T> = async (query) => {
    pages += 1;
    const page = await getPage(query);
    requireList(page, resource);
    return page;
  };
  try {
    return await listPages(checked, complete, { base, pageSize });
  } catch (error) {
    if (!isGone(error) || pages < 2) throw error;
    return listPages(checked, complete, { base, pageSize: 0 });
  }
}
