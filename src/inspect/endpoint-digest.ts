import { LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../api/labels.ts';
import { objectKey, type Resource, resources } from '../api/resources.ts';
import type { EndpointSlice } from '../api/types/index.ts';

/**
 * By `namespace/name` of a service, then by exporting cluster: a number that is the same for the same
 * addresses of the same readiness. Two sets of other endpoints may have the same one, by chance.
 */
export type EndpointDigests = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Of the endpoints of a slice; those of several slices are added up, in any order. */
export function digestEndpoints(endpoints: EndpointSlice['endpoints']): number {
  let sum = 0;
  // an unset condition means ready (EndpointSlice API)
  for (const { addresses, conditions } of endpoints ?? []) for (const address of addresses) sum = (sum + hashOf(`${address} ${conditions?.ready !== false}`)) >>> 0;
  return sum;
}

/** A slice that stands for its endpoints with one number. */
export interface DigestedSlice extends EndpointSlice {
  readonly digest: number;
}

/** EndpointSlices as they come from a list whose `transform` gives these. */
export const digestedSlices = resources.endpointSlices as unknown as Resource<DigestedSlice>;

/** Of a slice what `sumDigests` looks at: a cluster may have tens of thousands. `labels` are those that tell the service. */
export function digestSlice({ apiVersion, kind, addressType, endpoints, metadata: { labels = {}, name, namespace } }: EndpointSlice, kept: readonly string[]): DigestedSlice {
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels: Object.fromEntries(kept.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]]))) };
  return { apiVersion, kind, addressType, metadata, endpoints: [], digest: digestEndpoints(endpoints) };
}

/** Which service of which exporter a slice is of. */
export type SliceIdentity = (slice: Pick<EndpointSlice, 'metadata'>) => { readonly key: string; readonly cluster: string };

/** Of a slice that was imported. */
export const importedIdentity: SliceIdentity = ({ metadata: { labels = {}, namespace = '' } }) => ({ key: objectKey({ name: labels[MCS_SERVICE_NAME] ?? '', namespace }), cluster: labels[MCS_SOURCE_CLUSTER] ?? '' });

/** Of a slice on the broker. */
export const brokerIdentity: SliceIdentity = ({ metadata: { labels = {} } }) => ({ key: objectKey({ name: labels[MCS_SERVICE_NAME] ?? '', namespace: labels[LIGHTHOUSE_SOURCE_NAMESPACE] ?? '' }), cluster: labels[MCS_SOURCE_CLUSTER] ?? '' });

/** What all slices of each service come to. */
export function sumDigests(slices: readonly DigestedSlice[], identify: SliceIdentity): EndpointDigests {
  const sums = new Map<string, Record<string, number>>();
  for (const slice of slices) {
    const { key, cluster } = identify(slice);
    const ofService = sums.get(key) ?? {};
    ofService[cluster] = ((ofService[cluster] ?? 0) + slice.digest) >>> 0;
    sums.set(key, ofService);
  }
  return sums;
}
