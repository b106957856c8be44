import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER, SERVICE_NAME, SLICE_MANAGED_BY, SLICE_MANAGER } from '../../api/labels.ts';
import type { EndpointPort, EndpointSlice } from '../../api/types/index.ts';
import { ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import type { EndpointGroup } from '../record.ts';
import { SERVICE_OWNER, toEndpoint, toImportPort } from './broker-objects.ts';
import { derivedPortNames } from './derived-service.ts';
import { derivedServiceName, importedSliceName } from './imported-names.ts';
import type { MergedService } from './merge-records.ts';
import type { ClusterEndpoints } from './placement.ts';

/**
 * Slices of a service in the importing cluster, one for each of the exporters' slices. Exporters of
 * another type than the winner contribute nothing, and each slice only to the ports it agrees on.
 */
export function toImportedSlices(merged: MergedService, endpoints: readonly ClusterEndpoints[]): Desired<EndpointSlice>[] {
  const { namespace, name } = merged.winner.origin;
  const names = { derived: derivedServiceName(namespace, name), ports: derivedPortNames(merged.ports.ports) };
  const alike = new Set(merged.records.filter(({ kind }) => kind === merged.winner.kind).map(({ origin }) => origin.cluster));
  return endpoints
    .filter(({ cluster }) => alike.has(cluster))
    .flatMap(({ cluster, groups }) => groups.flatMap((group) => toImportedSlice(merged, names, cluster, group) ?? []));
}

/** Names within the derived Service. */
interface DerivedNames {
  readonly derived: string;
  readonly ports: ReadonlyMap<string, string>;
}

function toImportedSlice(merged: MergedService, names: DerivedNames, cluster: string, group: EndpointGroup): Desired<EndpointSlice> | undefined {
  const { winner } = merged;
  const isHeadless = winner.kind === 'Headless';
  const ports = portsOf(merged, names.ports, cluster, group);
  // a headless service may have no ports at all, a virtual address without ports leads nowhere
  if (ports.length === 0 && !isHeadless) return undefined;
  const { namespace, name } = winner.origin;
  const labels = {
    ...ownershipLabels({ owner: SERVICE_OWNER, originCluster: cluster, originUid: group.uid }),
    [MCS_SERVICE_NAME]: name,
    [MCS_SOURCE_CLUSTER]: cluster,
    [SLICE_MANAGED_BY]: SLICE_MANAGER,
    ...(!isHeadless && { [SERVICE_NAME]: names.derived }),
  };
  const object = {
    metadata: { name: importedSliceName(group.name, cluster), namespace, labels },
    addressType: group.family,
    ports,
    endpoints: group.endpoints.map(toEndpoint),
  };
  return { object, ...(isHeadless && { absent: [['metadata', 'labels', SERVICE_NAME]] }) };
}

function portsOf({ ports, winner }: MergedService, serviceNames: DerivedNames['ports'], cluster: string, group: EndpointGroup): EndpointPort[] {
  const mergedNames = ports.names.get(cluster);
  return group.ports.flatMap((port) => {
    const merged = mergedNames?.get(port.name);
    if (merged === undefined) return [];
    return [toImportPort({ ...port, name: winner.kind === 'Headless' ? merged : (serviceNames.get(merged) ?? merged) })];
  });
}
