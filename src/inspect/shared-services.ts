import { objectKey } from '../api/resources.ts';
import type { Condition, ServiceExport, ServiceImport } from '../api/types/index.ts';
import type { ClusterState, MemberState } from './cluster-state.ts';

/** One export of a service, as its cluster sees it. */
export interface ExportState {
  readonly cluster: string;
  readonly conditions: readonly Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[];
}

/** One import of a service. */
export interface ImportState {
  readonly cluster: string;
  readonly type: string;
  readonly ips: readonly string[];
  /** `http 8080/TCP` */
  readonly ports: readonly string[];
  /** Ready endpoints by exporting cluster. */
  readonly endpoints: Readonly<Record<string, number>>;
}

/** A service of the set: who exports it, who imports it. */
export interface SharedService {
  readonly namespace: string;
  readonly name: string;
  readonly exports: readonly ExportState[];
  readonly imports: readonly ImportState[];
}

/** All services that are exported or imported in any of the clusters, by namespace and name. */
export function sharedServices(states: readonly ClusterState[]): readonly SharedService[] {
  const services = new Map<string, { exports: ExportState[]; imports: ImportState[] }>();
  const at = (key: string): { exports: ExportState[]; imports: ImportState[] } => {
    const found = services.get(key) ?? { exports: [], imports: [] };
    services.set(key, found);
    return found;
  };
  for (const { member } of states) {
    if (member === undefined) continue;
    for (const object of member.exports) at(objectKey(object.metadata)).exports.push(describeExport(member, object));
    for (const object of member.imports) at(objectKey(object.metadata)).imports.push(describeImport(member, object));
  }
  return [...services.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, found]) => {
      const [namespace = '', name = ''] = key.split('/');
      return { namespace, name, ...found };
    });
}

function describeExport({ config }: MemberState, { status }: ServiceExport): ExportState {
  const conditions = (status?.conditions ?? []).map(({ type, status: value, reason, message }) => ({ type, status: value, reason, message }));
  return { cluster: config.clusterID, conditions };
}

function describeImport({ config, readyEndpoints }: MemberState, { metadata, ...rest }: ServiceImport): ImportState {
  const { type = 'ClusterSetIP', ips = [], ports = [] } = (rest as { spec?: Partial<ServiceImport['spec']> }).spec ?? {}; // others may have made one without
  return {
    cluster: config.clusterID,
    type,
    ips,
    ports: ports.map(({ name = '', port, protocol = 'TCP' }) => `${name} ${port}/${protocol}`.trim()),
    endpoints: readyEndpoints.get(objectKey(metadata)) ?? {},
  };
}
