import { type Resource, resources } from '../api/resources.ts';
import type { IpFamily, KubeObject, Service } from '../api/types/index.ts';
import { settleAll } from '../base/concurrently.ts';
import type { KubeClient } from '../kube/client.ts';
import { applyPlan } from '../sync/apply-plan.ts';
import type { ObjectCache } from '../sync/object-cache.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { type Desired, plan, type PlanInput } from '../sync/plan.ts';
import { toAggregatedImport } from '../sync/service/aggregated-import.ts';
import { familyDiffers, SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { toDerivedService } from '../sync/service/derived-service.ts';
import { toImportedSlices } from '../sync/service/imported-slices.ts';
import { clusterIPsOf, familiesOfIps } from '../sync/service/service-record.ts';
import { FIELD_MANAGER } from './settings.ts';
import type { ServiceKey } from './caches.ts';
import { type ImportSources, readStandingImport, type WantedImport, wantedImport } from './wanted-import.ts';

export interface ImporterOptions extends ImportSources {
  readonly localClient: KubeClient;
  /** Told of objects of other people that stand where an import belongs. */
  readonly onForeign: (key: ServiceKey, object: KubeObject) => void;
}

export interface ImportResult {
  readonly wanted: WantedImport;
  /** Objects written or deleted. */
  readonly writes: number;
}

/** Brings the ServiceImport, derived Service and slices of a service in this cluster in line with the broker. */
export async function reconcileImport(key: ServiceKey, options: ImporterOptions, signal: AbortSignal): Promise<ImportResult> {
  const wanted = wantedImport(key, options);
  const { serviceImport } = wanted.standing;
  if (wanted.merged !== undefined && serviceImport !== undefined && !isOwnedBy(serviceImport, SERVICE_OWNER)) {
    options.onForeign(key, serviceImport);
    return { wanted, writes: 0 };
  }
  const writer = new ImportWriter(key, wanted, options, signal);
  // names resolve through the virtual address: it comes first, then the import that shows it
  if (wanted.merged !== undefined) await writer.writeDerived();
  await settleAll([writer.writeImport(), writer.writeSlices(), ...(wanted.merged === undefined ? [writer.writeDerived()] : [])]);
  return { wanted, writes: writer.writes };
}

class ImportWriter {
  writes = 0;
  readonly #key: ServiceKey;
  readonly #wanted: WantedImport;
  readonly #options: ImporterOptions;
  readonly #signal: AbortSignal;

  constructor(key: ServiceKey, wanted: WantedImport, options: ImporterOptions, signal: AbortSignal) {
    this.#key = key;
    this.#wanted = wanted;
    this.#options = options;
    this.#signal = signal;
  }

  async writeDerived(): Promise<void> {
    const { merged, families, standing } = this.#wanted;
    const { services } = this.#options.local;
    const desired = merged === undefined || families === undefined ? [] : [toDerivedService(merged, families)];
    const owned = services.by('imported', this.#key).filter((service) => service !== standing.derived);
    await this.#apply(resources.services, services, { desired, standing: [...owned, ...(standing.derived ? [standing.derived] : [])] });
  }

  async writeImport(): Promise<void> {
    const { merged, withdrawn, standing } = this.#wanted;
    const { imports } = this.#options.local;
    const desired = merged === undefined ? [] : [toAggregatedImport({ merged, withdrawn, ...this.#addresses(), ...(standing.serviceImport && { standing: standing.serviceImport }) })];
    await this.#apply(resources.serviceImports, imports, { desired, standing: standing.serviceImport ? [standing.serviceImport] : [] });
  }

  async writeSlices(): Promise<void> {
    const { merged, endpoints } = this.#wanted;
    const { slices } = this.#options.local;
    const desired = merged === undefined ? [] : toImportedSlices(merged, endpoints);
    await this.#apply(resources.endpointSlices, slices, { desired, standing: this.#standingSlices(desired), mustReplace: familyDiffers });
  }

  /** Slices of this service, and whatever else has the name of one that is wanted. */
  #standingSlices(desired: readonly Desired<KubeObject>[]): ReturnType<ImporterOptions['local']['slices']['values']> {
    const { slices } = this.#options.local;
    const found = new Set(slices.by('imported', this.#key));
    for (const { object } of desired) {
      const named = slices.get(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
      if (named !== undefined) found.add(named);
    }
    return [...found];
  }

  #addresses(): { ips: readonly string[]; ipFamilies: readonly IpFamily[] } {
    const { merged } = this.#wanted;
    if (merged?.winner.kind === 'Headless') return { ips: [], ipFamilies: merged.winner.ipFamilies };
    const derived: Service | undefined = readStandingImport(this.#key, this.#options).derived;
    const ips = derived === undefined || !isOwnedBy(derived, SERVICE_OWNER) ? [] : clusterIPsOf(derived);
    return { ips, ipFamilies: ips.length > 0 ? familiesOfIps(ips) : (merged?.winner.ipFamilies ?? []) };
  }

  async #apply<T extends KubeObject>(
    resource: Resource<T>,
    store: ObjectCache<T, string>,
    input: Pick<PlanInput<T>, 'desired' | 'standing' | 'mustReplace'>,
  ): Promise<void> {
    const applied = await applyPlan(this.#options.localClient, resource, plan({ owner: SERVICE_OWNER, ...input }), {
      owner: SERVICE_OWNER,
      fieldManager: FIELD_MANAGER,
      signal: this.#signal,
      onWritten: (object) => store.wrote(object),
      onDeleted: (object) => store.deleted(object),
    });
    this.writes += applied.written.length + applied.deleted.length;
    for (const conflict of applied.conflicts) if (conflict.kind === 'foreign') this.#options.onForeign(this.#key, conflict.standing);
  }
}
