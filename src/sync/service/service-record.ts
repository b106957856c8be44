import { familyOf } from '../../api/cidr.ts';
import { PLACEMENT_POLICY } from '../../api/labels.ts';
import type { Endpoint, EndpointSlice, IpFamily, Service, ServiceExport, ServicePort } from '../../api/types/index.ts';
import { isCopy } from '../ownership.ts';
import type { EndpointGroup, RecordEndpoint, RecordKind, RecordPort, SyncRecord, TrafficSettings } from '../record.ts';
import { screenExported } from './exported-metadata.ts';
import { parsePlacement, PLACE_EVERYWHERE } from './placement.ts';

export interface LocalService {
  readonly cluster: string;
  readonly service: Service;
  readonly serviceExport?: ServiceExport;
  readonly slices: readonly EndpointSlice[];
  /** Whether other clusters can route to an address: it lies in the ranges granted to this cluster. */
  readonly isRoutable: (address: string) => boolean;
}

export interface LocalRecord {
  readonly record: SyncRecord;
  /** Endpoints that were left out, because other clusters cannot route to them (ruling 16). */
  readonly unroutable: number;
  readonly ignored: readonly IgnoredSetting[];
}

/** A setting of a ServiceExport that cannot be followed. */
export interface IgnoredSetting {
  readonly reason: 'InvalidPlacement' | 'UnusableKeys';
  readonly message: string;
}

/** The neutral model of a Service with its slices, as this cluster exports it. */
export function readLocalService(local: LocalService): LocalRecord {
  const { service, serviceExport, cluster } = local;
  const { namespace = '', name, uid = '' } = service.metadata;
  const slices = local.slices.filter((slice) => slice.addressType !== 'FQDN' && !isCopy(slice));
  const groups = slices.map((slice) => toGroup(slice, local.isRoutable));
  const { exportedLabels, exportedAnnotations, placement, ignored } = settingsOf(serviceExport);
  const record: SyncRecord = {
    origin: { cluster, namespace, name, uid },
    kind: kindOf(service),
    ports: (service.spec.ports ?? []).map(toRecordPort),
    ips: clusterIPsOf(service),
    ipFamilies: familiesOf(service, slices),
    traffic: trafficOf(service),
    exportedLabels,
    exportedAnnotations,
    placement,
    groups: groups.map(({ group }) => group).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    createdAt: '',
  };
  return { record, unroutable: groups.reduce((sum, { unroutable }) => sum + unroutable, 0), ignored };
}

type ExportSettings = Pick<SyncRecord, 'exportedLabels' | 'exportedAnnotations' | 'placement'> & Pick<LocalRecord, 'ignored'>;

/** What a ServiceExport asks for, as far as every importer will take it: one bad key must not keep a whole ServiceImport from being written. */
function settingsOf(serviceExport: ServiceExport | undefined): ExportSettings {
  const labels = screenExported(serviceExport?.spec?.exportedLabels ?? {}, 'labels');
  const annotations = screenExported(serviceExport?.spec?.exportedAnnotations ?? {}, 'annotations');
  const text = serviceExport?.metadata.annotations?.[PLACEMENT_POLICY] ?? 'all';
  const placement = parsePlacement(text);
  const refused = [...labels.refused, ...annotations.refused].toSorted();
  const ignored: IgnoredSetting[] = [];
  if (placement === undefined) ignored.push({ reason: 'InvalidPlacement', message: `Annotation ${PLACEMENT_POLICY} is "${text}", not all, local or failover=a,b: all clusters are used` });
  if (refused.length > 0) ignored.push({ reason: 'UnusableKeys', message: `Reserved or malformed keys are not exported: ${refused.join(', ')}` });
  return { exportedLabels: labels.exported, exportedAnnotations: annotations.exported, placement: placement ?? PLACE_EVERYWHERE, ignored };
}

export function kindOf({ spec }: Service): RecordKind {
  if (spec.type === 'ExternalName') return 'ExternalName';
  return spec.clusterIP === 'None' ? 'Headless' : 'ClusterSetIP';
}

/** Virtual addresses of a Service; none for a headless one, and none before they are assigned. */
export function clusterIPsOf({ spec }: Service): string[] {
  const ips = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  return ips.filter((ip) => ip !== '' && ip !== 'None');
}

/** Families in the order of the addresses (KEP-1645 I5). */
export function familiesOfIps(ips: readonly string[]): IpFamily[] {
  return ips.map(familyOf).filter((family) => family !== undefined);
}

function familiesOf(service: Service, slices: readonly EndpointSlice[]): readonly IpFamily[] {
  if (service.spec.ipFamilies !== undefined && service.spec.ipFamilies.length > 0) return service.spec.ipFamilies;
  const found = [...familiesOfIps(clusterIPsOf(service)), ...slices.map(({ addressType }) => addressType)];
  return [...new Set(found.filter((family) => family === 'IPv4' || family === 'IPv6'))];
}

function toRecordPort({ name = '', protocol = 'TCP', port, appProtocol }: ServicePort): RecordPort {
  return { name, protocol, port, ...(appProtocol !== undefined && { appProtocol }) };
}

function trafficOf({ spec }: Service): TrafficSettings {
  const { sessionAffinity = 'None', internalTrafficPolicy = 'Cluster', sessionAffinityConfig, trafficDistribution } = spec;
  return {
    sessionAffinity,
    internalTrafficPolicy,
    ...(sessionAffinityConfig !== undefined && { sessionAffinityConfig }),
    ...(trafficDistribution !== undefined && { trafficDistribution }),
  };
}

function toGroup(slice: EndpointSlice, isRoutable: (address: string) => boolean): { group: EndpointGroup; unroutable: number } {
  const { name, uid = '' } = slice.metadata;
  const all = slice.endpoints ?? [];
  const routable = all.filter(({ addresses }) => addresses.every(isRoutable));
  const ports = (slice.ports ?? []).flatMap(({ port, ...rest }) => (port === undefined ? [] : [toRecordPort({ ...rest, port })]));
  const family = slice.addressType === 'IPv6' ? 'IPv6' : 'IPv4';
  return { group: { name, uid, family, ports, endpoints: routable.map(toRecordEndpoint) }, unroutable: all.length - routable.length };
}

/** A condition that is missing means "ready" (EndpointSlice API). */
export function toRecordEndpoint({ addresses, conditions, hostname, zone }: Endpoint): RecordEndpoint {
  const ready = conditions?.ready ?? true;
  return {
    addresses,
    ready,
    serving: conditions?.serving ?? ready,
    terminating: conditions?.terminating ?? false,
    ...(hostname !== undefined && { hostname }),
    ...(zone !== undefined && { zone }),
  };
}
