import { WINNER } from '../api/labels.ts';
import { splitKey } from '../api/resources.ts';
import type { IpFamily, Service, ServiceImport } from '../api/types/index.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { chooseFamilies } from '../sync/service/derived-service.ts';
import { derivedServiceName } from '../sync/service/imported-names.ts';
import { type MergedService, mergeRecords } from '../sync/service/merge-records.ts';
import { namespaceRefusal } from '../sync/service/namespace-policy.ts';
import type { ClusterEndpoints, Placement } from '../sync/service/placement.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import type { ClusterLiveness } from './cluster-liveness.ts';
import { type MemberRecordSources, readMemberRecords } from './member-records.ts';
import { namespacePolicyOf } from './settings.ts';
import type { ServiceKey } from './caches.ts';

export interface ImportSources extends MemberRecordSources {
  readonly liveness: Pick<ClusterLiveness, 'isServed'>;
  readonly placement: Placement;
  /** Families of this cluster's services; empty if they are not known. */
  readonly families: readonly IpFamily[];
}

/** What shall stand in this cluster for one service. */
export interface WantedImport {
  /** Undefined where nothing shall stand. */
  readonly merged: MergedService | undefined;
  /** Endpoints of the exporters that are alive, after placement. */
  readonly endpoints: readonly ClusterEndpoints[];
  /** Exporters that are silent. */
  readonly withdrawn: readonly string[];
  /** Families of the clusterset IPs; undefined for headless services, and where there is none in common. */
  readonly families: readonly IpFamily[] | undefined;
  readonly rejections: readonly Rejection[];
  readonly standing: StandingImport;
}

/** What stands already under the names that the import needs. */
export interface StandingImport {
  readonly serviceImport: ServiceImport | undefined;
  readonly derived: Service | undefined;
}

const NOTHING = { merged: undefined, endpoints: [], withdrawn: [], families: undefined } as const;

export function readStandingImport(key: ServiceKey, { local }: Pick<ImportSources, 'local'>): StandingImport {
  const { namespace = '', name } = splitKey(key);
  return { serviceImport: local.imports.get(key), derived: local.services.get(`${namespace}/${derivedServiceName(namespace, name)}`) };
}

/** Why nothing is imported to a namespace, where that is so. */
function refusal(key: ServiceKey, sources: ImportSources): Rejection[] | undefined {
  const { namespace = '' } = splitKey(key);
  const found = sources.local.namespaces.get(namespace);
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return [];
  const reason = namespaceRefusal(namespace, namespacePolicyOf(sources.settings));
  return reason === undefined ? undefined : [{ object: key, reason: 'NamespaceRefused', message: reason }];
}

/** Decides, from the caches alone, what shall stand in this cluster for a service. */
export function wantedImport(key: ServiceKey, sources: ImportSources): WantedImport {
  const standing = readStandingImport(key, sources);
  const refused = refusal(key, sources);
  if (refused !== undefined) return { ...NOTHING, rejections: refused, standing };
  const { records, rejections } = readMemberRecords(key, sources);
  const { serviceImport, derived } = standing;
  const isOwn = serviceImport !== undefined && isOwnedBy(serviceImport, SERVICE_OWNER);
  const merged = mergeRecords(records, isOwn ? serviceImport.metadata.annotations?.[WINNER] : undefined);
  if (merged === undefined) return { ...NOTHING, rejections, standing };
  const self = sources.settings.clusterID;
  const isServed = (cluster: string): boolean => cluster === self || sources.liveness.isServed(cluster);
  const exporters = merged.records.map(({ origin, groups }) => ({ cluster: origin.cluster, groups }));
  const candidates = exporters.filter(({ cluster }) => isServed(cluster));
  const withdrawn = exporters.filter(({ cluster }) => !isServed(cluster)).map(({ cluster }) => cluster);
  const choice = { supported: sources.families, ...(derived !== undefined && isOwnedBy(derived, SERVICE_OWNER) && { standing: derived }) };
  const families = merged.winner.kind === 'ClusterSetIP' ? chooseFamilies(merged.winner.ipFamilies, choice) : undefined;
  return { merged, endpoints: sources.placement(candidates, self), withdrawn, families, rejections, standing };
}

/** Whether a service with a virtual address cannot have one in this cluster. */
export function hasNoFamily({ merged, families }: WantedImport): boolean {
  return merged !== undefined && merged.winner.kind === 'ClusterSetIP' && families === undefined;
}
