import {
  EXPORTED_ANNOTATIONS,
  EXPORTED_LABELS,
  LIGHTHOUSE_SOURCE_CLUSTER,
  LIGHTHOUSE_SOURCE_NAME,
  LIGHTHOUSE_SOURCE_NAMESPACE,
  MCS_SERVICE_NAME,
  MCS_SOURCE_CLUSTER,
  MEMBER,
  ORIGIN_NAME,
  ORIGIN_NAMESPACE,
  PLACEMENT_POLICY,
  SLICE_MANAGED_BY,
  SLICE_MANAGER,
  SUBMARINER_CLUSTER_ID,
  SUBMARINER_CLUSTER_IP,
  SUBMARINER_ORIGIN_NAME,
  SUBMARINER_ORIGIN_NAMESPACE,
  SUBMARINER_ORIGINATING_NAMESPACE,
} from '../../api/labels.ts';
import { brokerObjectName } from '../../api/names.ts';
import type { Endpoint, EndpointSlice, ServiceImport, ServiceImportPort } from '../../api/types/index.ts';
import { ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import type { EndpointGroup, RecordEndpoint, RecordPort, SyncRecord } from '../record.ts';
import { formatPlacement } from './placement.ts';

/** Part of `mcs` that owns service records, in the ownership tag. */
export const SERVICE_OWNER = 'controller';

/** What a member's record looks like on the broker. */
export interface BrokerObjects {
  readonly serviceImport: Desired<ServiceImport>;
  readonly slices: readonly Desired<EndpointSlice>[];
}

export function toBrokerObjects(record: SyncRecord, brokerNamespace: string): BrokerObjects {
  return {
    serviceImport: toBrokerImport(record, brokerNamespace),
    slices: record.groups.map((group) => toBrokerSlice(record, group, brokerNamespace)),
  };
}

function memberLabels({ origin }: SyncRecord, originUid: string): Record<string, string> {
  return {
    ...ownershipLabels({ owner: SERVICE_OWNER, originCluster: origin.cluster, originUid }),
    [MEMBER]: origin.cluster,
    [MCS_SERVICE_NAME]: origin.name,
    [MCS_SOURCE_CLUSTER]: origin.cluster,
    [LIGHTHOUSE_SOURCE_NAMESPACE]: origin.namespace,
    [SUBMARINER_CLUSTER_ID]: origin.cluster,
    [SUBMARINER_ORIGINATING_NAMESPACE]: origin.namespace,
  };
}

function toBrokerImport(record: SyncRecord, namespace: string): Desired<ServiceImport> {
  const { origin, ips, traffic } = record;
  const annotations = exportedAnnotations(record);
  const labels = {
    ...memberLabels(record, origin.uid),
    [LIGHTHOUSE_SOURCE_NAME]: origin.name,
    [LIGHTHOUSE_SOURCE_CLUSTER]: origin.cluster,
  };
  const object = {
    metadata: { name: brokerObjectName(origin.name, origin.namespace, origin.cluster), namespace, labels, annotations },
    spec: {
      type: record.kind === 'Headless' ? ('Headless' as const) : ('ClusterSetIP' as const),
      ports: record.ports.map(toImportPort),
      ips: [...ips],
      ipFamilies: [...record.ipFamilies],
      ...traffic,
    },
  };
  return { object, absent: [...absentTraffic(record), ...absentAnnotations(annotations)] };
}

function exportedAnnotations({ origin, ips, exportedLabels, exportedAnnotations: annotations, placement }: SyncRecord): Record<string, string> {
  return {
    [ORIGIN_NAME]: origin.name,
    [ORIGIN_NAMESPACE]: origin.namespace,
    [SUBMARINER_ORIGIN_NAME]: origin.name,
    [SUBMARINER_ORIGIN_NAMESPACE]: origin.namespace,
    ...(ips[0] !== undefined && { [SUBMARINER_CLUSTER_IP]: ips[0] }),
    ...(Object.keys(exportedLabels).length > 0 && { [EXPORTED_LABELS]: JSON.stringify(exportedLabels) }),
    ...(Object.keys(annotations).length > 0 && { [EXPORTED_ANNOTATIONS]: JSON.stringify(annotations) }),
    ...(placement.mode !== 'all' && { [PLACEMENT_POLICY]: formatPlacement(placement) }),
  };
}

function absentAnnotations(annotations: Readonly<Record<string, string>>): string[][] {
  const optional = [SUBMARINER_CLUSTER_IP, EXPORTED_LABELS, EXPORTED_ANNOTATIONS, PLACEMENT_POLICY];
  return optional.filter((key) => !(key in annotations)).map((key) => ['metadata', 'annotations', key]);
}

/** Paths of the optional traffic fields that a record does not have. */
export function absentTraffic({ traffic }: Pick<SyncRecord, 'traffic'>): string[][] {
  const optional = ['sessionAffinityConfig', 'trafficDistribution'] as const;
  return optional.filter((field) => traffic[field] === undefined).map((field) => ['spec', field]);
}

export function toImportPort({ name, protocol, port, appProtocol }: RecordPort): ServiceImportPort {
  return { name, protocol, port, ...(appProtocol !== undefined && { appProtocol }) };
}

function toBrokerSlice(record: SyncRecord, group: EndpointGroup, namespace: string): Desired<EndpointSlice> {
  const { origin } = record;
  const name = brokerObjectName(group.name, origin.namespace, origin.cluster);
  const labels = { ...memberLabels(record, group.uid), [SLICE_MANAGED_BY]: SLICE_MANAGER };
  const annotations = { [ORIGIN_NAME]: group.name, [ORIGIN_NAMESPACE]: origin.namespace };
  return {
    object: {
      metadata: { name, namespace, labels, annotations },
      addressType: group.family,
      ports: group.ports.map(toImportPort),
      endpoints: group.endpoints.map(toEndpoint),
    },
  };
}

/** Neither nodeName nor targetRef nor hints: they mean nothing in another cluster (ruling 15). */
export function toEndpoint({ addresses, ready, serving, terminating, hostname, zone }: RecordEndpoint): Endpoint {
  return {
    addresses: [...addresses],
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    ...(zone !== undefined && { zone }),
  };
}

/** The family of a slice cannot be changed once it stands. */
export function familyDiffers(standing: EndpointSlice, { object }: Desired<EndpointSlice>): boolean {
  return standing.addressType !== object.addressType;
}
