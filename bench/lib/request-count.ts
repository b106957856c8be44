import { resources } from '../../src/api/resources.ts';
import type { JoinedClusters } from './joined-clusters.ts';

/** Requests of all controllers to all API servers so far, without Leases and Events (and without watches, which are not counted). */
export async function countRequests(clusters: JoinedClusters): Promise<number> {
  const counts = await Promise.all(clusters.names.map((name) => countOf(clusters, name)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function countOf(clusters: JoinedClusters, context: string): Promise<number> {
  const client = await clusters.client(context);
  const { items } = await client.list(resources.pods, { namespace: 'submariner-operator', labelSelector: 'app.kubernetes.io/component=controller' });
  const texts = await Promise.all(items.map(({ metadata }) => clusters.metrics(context, metadata.name)));
  return sumOf(texts.flatMap(readRequestCounts));
}

/** What an agent has sent to API servers so far. */
export interface RequestCount {
  /** Which API server: `local`, `broker` or `source`. */
  readonly server: string;
  readonly method: string;
  readonly resource: string;
  readonly count: number;
}

/** Reads them from its /metrics, without Leases and Events. */
export function readRequestCounts(text: string): readonly RequestCount[] {
  return text.split('\n').flatMap((line) => {
    const match = /^mcs_api_requests_total\{server="(.*)",method="(.*)",resource="(.*)"\} (\d+)/.exec(line);
    const [, server = '', method = '', resource = '', count = ''] = match ?? [];
    return match === null || ['leases', 'events'].includes(resource) ? [] : [{ server, method, resource, count: Number(count) }];
  });
}

export function sumOf(requests: readonly RequestCount[]): number {
  return requests.reduce((sum, { count }) => sum + count, 0);
}
