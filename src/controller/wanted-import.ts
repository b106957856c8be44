import { WINNER } from '../api/labels.ts';
import { splitKey } from '../api/resources.ts';
import type { IpFamily, Service, ServiceImport } from '../api/types/index.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { parseAll } from '../sync/service/address-policy.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { chooseFamilies } from '../sync/service/derived-service.ts';
import { derivedServiceName } from '../sync/service/imported-names.ts';
import { type MergedService, mergeRecords } from '../sync/service/merge-records.ts';
import { namespaceRefusal } from '../sync/service/namespace-policy.ts';
import { servableEndpoints } from '../sync/service/imported-slices.ts';
import { type ClusterEndpoints, placeEndpoints } from '../sync/service/placement.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import type { CableHealth } from './cable-health.ts';
import type { ClusterLiveness } from './cluster-liveness.ts';
import { admitMemberRecords, type MemberRecordSources } from './member-records.ts';
import { namespacePolicyOf } from './settings.ts';
import { brokerCluster, type ServiceKey } from './caches.ts';

export interface ImportSources extends MemberRecordSources {
  readonly liveness: Pick<ClusterLiveness, 'isServed'>;
  readonly cables: Pick<CableHealth, 'isReachable' | 'silentGateway'>;
  /** Families of this cluster's services; empty if they are not known. */
  readonly families: readonly IpFamily[];
}

export type ImportObstacle = 'IPFamilyNotSupported' | 'ForeignService';

/** What shall stand in this cluster for one service. */
export interface WantedImport {
  /** Undefined where nothing shall stand. */
  readonly merged: MergedService | undefined;
  /** Endpoints of the exporters that are alive, after placement. */
  readonly endpoints: readonly ClusterEndpoints[];
  /** Exporters that are silent. */
  readonly withdrawn: readonly string[];
  /** Exporters that are alive, and that this cluster's gateway cannot reach. */
  readonly unreachable: readonly string[];
  /** Families of the clusterset IPs; undefined for headless services, and where there is none in common. */
  readonly families: readonly IpFamily[] | undefined;
  /** Why the service cannot be used in this cluster, although members export it. */
  readonly obstacle?: ImportObstacle;
  readonly rejections: readonly Rejection[];
  readonly standing: StandingImport;
}

/** What stands already under the names that the import needs. */
export interface StandingImport {
  readonly serviceImport: ServiceImport | undefined;
  readonly derived: Service | undefined;
}

const NOTHING = { merged: undefined, endpoints: [], withdrawn: [], unreachable: [], families: undefined } as const;

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
  if (reason === undefined) return undefined;
  const others = sources.broker.imports.by('service', key).filter((object) => brokerCluster(object) !== sources.settings.clusterID);
  return others.map(({ metadata }) => ({ object: `ServiceImport ${metadata.name}`, reason: 'NamespaceRefused', message: reason }));
}

/** Decides, from the caches alone, what shall stand in this cluster for a service, and books that in the members' quota. */
export function wantedImport(key: ServiceKey, sources: ImportSources): WantedImport {
  const standing = readStandingImport(key, sources);
  const refused = refusal(key, sources);
  if (refused !== undefined) {
    sources.quota.releaseOthers(key, new Set()); // what is not imported takes no room
    return { ...NOTHING, rejections: refused, standing };
  }
  const { records, rejections } = admitMemberRecords(key, sources);
  const { serviceImport, derived } = standing;
  const isOwn = serviceImport !== undefined && isOwnedBy(serviceImport, SERVICE_OWNER);
  const merged = mergeRecords(records, isOwn ? serviceImport.metadata.annotations?.[WINNER] : undefined);
  if (merged === undefined) return { ...NOTHING, rejections, standing };
  const self = sources.settings.clusterID;
  const isServed = (cluster: string): boolean => cluster === self || sources.liveness.isServed(cluster);
  const exporters = merged.records.map(({ origin }) => origin.cluster);
  const withdrawn = exporters.filter((cluster) => !isServed(cluster));
  const isReachable = (cluster: string): boolean => cluster === self || sources.cables.isReachable(cluster);
  const unreachable = exporters.filter((cluster) => isServed(cluster) && !isReachable(cluster));
  const choice = { supported: sources.families, ...(derived !== undefined && isOwnedBy(derived, SERVICE_OWNER) && { standing: derived }) };
  const families = merged.winner.kind === 'ClusterSetIP' ? chooseFamilies(merged.winner.ipFamilies, choice) : undefined;
  const obstacle = findObstacle(merged, families, sources, standing);
  // slices would lead to a Service that somebody else made, or to addresses that nobody here can reach
  const endpoints = obstacle === undefined ? placeEndpoints(merged.winner.placement, servableEndpoints(merged, isServed), self, isReachable) : [];
  return { merged, endpoints, withdrawn, unreachable, families, ...(obstacle !== undefined && { obstacle }), rejections, standing };
}

function findObstacle({ winner }: MergedService, families: WantedImport['families'], { settings }: ImportSources, { derived }: StandingImport): ImportObstacle | undefined {
  if (winner.kind === 'Headless') {
    const reachable = parseAll(settings.podCIDRs).map(({ family }) => family);
    const isReachable = reachable.length === 0 || winner.ipFamilies.length === 0 || winner.ipFamilies.some((family) => reachable.includes(family));
    return isReachable ? undefined : 'IPFamilyNotSupported';
  }
  if (families === undefined) return 'IPFamilyNotSupported';
  return derived !== undefined && !isOwnedBy(derived, SERVICE_OWNER) ? 'ForeignService' : undefined;
}
