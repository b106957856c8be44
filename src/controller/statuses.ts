import { WINNER } from '../api/labels.ts';
import { splitKey } from '../api/resources.ts';
import { errorMessage } from '../base/errors.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { satisfies } from '../sync/plan.ts';
import { countEndpoints } from '../sync/record.ts';
import { SERVICE_OWNER, toBrokerObjects } from '../sync/service/broker-objects.ts';
import { mergeRecords, type ServiceConflict } from '../sync/service/merge-records.ts';
import type { Unreflected } from '../sync/service/reflected-service.ts';
import type { BrokerSession } from './broker-session.ts';
import { type LocalCaches, ofMember, type ServiceKey } from './caches.ts';
import type { WantedCondition } from '../api/conditions.ts';
import { exportConditions, type ExportState } from './export-conditions.ts';
import { importConditions } from './import-conditions.ts';
import { type LocalExport, readLocalExport } from './local-exports.ts';
import { readExporters } from './member-records.ts';
import { type ImportSources, type WantedImport, wantedImport } from './wanted-import.ts';

export interface ExportStatusInput {
  readonly key: ServiceKey;
  readonly local: LocalCaches;
  readonly session: BrokerSession;
  /** Why the last write to the broker failed. */
  readonly failure: string | undefined;
  /** Why the last try to import the service here failed. */
  readonly importFailure: string | undefined;
}

/** Conditions that a ServiceExport is to have; undefined where they are better left as they are. */
export function wantedExportConditions(input: ExportStatusInput): WantedCondition[] | undefined {
  const { key, local, session } = input;
  const found = readLocalExport(key, { settings: session.settings, local, broker: session.caches });
  const { serviceExport } = found;
  if (serviceExport === undefined) return undefined;
  // what the broker holds is not known yet: whatever an earlier run found stays
  const isKnown = session.hasSynced;
  if (!isKnown && (serviceExport.status?.conditions ?? []).length > 0) return undefined;
  const failure = input.failure ?? (isKnown || session.lastError === undefined ? undefined : errorMessage(session.lastError));
  return exportConditions({
    generation: serviceExport.metadata.generation ?? 0,
    service: splitKey(key).name,
    ...(found.problem !== undefined && { problem: found.problem }),
    isStored: isKnown && isStored(key, found, session),
    ...(failure !== undefined && { failure }),
    conflicts: isKnown ? conflictsOf(input, found) : [],
    unroutable: unroutableOf(found, session),
    ignored: found.ignored,
    ...importability(input),
  });
}

function unroutableOf({ record, unroutable }: LocalExport, session: BrokerSession): { left: number; total: number; cluster: string } {
  // before the broker has been read, it is not known what it grants
  const left = session.hasSynced ? unroutable : 0;
  return { left, total: unroutable + countEndpoints(record?.groups ?? []), cluster: session.settings.clusterID };
}

function isStored(key: ServiceKey, { record }: LocalExport, { settings, caches }: BrokerSession): boolean {
  if (record === undefined) return false;
  const { serviceImport } = toBrokerObjects(record, settings.brokerNamespace);
  return ofMember(caches.imports.by('service', key), settings.clusterID).some((stored) => satisfies(stored, serviceImport));
}

/** Every exporter finds the same conflicts, for all of them read the same records. */
function conflictsOf({ key, local, session }: ExportStatusInput, { record }: LocalExport): readonly ServiceConflict[] {
  if (record === undefined) return [];
  const policy = session.addressPolicy();
  const records = readExporters(key, { broker: session.caches }).records.filter(({ origin }) => policy.isMember(origin.cluster));
  const standing = local.imports.get(key);
  const winner = standing !== undefined && isOwnedBy(standing, SERVICE_OWNER) ? standing.metadata.annotations?.[WINNER] : undefined;
  return mergeRecords(records, winner)?.conflicts ?? [];
}

/** What keeps this cluster itself from using what it exports. */
function importability({ key, local, importFailure }: ExportStatusInput): Pick<ExportState, 'hasForeignImport' | 'importFailure'> {
  const standing = local.imports.get(key);
  const hasForeignImport = standing !== undefined && !isOwnedBy(standing, SERVICE_OWNER);
  return { hasForeignImport, ...(importFailure !== undefined && { importFailure }) };
}

export interface WantedImportStatus {
  readonly conditions: readonly WantedCondition[];
  /** Clusters whose endpoints are served. */
  readonly clusters: readonly string[];
  /** Whether imported slices exist for the service (KEP-1645). */
  readonly endpointSliceObjects: 'Present' | 'Absent';
}

export interface ImportStatusInput {
  /** Why the last try to import the service here failed. */
  readonly failure?: string | undefined;
  /** What cannot be reflected of it; undefined while it is not known what is to be. */
  readonly unreflected?: (wanted: WantedImport) => readonly Unreflected[] | undefined;
}

/** Status that the aggregated ServiceImport of a service is to have; undefined where there is none of ours. */
export function wantedImportStatus(key: ServiceKey, sources: ImportSources, { failure, unreflected }: ImportStatusInput = {}): WantedImportStatus | undefined {
  const wanted = wantedImport(key, sources);
  const { serviceImport } = wanted.standing;
  if (wanted.merged === undefined || serviceImport === undefined || !isOwnedBy(serviceImport, SERVICE_OWNER)) return undefined;
  const silent = new Set(wanted.withdrawn);
  const clusters = wanted.merged.records.map(({ origin }) => origin.cluster).filter((cluster) => !silent.has(cluster));
  const { obstacle, rejections, unreachable } = wanted;
  const placed = wanted.endpoints.map(({ cluster }) => cluster);
  const conditions = importConditions({ serviceImport, ...(obstacle !== undefined && { obstacle }), ...(failure !== undefined && { failure }), rejections, unreachable, silentGateway: sources.cables.silentGateway, placed, conflicts: wanted.merged.conflicts, unreflected: unreflected?.(wanted) });
  return { conditions, clusters, endpointSliceObjects: obstacle === undefined ? 'Present' : 'Absent' };
}
