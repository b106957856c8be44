import { objectKey } from '../../api/resources.ts';
import type { Endpoints, EndpointSlice, Service } from '../../api/types/index.ts';
import type { EndpointGroup, SyncRecord } from '../../sync/record.ts';
import { PLACE_EVERYWHERE } from '../../sync/service/placement.ts';
import { familiesOfIps } from '../../sync/service/service-record.ts';
import type { SourceSettings } from '../settings.ts';
import type { MirrorProblem } from '../status.ts';
import { isMirrorable } from './marks.ts';
import { readSourceEndpoints } from './read-source-endpoints.ts';
import { type ReadFields, readServiceFields } from './read-source-fields.ts';
import { type EndpointRules, readSourceSlice, type ReadGroups } from './read-source-slice.ts';
import type { MirrorTarget } from './target-of.ts';

export interface SourceService {
  readonly source: Pick<SourceSettings, 'name' | 'notReady'>;
  readonly target: MirrorTarget;
  /** As the source answered it: nothing in it is taken for granted but that it has a name and a namespace. */
  readonly service: Service;
  /** All slices of the Service, or, where the source serves no discovery.k8s.io, its core/v1 Endpoints. */
  readonly backends: { readonly slices: readonly EndpointSlice[] } | { readonly endpoints: Endpoints | undefined };
  /** Only where the own process was started in the sandbox; never because of what a source says. */
  readonly allowLoopback: boolean;
}

export interface ReadService {
  /** Undefined where nothing of the Service can be mirrored. */
  readonly record: SyncRecord | undefined;
  /** What was left out, as `SourceInvalid`. */
  readonly problems: readonly MirrorProblem[];
}

/**
 * The neutral model of a Service of a source, with as much of it as the target's API server will
 * take. Never throws.
 */
export function readSourceService({ source, target, service, backends, allowLoopback }: SourceService): ReadService {
  const { fields, faults } = readServiceFields(service);
  const read: ReadGroups = fields === undefined || fields.kind === 'ExternalName' ? { groups: [], faults: [] } : readBackends(backends, { notReady: source.notReady, allowLoopback });
  const about = { reason: 'SourceInvalid' as const, source: source.name, service: objectKey(service.metadata), target: objectKey(target) };
  return {
    record: fields && toRecord(source.name, service, fields, read.groups),
    problems: [...faults, ...read.faults].map((message) => ({ ...about, message })),
  };
}

function readBackends(backends: SourceService['backends'], rules: EndpointRules): ReadGroups {
  if ('endpoints' in backends) {
    const { endpoints } = backends;
    return endpoints !== undefined && isMirrorable(endpoints) ? readSourceEndpoints(endpoints, rules) : { groups: [], faults: [] };
  }
  const slices = backends.slices.filter((slice) => isMirrorable(slice) && slice.addressType !== 'FQDN').map((slice) => readSourceSlice(slice, rules));
  return { groups: slices.flatMap(({ groups }) => groups), faults: slices.flatMap(({ faults }) => faults) };
}

function toRecord(cluster: string, { metadata }: Service, fields: ReadFields, groups: readonly EndpointGroup[]): SyncRecord {
  const { namespace = '', name } = metadata;
  const { uid, ipFamilies, ...rest } = fields;
  // sources of before dual stack name no families
  const found = [...familiesOfIps(fields.ips), ...groups.map(({ family }) => family)];
  return {
    ...rest,
    origin: { cluster, namespace, name, uid },
    ipFamilies: ipFamilies.length > 0 ? ipFamilies : [...new Set(found)],
    placement: PLACE_EVERYWHERE,
    groups: groups.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
