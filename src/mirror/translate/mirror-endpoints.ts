import { SKIP_SLICE_MIRRORING } from '../../api/labels.ts';
import type { EndpointAddress, Endpoints, EndpointSubset } from '../../api/types/index.ts';
import { agreesWith } from '../../sync/agrees-with.ts';
import type { Desired } from '../../sync/plan.ts';
import type { EndpointGroup, RecordEndpoint, SyncRecord } from '../../sync/record.ts';
import { toImportPort } from '../../sync/service/broker-objects.ts';
import type { MirrorContext } from './mirror-context.ts';
import { mirrorMetadata } from './mirror-metadata.ts';

/**
 * core/v1 Endpoints of a mirror, for readers that know no slices, as Kubernetes itself writes them: with
 * the Service's labels, of its first family, without endpoints that are about to go.
 */
export function toMirrorEndpoints(record: SyncRecord, context: MirrorContext, standing?: Endpoints): Desired<Endpoints> {
  const { metadata, absent } = mirrorMetadata(record, context, {
    name: context.target.name,
    originUid: record.origin.uid,
    copied: { labels: record.exportedLabels },
    labels: { [SKIP_SLICE_MIRRORING]: 'true' }, // the mirrored slices stand already
    standing,
  });
  const subsets = toSubsets(record);
  // API servers may sort what they store
  const isSame = standing !== undefined && agreesWith(sorted(subsets), sorted(standing.subsets ?? []));
  return { object: { metadata, subsets: isSame ? (standing.subsets ?? []) : subsets }, absent };
}

interface Place {
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

/** Groups of the same ports share a subset. */
function toSubsets({ groups, ipFamilies }: SyncRecord): EndpointSubset[] {
  const family = ipFamilies[0] ?? groups[0]?.family;
  const byPorts = Map.groupBy(groups.filter((group) => group.family === family), ({ ports }) => JSON.stringify(ports.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(toImportPort)));
  return [...byPorts].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([ports, alike]) => toSubset(placesOf(alike), JSON.parse(ports) as EndpointSubset['ports']));
}

/** Each address once; where it is twice, as ready if it is that anywhere. */
function placesOf(groups: readonly EndpointGroup[]): Place[] {
  const places = new Map<string, Place>();
  const endpoints = groups.flatMap((group) => group.endpoints).filter(({ ready, terminating }) => ready || !terminating);
  for (const endpoint of endpoints) {
    for (const ip of endpoint.addresses) if (endpoint.ready || !places.has(ip)) places.set(ip, { address: toAddress(ip, endpoint), ready: endpoint.ready });
  }
  return [...places.values()].toSorted((a, b) => (a.address.ip < b.address.ip ? -1 : 1));
}

function toAddress(ip: string, { hostname }: RecordEndpoint): EndpointAddress {
  return { ip, ...(hostname !== undefined && { hostname }) };
}

function toSubset(places: readonly Place[], ports: EndpointSubset['ports']): EndpointSubset[] {
  if (places.length === 0) return [];
  const of = (isReady: boolean): EndpointAddress[] => places.filter(({ ready }) => ready === isReady).map(({ address }) => address);
  const [addresses, notReadyAddresses] = [of(true), of(false)];
  return [{ ...(addresses.length > 0 && { addresses }), ...(notReadyAddresses.length > 0 && { notReadyAddresses }), ...(ports && { ports }) }];
}

/** Subsets, their addresses, ports and fields in an order that depends on nothing but themselves. */
function sorted(subsets: readonly EndpointSubset[]): string[] {
  const text = (fields: object): string => JSON.stringify(Object.entries(fields).filter(([, value]) => value !== '').toSorted());
  const sort = (list: readonly object[] | null | undefined): string[] => (list ?? []).map(text).toSorted();
  return subsets.map(({ addresses, notReadyAddresses, ports }) => JSON.stringify([sort(addresses), sort(notReadyAddresses), sort(ports)])).toSorted();
}
