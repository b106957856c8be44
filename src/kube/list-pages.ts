import { apiVersionOf, type Resource } from '../api/resources.ts';
import type { KubeList, KubeObject } from '../api/types/index.ts';
import { isGone } from './api-error.ts';
import type { ListOptionsOf } from './client.ts';
import type { Query } from './request-query.ts';
import { dropManagedFields } from './watch-stream.ts';

/** One page as servers send it: a Go server may send null for an empty list. */
type GetPage<T> = (query: Query) => Promise<Omit<KubeList<T>, 'items'> & { readonly items: T[] | null }>;

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
  const counted: GetPage<T> = (query) => {
    pages += 1;
    return getPage(query);
  };
  try {
    return await listPages(counted, complete, { base, pageSize });
  } catch (error) {
    if (!isGone(error) || pages < 2) throw error;
    return listPages(getPage, complete, { base, pageSize: 0 });
  }
}
