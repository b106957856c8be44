import { canonicalAddress, familyOf } from '../../api/cidr.ts';
import type { EndpointSlice, Protocol } from '../../api/types/index.ts';
import type { ReachTarget } from '../../probe/reach.ts';
import type { ServicePlace } from '../../inspect/service/service-view.ts';

export interface EndpointTarget extends ReachTarget {
  readonly protocol: Protocol;
}

const isReady = ({ conditions }: NonNullable<EndpointSlice['endpoints']>[number]): boolean => conditions?.ready !== false;

/** Addresses of ready endpoints; an unset condition means ready (EndpointSlice API). */
export function readyAddresses(slices: readonly EndpointSlice[]): readonly string[] {
  return [...new Set(slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(isReady).flatMap(({ addresses }) => addresses)))];
}

export function countEndpoints(slices: readonly EndpointSlice[]): { readonly ready: number; readonly all: number } {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  return { ready: endpoints.filter(isReady).length, all: endpoints.length };
}

/** Ready endpoints with each of their ports. */
export function endpointTargets(slices: readonly EndpointSlice[]): readonly EndpointTarget[] {
  return slices.flatMap(({ endpoints, ports }) =>
    (endpoints ?? []).filter(isReady).flatMap(({ addresses }) => addresses.flatMap((host) => (ports ?? []).flatMap(({ port, protocol = 'TCP' }) => (port === undefined ? [] : [{ host, port, protocol }])))),
  );
}

/** What a cluster has to answer for the name of the service: clusterset IPs, or the ready endpoints of a headless one. */
export function expectedAddresses({ serviceImport, imported }: Pick<ServicePlace, 'serviceImport' | 'imported'>): readonly string[] {
  if (serviceImport === undefined) return [];
  return serviceImport.spec.type === 'Headless' ? readyAddresses(imported) : (serviceImport.spec.ips ?? []);
}

/** The expected addresses that an answer of a type holds. */
export function ofType(addresses: readonly string[], type: 'A' | 'AAAA'): readonly string[] {
  return addresses.filter((address) => familyOf(address) === (type === 'A' ? 'IPv4' : 'IPv6'));
}

const canonical = (addresses: readonly string[]): string => addresses.map((address) => canonicalAddress(address) ?? address).toSorted().join();

/** Whether both hold the same addresses, in whatever order and spelling. */
export const isSame = (a: readonly string[], b: readonly string[]): boolean => canonical(a) === canonical(b);

/** Record types to ask for, by the families of what is expected. */
export function typesFor(addresses: readonly string[]): readonly ('A' | 'AAAA')[] {
  const types = (['A', 'AAAA'] as const).filter((type) => ofType(addresses, type).length > 0);
  return types.length === 0 ? ['A'] : types;
}

/** Clusterset IPs with the ports of the import. */
export function vipTargets({ serviceImport }: Pick<ServicePlace, 'serviceImport'>): readonly EndpointTarget[] {
  const { ips = [], ports = [], type } = serviceImport?.spec ?? {};
  if (type !== 'ClusterSetIP') return [];
  return ips.flatMap((host) => ports.map(({ port, protocol = 'TCP' }) => ({ host, port, protocol })));
}

/** Endpoints that are tried in one run: enough to see a fault, and few enough for large services. */
const SAMPLE = 64;

/** TCP targets without repetition, as many as are tried. */
export function sampleTargets(targets: readonly EndpointTarget[]): readonly ReachTarget[] {
  const tcp = targets.filter(({ protocol }) => protocol === 'TCP');
  return [...new Map(tcp.map(({ host, port }) => [`${host} ${port}`, { host, port }])).values()].slice(0, SAMPLE);
}
