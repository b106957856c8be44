import { objectKey } from '../api/resources.ts';
import { untilAborted } from '../base/lifecycle.ts';
import { createSharing } from '../base/shared-values.ts';
import { Fleet, type FleetCluster } from '../fleet/fleet.ts';
import type { KubeClient } from '../kube/client.ts';
import { EventReporter } from '../kube/event-reporter.ts';
import { DeliveryLedger } from './delivery-ledger.ts';
import { reportFleetProblem } from './fleet-problem.ts';
import { GatewayStatusWriter } from './gateway-status-writer.ts';
import { HealthProber } from './health-prober.ts';
import type { HubOptions } from './hub-options.ts';
import { readGateways, withheldBefore } from './hub-readings.ts';
import type { HubWatch } from './hub-watch.ts';
import { lookAtGateway } from './look-at-gateway.ts';
import { type Name, NameBook } from './name-book.ts';
import type { ProbeTarget } from './plan/health.ts';
import type { ReadGateway } from './plan/rule.ts';
import { shareOut } from './plan/share-out.ts';
import { Reckoning } from './reckoning.ts';
import { FIELD_MANAGER } from './settings.ts';
import { SliceDelivery } from './slice-delivery.ts';
import { WorkloadSession } from './workload-session.ts';

export interface DistributionOptions extends HubOptions {
  /** Listed once. */
  readonly watch: HubWatch;
  /** Value of the owner label on all slices. */
  readonly owner: string;
}

/** Everything that only the active process does, from winning the lead to losing it. */
export class Distribution {
  readonly fleet: Fleet<WorkloadSession>;
  readonly book: NameBook;
  readonly ledger: DeliveryLedger;
  readonly prober: HealthProber;
  readonly #options: DistributionOptions;
  readonly #reckoning: Reckoning;
  readonly #delivery: SliceDelivery;
  readonly #statuses: GatewayStatusWriter;
  readonly #sharing = createSharing();
  #readings: ReadonlyMap<string, ReadGateway> = new Map();
  #hasShared = false;
  #cancelSweep: (() => void) | undefined;

  constructor(options: DistributionOptions) {
    const { settings, hubClient: client, watch, ask, owner, metrics, clock, logger } = options;
    const events = new EventReporter({ client, component: FIELD_MANAGER, clock, logger });
    const { namespace, healthChecks } = settings;
    this.#options = options;
    this.fleet = this.#createFleet(events);
    const { fleet } = this;
    this.#reckoning = new Reckoning({
      isKnown: () => watch.hasSynced && fleet.hasSynced,
      onHub: () => this.#share(),
      onCluster: (cluster) => this.#onChange(this.book.look(cluster)),
    });
    this.book = new NameBook({
      look: (cluster, rule) => lookAtGateway(rule, fleet.connection(cluster), fleet.session(cluster), options.simulated),
      withheldBefore: (plan) => withheldBefore(plan, watch.gatewayDNS),
      healthChecks,
    });
    const { book } = this;
    this.ledger = new DeliveryLedger({ session: (key) => fleet.session(key), connection: (key) => fleet.connection(key) });
    const { ledger } = this;
    this.#delivery = new SliceDelivery({
      target: { owner, namespace },
      fleet,
      book,
      ledger,
      isKnown: () => this.#reckoning.catchUp(),
      onOutcome: (origin) => this.#refreshStatus(book.byOrigin(origin)),
      metrics,
    });
    this.prober = new HealthProber({ ask, onAnswer: (cluster, target, hasAnswered) => this.#onAnswer(cluster, target, hasAnswered), clock, logger });
    this.#statuses = new GatewayStatusWriter({ client, cache: watch.gatewayDNS, readings: () => this.#readings, book, ledger, events, onSpec: () => this.onHub(), clock, logger });
  }

  /** Works until the signal fires, then finishes what has been begun. */
  async run(signal: AbortSignal): Promise<void> {
    this.#statuses.start();
    await this.fleet.start(signal);
    this.#scheduleSweep();
    await untilAborted(signal);
    this.#cancelSweep?.();
    this.#reckoning.stop();
    this.prober.stop();
    await Promise.all([this.fleet.stop(), this.#statuses.stop()]);
  }

  /** GatewayDNS or namespaces are others. */
  onHub(): void {
    this.#reckoning.noteHub();
  }

  #createFleet(events: EventReporter): Fleet<WorkloadSession> {
    const { settings: { namespace, pollIntervalMs }, hubClient, clock, logger, env, userAgent } = this.#options;
    return new Fleet({
      hubClient,
      hubNamespace: namespace,
      capi: true,
      pollIntervalMs,
      createSession: (cluster, client) => this.#createSession(cluster, client),
      onCluster: () => this.onHub(),
      onConnection: (cluster) => this.#onConnection(cluster),
      onRemoved: (_cluster, session, signal) => this.#delivery.withdraw(session, signal),
      onProblem: (problem) => reportFleetProblem(events, problem),
      onSynced: () => this.onHub(),
      clock,
      logger,
      env,
      userAgent,
    });
  }

  #createSession({ key }: FleetCluster, client: KubeClient): WorkloadSession {
    const { settings: { namespace }, clock, logger } = this.#options;
    return new WorkloadSession({
      cluster: key,
      client,
      namespace,
      process: (session, origin, signal) => this.#delivery.process(session, origin, signal),
      onFailure: (session, origin, error) => this.#delivery.failed(session, origin, error),
      originsOf: (sliceName) => this.book.originsOf(sliceName),
      onGateways: () => this.#reckoning.noteCluster(key),
      onTarget: (session) => {
        this.#delivery.everythingIn(session);
        this.#statuses.refreshAll();
      },
      sharing: this.#sharing,
      clock,
      logger,
    });
  }

  #onConnection({ key }: FleetCluster): void {
    const session = this.fleet.session(key);
    session?.gateways.want(this.book.get(key)?.plan.gateways ?? []);
    if (session?.isReady === true) this.#delivery.everythingIn(session);
    else this.#delivery.undefer();
    this.#reckoning.noteCluster(key);
    this.#statuses.refreshAll();
  }

  #onAnswer(cluster: string, target: ProbeTarget, hasAnswered: boolean): void {
    this.#options.metrics.asked(hasAnswered);
    this.#onChange(this.book.answered(cluster, target, hasAnswered));
  }

  /** Decides anew who has which name, and looks at all gateways. */
  #share(): void {
    const { watch, settings } = this.#options;
    const gateways = readGateways(watch.gatewayDNS, settings);
    this.#readings = new Map(gateways.map((gateway) => [objectKey(gateway.object.metadata), gateway]));
    const namespaces = new Map(watch.namespaces.values().map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
    const plans = shareOut({ clusters: this.fleet.clusters(), gateways, namespaces, crossNamespace: settings.crossNamespace, suffix: settings.domainSuffix });
    for (const [key, plan] of plans) this.fleet.session(key)?.gateways.want(plan.gateways);
    const { changed, gone } = this.book.share(plans);
    for (const { cluster } of gone) this.prober.want(cluster, []);
    this.#delivery.everywhere(gone.map(({ origin }) => origin));
    for (const name of changed) this.#onChange(name);
    // slices of names that nobody knows any more
    if (!this.#hasShared) this.#delivery.everything();
    this.#hasShared = true;
    this.#statuses.refreshAll();
  }

  #onChange(name: Name | undefined): void {
    if (name === undefined) return;
    this.prober.want(name.plan.cluster.key, name.targets);
    this.#delivery.everywhere([name.origin]);
    this.#refreshStatus(name);
  }

  #refreshStatus(name: Name | undefined): void {
    if (name !== undefined) this.#statuses.refreshFor(name);
  }

  /** Watches tell everything; this finds what they may have missed. */
  #scheduleSweep(): void {
    this.#cancelSweep = this.#options.clock.schedule(() => {
      this.onHub();
      this.#delivery.everything();
      this.#scheduleSweep();
    }, this.#options.settings.pollIntervalMs);
  }
}
