import type { NamespaceChoice } from '../api/cluster-local.ts';
import { objectKey, splitKey } from '../api/resources.ts';
import type { IpFamily, KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isRefusal } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { createWorkQueue, type Lane, type WorkQueue, type WorkResult } from '../sync/work-queue.ts';
import type { BrokerSession } from './broker-session.ts';
import type { CableHealth } from './cable-health.ts';
import type { LocalCaches, ServiceKey } from './caches.ts';
import type { EventReporter } from '../kube/event-reporter.ts';
import { reconcileExport } from './exporter.ts';
import { reconcileImport } from './importer.ts';
import type { ControllerMetrics } from './metrics.ts';
import { Reflector } from './reflection/reflector.ts';
import type { RejectionReport } from './rejection-report.ts';
import { StatusWriter } from './status-writer.ts';
import { type ImportStatusInput, wantedExportConditions, wantedImportStatus } from './statuses.ts';
import { type ImportSources, wantedImport } from './wanted-import.ts';
import { splitWorkKey, workKey, type WorkKind } from './work-keys.ts';

export interface ReconcilerOptions {
  readonly localClient: KubeClient;
  readonly local: LocalCaches;
  /** The present session with the broker; undefined while there is no credential. */
  readonly session: () => BrokerSession | undefined;
  readonly cables: CableHealth;
  readonly families: readonly IpFamily[];
  readonly workers: number;
  readonly metrics: ControllerMetrics;
  readonly events: EventReporter;
  readonly rejections: Pick<RejectionReport, 'note'>;
  /** Namespaces whose imports are reflected in cluster.local; undefined while that is not known. */
  readonly reflectedNamespaces: () => NamespaceChoice | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is over quota is looked at again after a while, for nothing tells when there is room. */
const QUOTA_RETRY_MS = 60_000;

/** Turns keys into writes: exports and imports first, their statuses when nothing else waits. */
export class Reconciler {
  readonly queue: WorkQueue;
  readonly #options: ReconcilerOptions;
  readonly #statuses: StatusWriter;
  readonly #reflector: Reflector;
  /** When a key that waits or is worked on was first asked for. */
  readonly #since = new Map<string, number>();
  readonly #exportFailures = new Map<ServiceKey, string>();
  readonly #importFailures = new Map<ServiceKey, string>();
  /** Objects of other people that stand where an import belongs: their end brings the import back. */
  readonly #obstructions = new Map<string, ServiceKey>();

  constructor(options: ReconcilerOptions) {
    const { clock, logger, workers, local, localClient, events, reflectedNamespaces } = options;
    this.#options = options;
    this.#statuses = new StatusWriter({ client: localClient, now: () => clock.now() });
    this.#reflector = new Reflector({ client: localClient, local, namespaces: reflectedNamespaces, events });
    this.queue = createWorkQueue({
      name: 'service',
      workers,
      clock,
      logger,
      process: (key, signal) => this.#process(key, signal),
      onFailure: (key, error) => this.#onFailure(key, error),
    });
  }

  enqueue(kind: WorkKind, key: ServiceKey): void {
    this.#add(kind, key, kind === 'export-status' || kind === 'import-status' ? 'back' : 'front');
  }

  /** Has a service looked at anew without any news of it: what is news goes first. */
  enqueueAnew(kind: 'export' | 'import', key: ServiceKey): void {
    this.#add(kind, key, 'middle');
  }

  #add(kind: WorkKind, key: ServiceKey, lane: Lane): void {
    const text = workKey(kind, key);
    if (!this.#since.has(text)) this.#since.set(text, this.#options.clock.monotonic());
    this.queue.add(text, lane);
  }

  async #process(text: string, signal: AbortSignal): Promise<WorkResult> {
    const { kind, key } = splitWorkKey(text);
    const session = this.#options.session();
    // without a session nothing is known; its first sync brings every key back
    const result = session === undefined ? 'done' : await this.#work(kind, key, session, signal);
    this.#since.delete(text);
    return result;
  }

  #work(kind: WorkKind, key: ServiceKey, session: BrokerSession, signal: AbortSignal): Promise<WorkResult> {
    switch (kind) {
      case 'export':
        return this.#export(key, session, signal);
      case 'import':
        return this.#import(key, session, signal);
      case 'reflect':
        return this.#reflect(key, session, signal);
      case 'export-status':
        return this.#exportStatus(key, session, signal);
      case 'import-status':
        return this.#importStatus(key, session, signal);
    }
  }

  async #export(key: ServiceKey, session: BrokerSession, signal: AbortSignal): Promise<WorkResult> {
    if (!session.hasSynced) return 'done';
    const { local } = this.#options;
    const { settings, caches: broker, client: brokerClient } = session;
    // the own endpoints behind an import follow this cluster, not the broker
    if (broker.imports.by('service', key).length > 0) this.enqueue('import', key);
    const { writes } = await reconcileExport(key, { settings, local, broker, brokerClient }, signal);
    this.#exportFailures.delete(key);
    this.#observe('export', key, writes);
    this.enqueue('import', key);
    if (local.exports.get(key) !== undefined) this.enqueue('export-status', key);
    return 'done';
  }

  async #import(key: ServiceKey, session: BrokerSession, signal: AbortSignal): Promise<WorkResult> {
    if (!session.hasSynced) return 'done';
    const { localClient } = this.#options;
    for (const [object, service] of this.#obstructions) if (service === key) this.#obstructions.delete(object);
    const onForeign = (_key: ServiceKey, object: KubeObject): void => this.#reportForeign(key, object);
    const { wanted, writes } = await reconcileImport(key, { ...this.#sources(session), localClient, onForeign }, signal);
    this.#options.rejections.note(key, wanted.rejections);
    this.#observe('import', key, writes);
    if (this.#importFailures.delete(key)) this.#enqueueExportStatus(key);
    if (wanted.merged !== undefined) this.enqueue('import-status', key);
    if (this.#reflector.concerns(key)) this.enqueue('reflect', key);
    const isOverQuota = wanted.rejections.some(({ reason, object }) => reason === 'QuotaExceeded' && object.startsWith('ServiceImport'));
    return isOverQuota ? { requeueAfterMs: QUOTA_RETRY_MS } : 'done';
  }

  async #reflect(key: ServiceKey, session: BrokerSession, signal: AbortSignal): Promise<WorkResult> {
    if (!session.hasSynced) return 'done';
    const sources = this.#sources(session);
    await this.#reflector.reconcile(key, wantedImport(key, sources), sources, signal);
    this.enqueue('import-status', key);
    return 'done';
  }

  async #exportStatus(key: ServiceKey, session: BrokerSession, signal: AbortSignal): Promise<WorkResult> {
    const { local } = this.#options;
    const conditions = wantedExportConditions({ key, local, session, failure: this.#exportFailures.get(key), importFailure: this.#importFailures.get(key) });
    const serviceExport = local.exports.get(key);
    if (conditions !== undefined && serviceExport !== undefined) await this.#statuses.writeExport(serviceExport, conditions, local.exports, signal);
    return 'done';
  }

  async #importStatus(key: ServiceKey, session: BrokerSession, signal: AbortSignal): Promise<WorkResult> {
    const { local } = this.#options;
    const sources = this.#sources(session);
    const input: ImportStatusInput = { failure: this.#importFailures.get(key), unreflected: (wanted) => this.#reflector.unreflected(key, wanted, sources) };
    const status = session.hasSynced ? wantedImportStatus(key, sources, input) : undefined;
    const serviceImport = local.imports.get(key);
    if (status !== undefined && serviceImport !== undefined) {
      await this.#statuses.writeImport(serviceImport, status, local.imports, signal);
    }
    return 'done';
  }

  #sources(session: BrokerSession): ImportSources {
    const { local, families, cables } = this.#options;
    const { settings, caches: broker, quota, liveness } = session;
    return { settings, local, broker, quota, liveness, cables, families, addressPolicy: () => session.addressPolicy() };
  }

  #observe(direction: 'export' | 'import', key: ServiceKey, writes: number): void {
    const since = this.#since.get(workKey(direction, key));
    if (writes > 0 && since !== undefined) this.#options.metrics.propagated(direction, (this.#options.clock.monotonic() - since) / 1_000);
  }

  #onFailure(text: string, error: unknown): void {
    const { kind, key } = splitWorkKey(text);
    this.#options.metrics.failed(kind);
    if (kind === 'import' && isRefusal(error)) this.#reportImportFailure(key, errorMessage(error));
    if (kind === 'reflect' && isRefusal(error)) this.#reflector.reportFailure(key, errorMessage(error));
    if (kind !== 'export' || this.#options.local.exports.get(key) === undefined) return;
    this.#exportFailures.set(key, errorMessage(error));
    this.enqueue('export-status', key);
  }

  #enqueueExportStatus(key: ServiceKey): void {
    if (this.#options.local.exports.get(key) !== undefined) this.enqueue('export-status', key);
  }

  /** A namespace that takes no objects (a quota, an admission policy) is told by an Event: a ServiceImport may not even stand. */
  #reportImportFailure(key: ServiceKey, message: string): void {
    const { local, events } = this.#options;
    this.#importFailures.set(key, message);
    const standing = local.imports.get(key);
    const namespace = local.namespaces.get(splitKey(key).namespace ?? '');
    const about = standing ?? namespace;
    if (about !== undefined) events.warn(about, 'ImportFailed', `Cannot import service "${key}" of the cluster set: ${message}`);
    if (standing !== undefined) this.enqueue('import-status', key);
    this.#enqueueExportStatus(key);
  }

  /** Service whose import an object of other people stands in the way of. */
  obstructs(object: KubeObject): ServiceKey | undefined {
    return this.#obstructions.get(`${object.kind} ${objectKey(object.metadata)}`) ?? this.#reflector.obstructs(object);
  }

  #reportForeign(key: ServiceKey, object: KubeObject): void {
    this.#obstructions.set(`${object.kind} ${objectKey(object.metadata)}`, key);
    const effect = object.kind === 'EndpointSlice' ? 'lacks the endpoints that belong there' : 'is not imported';
    const message = `${object.kind} "${object.metadata.name}" was not made by mcs and is left alone; the service "${key}" of the cluster set ${effect}`;
    this.#options.events.warn(object, `Foreign${object.kind}`, message);
    this.#enqueueExportStatus(key);
  }
}
