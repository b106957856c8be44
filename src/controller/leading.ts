import { MCS_SERVICE_NAME } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { IpFamily, Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { untilAborted } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { DnsWiring } from '../cluster-dns/dns-wiring.ts';
import { CLUSTERSET_WIRING } from '../cluster-dns/wiring-subject.ts';
import type { KubeClient } from '../kube/client.ts';
import { parseAll } from '../sync/service/address-policy.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import type { BrokerSession } from './broker-session.ts';
import { type BrokerLink, BrokerSessions } from './broker-sessions.ts';
import { CableHealth } from './cable-health.ts';
import { brokerServiceKey, type LocalCaches, type ServiceKey } from './caches.ts';
import type { CredentialKeeper } from './credential-keeper.ts';
import { EventReporter } from '../kube/event-reporter.ts';
import { ExportPolicies } from './export-policies/export-policies.ts';
import type { ControllerMetrics } from './metrics.ts';
import { Reconciler } from './reconciler.ts';
import { ClusterLocalWatch } from './reflection/cluster-local-watch.ts';
import { RejectionReport } from './rejection-report.ts';
import { type ControllerSettings, FIELD_MANAGER, reservedNamespaces } from './settings.ts';
import { findStrays } from './strays.ts';
import type { WorkKind } from './work-keys.ts';

/** What of the cluster's own DNS a controller keeps. */
const WIRING = { subject: CLUSTERSET_WIRING, hasFallthrough: true, fieldManager: FIELD_MANAGER } as const;

export interface LeadingOptions {
  readonly settings: ControllerSettings;
  readonly localClient: KubeClient;
  readonly local: LocalCaches;
  readonly broker: BrokerLink;
  readonly metrics: ControllerMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

function familiesOf(serviceCIDRs: readonly string[]): IpFamily[] {
  return [...new Set(parseAll(serviceCIDRs).map(({ family }) => family))];
}

/** Everything that only the active process does, from winning the lead to losing it. */
export class Leading {
  readonly reconciler: Reconciler;
  readonly #options: LeadingOptions;
  readonly #rejections: RejectionReport;
  readonly #cableHealth: CableHealth;
  readonly #policies: ExportPolicies;
  readonly #clusterLocal: ClusterLocalWatch;
  readonly #sessions: BrokerSessions;
  readonly #abort = new AbortController();

  constructor(options: LeadingOptions) {
    this.#options = options;
    const { settings, localClient, local, metrics, clock, logger } = options;
    const events = new EventReporter({ client: localClient, component: FIELD_MANAGER, clock, logger });
    const { memberNamespace, clusterID, limits } = settings;
    this.#cableHealth = new CableHealth({ clusterID, memberNamespace, client: localClient, onChange: (cluster) => this.#onReachability(cluster), clock, logger });
    const strays = (): Rejection[] => (this.session === undefined ? [] : findStrays(this.session.caches, clusterID));
    this.#rejections = new RejectionReport({ client: localClient, memberNamespace, strays, events, metrics, clock, logger, delayMs: limits.reportSeconds * 1_000 });
    this.#policies = new ExportPolicies({ client: localClient, local, reserved: reservedNamespaces(settings), onWritten: (key) => this.enqueue('export', key), events, clock, logger });
    this.#clusterLocal = new ClusterLocalWatch({ client: localClient, memberNamespace, onChange: () => this.#onClusterLocal(), clock, logger });
    this.reconciler = new Reconciler({
      localClient,
      local,
      session: () => this.session,
      cables: this.#cableHealth,
      families: familiesOf(settings.serviceCIDRs),
      workers: settings.limits.workers,
      metrics,
      events,
      rejections: this.#rejections,
      reflectedNamespaces: () => this.#clusterLocal.current?.reflection,
      clock,
      logger,
    });
    this.#sessions = new BrokerSessions({
      ...options,
      rejections: this.#rejections,
      events,
      onRecord: (key, cluster) => this.#onRecord(key, cluster),
      onEverything: (session) => this.#enqueueEverything(session),
      onError: (session) => this.#onBrokerError(session),
    });
  }

  get session(): BrokerSession | undefined {
    return this.#sessions.session;
  }

  /** Undefined where the broker asks for no credential of the member's. */
  get keeper(): CredentialKeeper | undefined {
    return this.#sessions.keeper;
  }

  /** Works until the signal fires, then finishes what has been begun. The own cluster must have been listed. */
  async run(secret: Secret | undefined, signal: AbortSignal): Promise<void> {
    this.onGateway();
    this.reconciler.queue.start();
    await this.#clusterLocal.start(this.#abort.signal);
    await this.#policies.start(this.#abort.signal);
    this.#sessions.start(secret);
    const { settings, localClient: client, broker, clock, logger } = this.#options;
    const wiring = new DnsWiring({ ...WIRING, client, service: { namespace: settings.memberNamespace, name: 'mcs-dns' }, settings: settings.dnsWiring, isOutside: broker.kind === 'shared', clock, logger }).run(signal);
    const listening = settings.connectivity ? this.#cableHealth.run(signal) : undefined;
    await untilAborted(signal);
    this.keeper?.stop();
    await this.#policies.stop();
    await this.#clusterLocal.stop();
    await this.reconciler.queue.stop();
    this.#rejections.stop();
    this.#abort.abort(new Error('The controller was stopped'));
    await this.#sessions.stop();
    await Promise.all([wiring, listening]);
  }

  enqueue(kind: WorkKind, key: ServiceKey): void {
    this.reconciler.enqueue(kind, key);
  }

  /** The end of a tunnel in the member namespace has changed. */
  onCableEndpoint(): void {
    this.#sessions.refreshCables();
    this.onGateway();
  }

  /** A gateway of this cluster says something new of itself or its connections. */
  onGateway(): void {
    const { gateways, cableEndpoints } = this.#options.local;
    this.#cableHealth.observe(gateways.values(), cableEndpoints.values());
  }

  /** A Service, or a ServiceExport of that name, has changed. */
  onExportable(key: ServiceKey): void {
    this.#policies.onService(key);
  }

  /** What is to be reflected is known now, or has changed. */
  #onClusterLocal(): void {
    const { imports, services, slices } = this.#options.local;
    const keys = new Set([...imports.values().map(({ metadata }) => objectKey(metadata)), ...services.indexValues('reflected'), ...slices.indexValues('reflected')]);
    for (const key of keys) this.enqueue('reflect', key);
  }

  /** A namespace has come, gone or changed: what members export under its name may be imported now. */
  onNamespace(name: string): void {
    this.#policies.onNamespace(name);
    const records = this.session?.caches.imports.by('namespace', name) ?? [];
    const names = new Set(records.map(({ metadata }) => metadata.labels?.[MCS_SERVICE_NAME]));
    for (const service of names) if (service !== undefined) this.enqueue('import', `${name}/${service}`);
  }

  /** Whether a cluster can be reached decides which endpoints stand behind what it exports. */
  #onReachability(cluster: string): void {
    if (this.#cableHealth.isReachable(cluster)) this.#options.logger.info('A cluster can be reached again', { cluster });
    else this.#options.logger.warn('The connection to a cluster fails: its endpoints are withdrawn where others offer the service', { cluster });
    for (const record of this.session?.caches.imports.by('cluster', cluster) ?? []) {
      const key = brokerServiceKey(record);
      if (key !== undefined) this.enqueue('import', key);
    }
  }

  #onRecord(key: ServiceKey, cluster: string): void {
    if (cluster === this.#options.settings.clusterID) this.enqueue('export', key);
    else if (this.#options.local.exports.get(key) !== undefined) this.enqueue('export-status', key);
    this.enqueue('import', key);
  }

  /** Before the first sync nothing else tells the owners of ServiceExports why nothing happens. */
  #onBrokerError(session: BrokerSession): void {
    if (session.hasSynced) return;
    for (const { metadata } of this.#options.local.exports.values()) this.enqueue('export-status', objectKey(metadata));
  }

  /** Every key that anything wanted or standing belongs to, so that orphans are found as well. */
  #enqueueEverything(session: BrokerSession): void {
    this.#sessions.refreshCables();
    this.#rejections.refresh(); // what an earlier run reported may be over
    const { exports, imports, services, slices } = this.#options.local;
    const { caches } = session;
    const records = new Set([...caches.imports.indexValues('service'), ...caches.slices.indexValues('service')]);
    const exported = new Set([...exports.values().map(({ metadata }) => objectKey(metadata)), ...records]);
    const imported = new Set([...records, ...imports.values().map(({ metadata }) => objectKey(metadata)), ...[services, slices].flatMap((cache) => [...cache.indexValues('imported'), ...cache.indexValues('reflected')])]);
    for (const key of exported) this.reconciler.enqueueAnew('export', key);
    for (const key of imported) this.reconciler.enqueueAnew('import', key);
  }
}
