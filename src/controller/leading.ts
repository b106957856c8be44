import { MCS_SERVICE_NAME, MEMBER } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { Cluster, IpFamily, Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { untilAborted } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { type MemberCredential, isSameBroker } from '../broker-info/member-credential.ts';
import { isUnauthorized } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { createLeaseKeeper } from '../kube/lease.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { parseAll } from '../sync/service/address-policy.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import { BrokerSession } from './broker-session.ts';
import { CableHealth } from './cable-health.ts';
import { CableSync } from './cable-sync.ts';
import { brokerServiceKey, type LocalCaches, type ServiceKey } from './caches.ts';
import { AuthorityWatch } from './credential-authority.ts';
import { CredentialKeeper } from './credential-keeper.ts';
import { EventReporter } from '../kube/event-reporter.ts';
import { DnsWiring } from './dns-wiring.ts';
import type { ControllerMetrics } from './metrics.ts';
import { Reconciler } from './reconciler.ts';
import { RejectionReport } from './rejection-report.ts';
import { type ControllerSettings, FIELD_MANAGER } from './settings.ts';
import { findStrays } from './strays.ts';
import type { WorkKind } from './work-keys.ts';

/** Connects to the broker that a credential names; `token` is asked for at each request. */
export type ConnectBroker = (credential: MemberCredential, token: () => string) => KubeClient;

export interface LeadingOptions {
  readonly settings: ControllerSettings;
  readonly localClient: KubeClient;
  readonly local: LocalCaches;
  readonly connectBroker: ConnectBroker;
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
  readonly keeper: CredentialKeeper;
  readonly #options: LeadingOptions;
  readonly #rejections: RejectionReport;
  readonly #cableHealth: CableHealth;
  readonly #abort = new AbortController();
  #session: BrokerSession | undefined;
  #cables: CableSync | undefined;
  #authorities: AuthorityWatch | undefined;
  #credential: MemberCredential | undefined;
  /** Sessions are replaced one after the other. */
  #switching: Promise<void> = Promise.resolve();

  constructor(options: LeadingOptions) {
    this.#options = options;
    const { settings, localClient, local, metrics, clock, logger } = options;
    const events = new EventReporter({ client: localClient, component: FIELD_MANAGER, clock, logger });
    const { memberNamespace, clusterID, limits } = settings;
    this.#cableHealth = new CableHealth({ clusterID, memberNamespace, client: localClient, onChange: (cluster) => this.#onReachability(cluster), clock, logger });
    const strays = (): Rejection[] => (this.#session === undefined ? [] : findStrays(this.#session.caches, clusterID));
    this.#rejections = new RejectionReport({ client: localClient, memberNamespace, strays, events, metrics, clock, logger, delayMs: limits.reportSeconds * 1_000 });
    this.reconciler = new Reconciler({
      localClient,
      local,
      session: () => this.#session,
      cables: this.#cableHealth,
      families: familiesOf(settings.serviceCIDRs),
      workers: settings.limits.workers,
      metrics,
      events,
      rejections: this.#rejections,
      clock,
      logger,
    });
    this.keeper = new CredentialKeeper({
      localClient,
      memberNamespace: settings.memberNamespace,
      lifeSeconds: settings.limits.credentialSeconds,
      brokerClient: () => this.#session?.client,
      onChange: (credential) => this.#useCredential(credential),
      onTrouble: (about, reason, message) => events.warn(about, reason, message),
      clock,
      logger,
    });
  }

  get session(): BrokerSession | undefined {
    return this.#session;
  }

  /** Works until the signal fires, then finishes what has been begun. The own cluster must have been listed. */
  async run(secret: Secret | undefined, signal: AbortSignal): Promise<void> {
    this.onGateway();
    this.reconciler.queue.start();
    this.keeper.update(secret);
    const { settings, localClient: client, clock, logger } = this.#options;
    const wiring = new DnsWiring({ client, memberNamespace: settings.memberNamespace, settings: settings.dnsWiring, clock, logger }).run(signal);
    const listening = settings.connectivity ? this.#cableHealth.run(signal) : undefined;
    await untilAborted(signal);
    this.keeper.stop();
    await this.reconciler.queue.stop();
    this.#rejections.stop();
    this.#abort.abort(new Error('The controller was stopped'));
    await this.#switching;
    await this.#closeSession();
    await Promise.all([wiring, listening]);
  }

  enqueue(kind: WorkKind, key: ServiceKey): void {
    this.reconciler.enqueue(kind, key);
  }

  /** The end of a tunnel in the member namespace has changed. */
  onCableEndpoint(): void {
    this.#cables?.refresh();
    this.onGateway();
  }

  /** A gateway of this cluster says something new of itself or its connections. */
  onGateway(): void {
    const { gateways, cableEndpoints } = this.#options.local;
    this.#cableHealth.observe(gateways.values(), cableEndpoints.values());
  }

  /** A namespace has come or gone: what members export under its name may be imported now. */
  enqueueNamespace(name: string): void {
    const records = this.#session?.caches.imports.by('namespace', name) ?? [];
    const names = new Set(records.map(({ metadata }) => metadata.labels?.[MCS_SERVICE_NAME]));
    for (const service of names) if (service !== undefined) this.enqueue('import', `${name}/${service}`);
  }

  /** A renewed token is taken up by the next request; another broker needs another session. */
  #useCredential(credential: MemberCredential | undefined): void {
    const previous = this.#credential;
    this.#credential = credential;
    // without a credential nothing is known about the broker: what has been imported stays
    if (credential === undefined) return;
    const isRefused = isUnauthorized(this.#session?.lastError); // its next try may be half a minute away
    if (previous !== undefined && isSameBroker(previous, credential) && !isRefused) return;
    this.#switching = this.#switching.then(() => this.#openSession(credential)).catch((error: unknown) => this.#options.logger.error('Cannot open a session with the broker', { error }));
  }

  async #closeSession(): Promise<void> {
    await this.#authorities?.stop();
    await this.#cables?.stop();
    await this.#session?.stop();
  }

  #watchAuthorities(client: KubeClient, credential: MemberCredential, token: () => string): AuthorityWatch {
    const { connectBroker, clock, logger } = this.#options;
    return new AuthorityWatch({
      client,
      namespace: credential.namespace,
      trusted: () => this.keeper.credential?.ca,
      connect: (ca) => connectBroker({ ...credential, ca }, token),
      trust: (ca, replaced) => this.keeper.trust(ca, replaced),
      clock,
      logger,
    });
  }

  /** The newest token of this broker: while sessions are replaced, the old broker must not see the new one's. */
  #tokenFor(credential: MemberCredential): string {
    const newest = this.keeper.credential;
    return newest !== undefined && isSameBroker(newest, credential) ? newest.token : credential.token;
  }

  async #openSession(credential: MemberCredential): Promise<void> {
    if (this.#abort.signal.aborted) return;
    await this.#closeSession();
    const { connectBroker, local, clock, logger } = this.#options;
    const settings = { ...this.#options.settings, brokerNamespace: credential.namespace };
    const token = (): string => this.#tokenFor(credential);
    const client = connectBroker(credential, token);
    const session = new BrokerSession({
      client,
      settings,
      standingImports: local.imports.values().filter((object) => isOwnedBy(object, SERVICE_OWNER)),
      heartbeat: createLeaseKeeper({
        client,
        namespace: credential.namespace,
        name: settings.clusterID,
        identity: settings.identity,
        labels: { [MEMBER]: settings.clusterID },
        leaseDurationSeconds: Math.ceil(settings.limits.graceSeconds),
        intervalMs: settings.limits.renewSeconds * 1_000,
        clock,
        logger,
      }),
      onRecord: (key, cluster) => this.#onRecord(key, cluster),
      onStray: () => this.#rejections.refresh(),
      onEverything: () => this.#enqueueEverything(session),
      onError: () => this.#onBrokerError(session),
      clock,
      logger,
    });
    this.#session = session;
    this.#authorities = this.#watchAuthorities(client, credential, token);
    await session.start(this.#abort.signal);
    await this.#authorities.start(this.#abort.signal);
    if (settings.connectivity) await this.#openCables(session);
  }

  async #openCables(session: BrokerSession): Promise<void> {
    const { localClient, local, clock, logger } = this.#options;
    const { client: brokerClient, settings } = session;
    const clusters = (): readonly Cluster[] | undefined => (session.hasSynced ? session.caches.clusters.values() : undefined);
    this.#cables = new CableSync({ localClient, brokerClient, settings, local: local.cableEndpoints, clusters, rejections: this.#rejections, clock, logger });
    await this.#cables.start(this.#abort.signal);
  }

  /** Whether a cluster can be reached decides which endpoints stand behind what it exports. */
  #onReachability(cluster: string): void {
    if (this.#cableHealth.isReachable(cluster)) this.#options.logger.info('A cluster can be reached again', { cluster });
    else this.#options.logger.warn('The connection to a cluster fails: its endpoints are withdrawn where others offer the service', { cluster });
    for (const record of this.#session?.caches.imports.by('cluster', cluster) ?? []) {
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
    this.#cables?.refresh();
    this.#rejections.refresh(); // what an earlier run reported may be over
    const { exports, imports, services, slices } = this.#options.local;
    const { caches } = session;
    const records = new Set([...caches.imports.indexValues('service'), ...caches.slices.indexValues('service')]);
    const exported = new Set([...exports.values().map(({ metadata }) => objectKey(metadata)), ...records]);
    const imported = new Set([...records, ...imports.values().map(({ metadata }) => objectKey(metadata)), ...services.indexValues('imported'), ...slices.indexValues('imported')]);
    for (const key of exported) this.reconciler.enqueueAnew('export', key);
    for (const key of imported) this.reconciler.enqueueAnew('import', key);
  }
}
