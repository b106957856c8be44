import { MCS_SERVICE_NAME, MEMBER } from '../api/labels.ts';
import { objectKey } from '../api/resources.ts';
import type { Cluster, IpFamily, Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { untilAborted } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { type MemberCredential, isSameBroker } from '../broker-info/member-credential.ts';
import { DnsWiring } from '../cluster-dns/dns-wiring.ts';
import { CLUSTERSET_WIRING } from '../cluster-dns/wiring-subject.ts';
import { isUnauthorized } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { createLeaseKeeper } from '../kube/lease.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { parseAll } from '../sync/service/address-policy.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import { BrokerSession, type BrokerSessionOptions } from './broker-session.ts';
import type { BrokerInformers } from './broker-watch.ts';
import { CableHealth } from './cable-health.ts';
import { CableSync } from './cable-sync.ts';
import { brokerServiceKey, type LocalCaches, type ServiceKey } from './caches.ts';
import { AuthorityWatch } from './credential-authority.ts';
import { CredentialKeeper } from './credential-keeper.ts';
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

/** Connects to the broker that a credential names; `token` is asked for at each request. */
export type ConnectBroker = (credential: MemberCredential, token: () => string) => KubeClient;

/** Where the broker is: what a Secret of the member says, or a namespace that this process has for all of its controllers. */
export type BrokerLink =
  | { readonly kind: 'credential'; readonly connect: ConnectBroker }
  /** Such a process is outside of the member. */
  | { readonly kind: 'shared'; readonly client: KubeClient; readonly namespace: string; readonly informers: BrokerInformers };

type BrokerConnection = Pick<BrokerSessionOptions, 'client' | 'informers'> & { readonly namespace: string };

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
  /** Undefined where the broker asks for no credential of the member's. */
  readonly keeper: CredentialKeeper | undefined;
  readonly #options: LeadingOptions;
  readonly #rejections: RejectionReport;
  readonly #cableHealth: CableHealth;
  readonly #policies: ExportPolicies;
  readonly #clusterLocal: ClusterLocalWatch;
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
    this.#policies = new ExportPolicies({ client: localClient, local, reserved: reservedNamespaces(settings), onWritten: (key) => this.enqueue('export', key), events, clock, logger });
    this.#clusterLocal = new ClusterLocalWatch({ client: localClient, memberNamespace, onChange: () => this.#onClusterLocal(), clock, logger });
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
      reflectedNamespaces: () => this.#clusterLocal.current?.reflection,
      clock,
      logger,
    });
    if (options.broker.kind === 'credential') this.keeper = this.#createKeeper(options.broker.connect, events);
  }

  #createKeeper(connect: ConnectBroker, events: EventReporter): CredentialKeeper {
    const { settings, localClient, clock, logger } = this.#options;
    return new CredentialKeeper({
      localClient,
      memberNamespace: settings.memberNamespace,
      lifeSeconds: settings.limits.credentialSeconds,
      brokerClient: () => this.#session?.client,
      onChange: (credential) => this.#useCredential(connect, credential),
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
    await this.#clusterLocal.start(this.#abort.signal);
    await this.#policies.start(this.#abort.signal);
    const { broker } = this.#options;
    if (broker.kind === 'shared') this.#switchTo(() => this.#openSession(broker));
    else this.keeper?.update(secret);
    const { settings, localClient: client, clock, logger } = this.#options;
    const wiring = new DnsWiring({ ...WIRING, client, service: { namespace: settings.memberNamespace, name: 'mcs-dns' }, settings: settings.dnsWiring, isOutside: broker.kind === 'shared', clock, logger }).run(signal);
    const listening = settings.connectivity ? this.#cableHealth.run(signal) : undefined;
    await untilAborted(signal);
    this.keeper?.stop();
    await this.#policies.stop();
    await this.#clusterLocal.stop();
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
    const records = this.#session?.caches.imports.by('namespace', name) ?? [];
    const names = new Set(records.map(({ metadata }) => metadata.labels?.[MCS_SERVICE_NAME]));
    for (const service of names) if (service !== undefined) this.enqueue('import', `${name}/${service}`);
  }

  /** A renewed token is taken up by the next request; another broker needs another session. */
  #useCredential(connect: ConnectBroker, credential: MemberCredential | undefined): void {
    const previous = this.#credential;
    this.#credential = credential;
    // without a credential nothing is known about the broker: what has been imported stays
    if (credential === undefined) return;
    const isRefused = isUnauthorized(this.#session?.lastError); // its next try may be half a minute away
    if (previous !== undefined && isSameBroker(previous, credential) && !isRefused) return;
    this.#switchTo(() => this.#openSessionWith(connect, credential));
  }

  #switchTo(open: () => Promise<void>): void {
    const next = async (): Promise<void> => {
      if (this.#abort.signal.aborted) return;
      await this.#closeSession();
      await open();
    };
    this.#switching = this.#switching.then(next).catch((error: unknown) => this.#options.logger.error('Cannot open a session with the broker', { error }));
  }

  async #closeSession(): Promise<void> {
    await this.#authorities?.stop();
    await this.#cables?.stop();
    await this.#session?.stop();
  }

  #watchAuthorities(keeper: CredentialKeeper, client: KubeClient, namespace: string, connect: (ca: string) => KubeClient): AuthorityWatch {
    const { clock, logger } = this.#options;
    return new AuthorityWatch({ client, namespace, trusted: () => keeper.credential?.ca, connect, trust: (ca, replaced) => keeper.trust(ca, replaced), clock, logger });
  }

  /** The newest token of this broker: while sessions are replaced, the old broker must not see the new one's. */
  #tokenFor(credential: MemberCredential): string {
    const newest = this.keeper?.credential;
    return newest !== undefined && isSameBroker(newest, credential) ? newest.token : credential.token;
  }

  async #openSessionWith(connect: ConnectBroker, credential: MemberCredential): Promise<void> {
    const token = (): string => this.#tokenFor(credential);
    const { namespace } = credential;
    const client = connect(credential, token);
    await this.#openSession({ client, namespace });
    if (this.keeper === undefined) return;
    this.#authorities = this.#watchAuthorities(this.keeper, client, namespace, (ca) => connect({ ...credential, ca }, token));
    await this.#authorities.start(this.#abort.signal);
  }

  async #openSession({ client, namespace, informers }: BrokerConnection): Promise<void> {
    const { local, clock, logger } = this.#options;
    const settings = { ...this.#options.settings, brokerNamespace: namespace };
    const session = new BrokerSession({
      client,
      ...(informers && { informers }),
      settings,
      standingImports: local.imports.values().filter((object) => isOwnedBy(object, SERVICE_OWNER)),
      heartbeat: createLeaseKeeper({
        client,
        namespace,
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
    await session.start(this.#abort.signal);
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
    const imported = new Set([...records, ...imports.values().map(({ metadata }) => objectKey(metadata)), ...[services, slices].flatMap((cache) => [...cache.indexValues('imported'), ...cache.indexValues('reflected')])]);
    for (const key of exported) this.reconciler.enqueueAnew('export', key);
    for (const key of imported) this.reconciler.enqueueAnew('import', key);
  }
}
