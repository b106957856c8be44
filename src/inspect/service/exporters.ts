import { MCS_SOURCE_CLUSTER, MEMBER } from '../../api/labels.ts';
import type { EndpointSlice, ServiceImport } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isCopy } from '../../sync/ownership.ts';
import type { ServiceView } from './service-view.ts';

const memberOf = ({ metadata }: ServiceImport | EndpointSlice): string => metadata.labels?.[MEMBER] ?? metadata.name.slice(metadata.name.lastIndexOf('.') + 1);

/** What one member has on the broker. */
export function brokerObjectsOf({ broker }: Pick<ServiceView, 'broker'>, cluster: string): { readonly serviceImport?: ServiceImport; readonly slices: readonly EndpointSlice[] } {
  const serviceImport = broker?.imports.find((object) => memberOf(object) === cluster);
  return { ...(serviceImport && { serviceImport }), slices: (broker?.slices ?? []).filter((object) => memberOf(object) === cluster) };
}

/** Slices that a member has imported from one exporter. */
export function importedFrom(imported: readonly EndpointSlice[], cluster: string): readonly EndpointSlice[] {
  return imported.filter(({ metadata }) => metadata.labels?.[MCS_SOURCE_CLUSTER] === cluster);
}

/**
 * Clusters that export the service: by their ServiceExports, by what is on the broker, and by what others
 * have imported, for the exporter itself may not be among the clusters that were read. Where there is none,
 * the clusters that have the Service.
 */
export function findExporters(view: ServiceView): readonly string[] {
  const named = view.members.filter(({ serviceExport }) => serviceExport !== undefined).map(({ cluster }) => cluster);
  const onBroker = (view.broker?.imports ?? []).map(memberOf);
  const seen = view.members.flatMap(({ imported }) => imported.flatMap(({ metadata }) => metadata.labels?.[MCS_SOURCE_CLUSTER] ?? []));
  const exporters = [...new Set([...named, ...onBroker, ...seen])];
  if (exporters.length > 0) return exporters.toSorted();
  return view.members.filter(({ service }) => service !== undefined && !isCopy(service)).map(({ cluster }) => cluster).toSorted();
}

/** Throws MCS_SERVICE_UNKNOWN unless some cluster that was read has, exports or imports the service, MCS_CLUSTER_UNREACHABLE where none was, and MCS_NOT_JOINED where none is a member. */
export function requireKnown(view: ServiceView, verb: string): void {
  if (findExporters(view).length > 0 || view.members.some(({ serviceImport }) => serviceImport !== undefined)) return;
  const [first] = view.unread;
  if (first !== undefined && view.members.length === 0) {
    throw new McsError('MCS_CLUSTER_UNREACHABLE', `Cannot ${verb} ${view.namespace}/${view.name}: no member could be read, "${first.context}" for one: ${first.message}`, { hints: first.hints });
  }
  if (view.members.length === 0 && view.leftOut.length > 0) {
    throw new McsError('MCS_NOT_JOINED', `Cannot ${verb} ${view.namespace}/${view.name}: no cluster is a member: ${view.leftOut.map(({ context, reason }) => `"${context}" (${reason})`).join(', ')}`, { hints: ['mcs join broker-info.subm'] });
  }
  const unread = first === undefined ? '' : ` (not read: ${view.unread.map(({ context }) => `"${context}"`).join(', ')})`;
  throw new McsError('MCS_SERVICE_UNKNOWN', `Cannot ${verb} ${view.namespace}/${view.name}: no cluster has, exports or imports a service of that name${unread}`, { hints: ['mcs show services'] });
}
