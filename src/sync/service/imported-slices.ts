import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER, SERVICE_NAME, SLICE_MANAGED_BY, SLICE_MANAGER } from '../../api/labels.ts';
import type { EndpointSlice } from '../../api/types/index.ts';
import { ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import type { EndpointGroup } from '../record.ts';
import { SERVICE_OWNER, toEndpoint, toImportPort } from './broker-objects.ts';
import { derivedPortNames } from './derived-service.ts';
import { derivedServiceName, importedSliceName } from './imported-names.ts';
import { contributedPorts } from './merge-ports.ts';
import type { MergedService } from './merge-records.ts';
import type { ClusterEndpoints } from './placement.ts';

/**
 * Endpoints of those exporters that can be served: of the winner's type, and in slices that have a
 * port in common with the service. A headless service may have no ports at all; behind a virtual
 * address a slice without ports leads nowhere.
 */
export function servableEndpoints({ records, winner, ports }: MergedService, isServed: (cluster: string) => boolean): ClusterEndpoints[] {
  const alike = records.filter(({ kind, origin }) => kind === winner.kind && isServed(origin.cluster));
  return alike.map(({ origin: { cluster }, groups }) => ({
    cluster,
    groups: winner.kind === 'Headless' ? groups : groups.filter((group) => contributedPorts(ports, cluster, group).length > 0),
  }));
}

/** Slices of a service in the importing cluster, one for each of the exporters' slices. */
export function toImportedSlices(merged: MergedService, endpoints: readonly ClusterEndpoints[]): Desired<EndpointSlice>[] {
  const { namespace, name } = merged.winner.origin;
  const names = { derived: derivedServiceName(namespace, name), ports: derivedPortNames(merged.ports.ports) };
  return endpoints.flatMap(({ cluster, groups }) => groups.map((group) => toImportedSlice(merged, names, cluster, group)));
}

/** Names within the derived Service. */
interface DerivedNames {
  readonly derived: string;
  readonly ports: ReadonlyMap<string, string>;
}

function toImportedSlice(merged: MergedService, names: DerivedNames, cluster: string, group: EndpointGroup): Desired<EndpointSlice> {
  const { winner } = merged;
  const isHeadless = winner.kind === 'Headless';
  const contributed = contributedPorts(merged.ports, cluster, group);
  const ports = contributed.map((port) => toImportPort({ ...port, name: isHeadless ? port.name : (names.ports.get(port.name) ?? port.name) }));
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
