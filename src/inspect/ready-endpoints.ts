import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { EndpointSlice } from '../api/types/index.ts';
import type { MemberState } from './cluster-state.ts';
import { type DigestedSlice, digestEndpoints } from './endpoint-digest.ts';

/** All that is looked at of an endpoint; every slice shares these two. */
const READY = { addresses: [], conditions: { ready: true } };
const NOT_READY = { addresses: [], conditions: { ready: false } };

/** A multi-cluster slice without what `countReadyEndpoints` and `sumDigests` do not look at: a cluster may have tens of thousands. */
export function slimSlice({ apiVersion, kind, addressType, endpoints, metadata: { labels = {}, name, namespace } }: EndpointSlice): DigestedSlice {
  const { [MCS_SERVICE_NAME]: service = '', [MCS_SOURCE_CLUSTER]: cluster = '' } = labels;
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels: { [MCS_SERVICE_NAME]: service, [MCS_SOURCE_CLUSTER]: cluster } };
  // an unset condition means ready (EndpointSlice API)
  return { apiVersion, kind, addressType, metadata, endpoints: (endpoints ?? []).map(({ conditions }) => (conditions?.ready === false ? NOT_READY : READY)), digest: digestEndpoints(endpoints) };
}

/** How many endpoints of each service are ready, by the cluster that exports them. */
export function countReadyEndpoints(slices: readonly EndpointSlice[]): MemberState['readyEndpoints'] {
  const counts = new Map<string, Record<string, number>>();
  for (const { endpoints, metadata: { labels = {}, namespace } } of slices) {
    const key = objectKey({ name: labels[MCS_SERVICE_NAME] ?? '', ...(namespace !== undefined && { namespace }) });
    const cluster = labels[MCS_SOURCE_CLUSTER] ?? '';
    const ofService = counts.get(key) ?? {};
    ofService[cluster] = (ofService[cluster] ?? 0) + (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length;
    counts.set(key, ofService);
  }
  return counts;
}
