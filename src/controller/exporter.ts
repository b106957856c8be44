import { resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { settleAll } from '../base/concurrently.ts';
import type { KubeClient } from '../kube/client.ts';
import { type AppliedPlan, applyPlan } from '../sync/apply-plan.ts';
import { requireOwnership } from '../sync/ownership.ts';
import { countWrites, plan } from '../sync/plan.ts';
import { familyDiffers, SERVICE_OWNER, toBrokerObjects } from '../sync/service/broker-objects.ts';
import { type LocalExport, readLocalExport } from './local-exports.ts';
import { type ControllerSettings, FIELD_MANAGER } from './settings.ts';
import { type BrokerCaches, type LocalCaches, ofMember, type ServiceKey } from './caches.ts';

export interface ExporterOptions {
  readonly settings: ControllerSettings;
  readonly local: LocalCaches;
  readonly broker: BrokerCaches;
  readonly brokerClient: KubeClient;
}

export interface ExportResult {
  readonly local: LocalExport;
  /** Objects written or deleted. */
  readonly writes: number;
}

/** Throws MCS_FOREIGN_OBJECT where something that is not ours has a name that the export needs. */
function requireNoForeign<T extends KubeObject>({ conflicts }: AppliedPlan<T>): void {
  for (const conflict of conflicts) if (conflict.kind === 'foreign') requireOwnership(conflict.standing, SERVICE_OWNER);
}

/** Brings the broker's objects of this member in line with the Service, ServiceExport and slices of a key. */
export async function reconcileExport(key: ServiceKey, options: ExporterOptions, signal: AbortSignal): Promise<ExportResult> {
  const { settings, broker, brokerClient } = options;
  const local = readLocalExport(key, options);
  const desired = local.record === undefined ? undefined : toBrokerObjects(local.record, settings.brokerNamespace);
  const common = { owner: SERVICE_OWNER, fieldManager: FIELD_MANAGER, signal };
  const imports = plan({
    owner: SERVICE_OWNER,
    desired: desired === undefined ? [] : [desired.serviceImport],
    standing: ofMember(broker.imports.by('service', key), settings.clusterID),
  });
  const slices = plan({
    owner: SERVICE_OWNER,
    desired: desired?.slices ?? [],
    standing: ofMember(broker.slices.by('service', key), settings.clusterID),
    mustReplace: familyDiffers,
  });
  await settleAll([
    applyPlan(brokerClient, resources.serviceImports, imports, {
      ...common,
      onWritten: (object) => broker.imports.wrote(object),
      onDeleted: (object) => broker.imports.deleted(object),
    }).then(requireNoForeign),
    applyPlan(brokerClient, resources.endpointSlices, slices, {
      ...common,
      onWritten: (object) => broker.slices.wrote(object),
      onDeleted: (object) => broker.slices.deleted(object),
    }).then(requireNoForeign),
  ]);
  return { local, writes: countWrites(imports) + countWrites(slices) };
}
