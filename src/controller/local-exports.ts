import { cidrContains } from '../api/cidr.ts';
import type { ServiceExport } from '../api/types/index.ts';
import type { SyncRecord } from '../sync/record.ts';
import { grantedRanges } from '../sync/service/address-policy.ts';
import { type ExportProblem, findExportProblem } from '../sync/service/export-problem.ts';
import { type IgnoredSetting, readLocalService } from '../sync/service/service-record.ts';
import type { ControllerSettings } from './settings.ts';
import type { BrokerCaches, LocalCaches, ServiceKey } from './caches.ts';

/** What this cluster wants to export under one key. */
export interface LocalExport {
  readonly serviceExport: ServiceExport | undefined;
  readonly problem?: ExportProblem;
  /** What the broker is to hold; undefined where nothing is exported. */
  readonly record?: SyncRecord;
  readonly unroutable: number;
  readonly ignored: readonly IgnoredSetting[];
}

const NONE_LEFT = { unroutable: 0, ignored: [] } as const;

export interface LocalExportSources {
  readonly settings: ControllerSettings;
  readonly local: LocalCaches;
  readonly broker: BrokerCaches;
}

/** Reads from the caches what is exported under a key. */
export function readLocalExport(key: ServiceKey, { settings, local, broker }: LocalExportSources): LocalExport {
  const serviceExport = local.exports.get(key);
  if (serviceExport === undefined || serviceExport.metadata.deletionTimestamp !== undefined) return { serviceExport: undefined, ...NONE_LEFT };
  const service = local.services.get(key);
  const problem = findExportProblem(service);
  if (problem !== undefined || service === undefined) return { serviceExport, problem: problem ?? 'NoService', ...NONE_LEFT };
  const cluster = settings.clusterID;
  const self = broker.clusters.get(`${settings.brokerNamespace}/${cluster}`);
  const granted = self === undefined ? [] : grantedRanges(self);
  const isRoutable = (address: string): boolean => granted.some((range) => cidrContains(range, address));
  const slices = local.slices.by('source', key);
  return { serviceExport, ...readLocalService({ cluster, service, serviceExport, slices, isRoutable }) };
}
