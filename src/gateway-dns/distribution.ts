import { objectKey } from '../api/resources.ts';
import { abortWith, untilAborted } from '../base/lifecycle.ts';
import { Fleet, type FleetCluster } from '../fleet/fleet.ts';
import type { KubeClient } from '../kube/client.ts';
import { EventReporter } from '../kube/event-reporter.ts';
import { DeliveryLedger, isAway } from './delivery-ledger.ts';
import { reportFleetProblem } from './fleet-problem.ts';
import { GatewayStatusWriter } from './gateway-status-writer.ts';
import { HealthProber } from './health-prober.ts';
import type { HubOptions } from './hub-options.ts';
import { readGateways, withheldBefore } from './hub-readings.ts';
import type { HubWatch } from './hub-watch.ts';
import { type Name, NameBook } from './name-book.ts';
import { findGateway } from './plan/find-gateway.ts';
import type { GatewayLookup } from './plan/gateway-lookup.ts';
import { nextStatus, type SelectedCluster } from './plan/gateway-status.ts';
import type { GatewayRule, ReadGateway } from './plan/rule.ts';
import { shareOut } from './plan/share-out.ts';
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
  readonly #delivery: SliceDelivery;
  readonly #statuses: GatewayStatusWriter;
  readonly #abort = new AbortController();
  #readings: ReadonlyMap<string, ReadGateway> = new Map();
  /** What has changed since the last reckoning: the hub itself, or the gateways of these clusters. */
  #isHubDirty = true;
  #hasShared = false;
  readonly #dirty = new Set<string>();
  #isDue = false;
  #cancelSweep: (() => void) | undefined;

  constructor(options: DistributionOptions) {
    const { settings, hubClient: client, watch, ask, metrics, owner, clock, logger, env, userAgent } = options;
    const { namespace, pollIntervalMs, healthChecks } = settings;
    const events = new EventReporter({ client, component: FIELD_MANAGER, clock, logger });
    this.#options = options;
    this.fleet = new Fleet({
      hubClient: client,
      hubNamespace: namespace,
      capi: true,
      pollIntervalMs,
      createSession: (cluster, link) => this.#session(cluster, link),
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
    const { fleet } = this;
    this.book = new NameBook({ look: (cluster, rule) => this.#look(cluster, rule), withheldBefore: (plan) => withheldBefore(plan, watch.gatewayDNS), healthChecks });
    this.ledger = new DeliveryLedger({ session: (key) => fleet.session(key), connection: (key) => fleet.connection(key) });
    this.#delivery = new SliceDelivery({
      target: { owner, namespace },
      fleet,
      book: this.book,
      ledger: this.ledger,
      isKnown: () => this.#catchUp(),
      onOutcome: (origin) => this.#refreshStatuses(this.book.byOrigin(origin)),
      metrics,
    });
    this.prober = new HealthProber({ ask, onAnswer: (cluster, target, hasAnswered) => {
      metrics.asked(hasAnswered);
      this.#onChange(this.book.answered(cluster, target, hasAnswered));
    }, clock, logger });
    this.#statuses = new GatewayStatusWriter({
      client,
      cache: watch.gatewayDNS,
      next: (object) => {
        const reading = this.#readings.get(objectKey(object.metadata));
        return reading && nextStatus({ object, reading: reading.reading, selected: this.#selectedBy(objectKey(object.metadata)), now: () => clock.now() });
      },
      events,
      clock,
      logger,
    });
  }

  /** Works until the signal fires, then finishes what has been begun. */
  async run(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    this.#statuses.start();
    await this.fleet.start(this.#abort.signal);
    this.#scheduleSweep();
    await untilAborted(this.#abort.signal);
    this.#cancelSweep?.();
    this.prober.stop();
    await Promise.all([this.fleet.stop(), this.#statuses.stop()]);
  }

  /** GatewayDNS, clusters or namespaces are others. */
  onHub(): void {
    this.#isHubDirty = true;
    this.#reckonSoon();
  }

  get #isKnown(): boolean {
    return this.#options.watch.hasSynced && this.fleet.hasSynced;
  }

  #session(cluster: FleetCluster, client: KubeClient): WorkloadSession {
    const { settings: { namespace }, clock, logger } = this.#options;
    const { key } = cluster;
    return new WorkloadSession({
      cluster: key,
      client,
      namespace,
      process: (session, origin, signal) => this.#delivery.process(session, origin, signal),
      onFailure: (session, origin, error) => this.#delivery.failed(session, origin, error),
      originsOf: (sliceName) => this.book.originsOf(sliceName),
      onGateways: () => this.#onCluster(key),
      onTarget: (session) => {
        this.#delivery.everythingIn(session);
        this.#statuses.refresh(this.#readings.keys());
      },
      clock,
      logger,
    });
  }

  /** What is known at present of one gateway of a cluster. */
  #look(cluster: string, rule: GatewayRule): GatewayLookup {
    const connection = this.fleet.connection(cluster);
    if (isAway(connection)) return { kind: 'unknown', message: connection.message };
    const knowledge = this.fleet.session(cluster)?.gateways.read(rule) ?? { missing: '' };
    if ('view' in knowledge) return findGateway(rule, knowledge.view, { allowLoopback: this.#options.simulated });
    return knowledge.missing === '' ? { kind: 'pending', message: 'not looked yet' } : { kind: 'unknown', message: knowledge.missing };
  }

  #onConnection({ key }: FleetCluster): void {
    const session = this.fleet.session(key);
    session?.gateways.want(this.book.get(key)?.plan.gateways ?? []);
    if (session?.isReady === true) this.#delivery.everythingIn(session);
    this.#onCluster(key);
    this.#statuses.refresh(this.#readings.keys());
  }

  #onCluster(key: string): void {
    this.#dirty.add(key);
    this.#reckonSoon();
  }

  /** News come in bursts: a list of many, many clusters after a start. */
  #reckonSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (this.#isKnown && !this.#abort.signal.aborted) this.#reckon();
    });
  }

  /** Nothing is written by what was true before; false while not everything is known yet. */
  #catchUp(): boolean {
    if (this.#isKnown && this.#isHubDirty) this.#reckon();
    return this.#isKnown;
  }

  #reckon(): void {
    if (this.#isHubDirty) this.#share();
    else for (const cluster of this.#dirty) this.#onChange(this.book.look(cluster));
    this.#dirty.clear();
  }

  #share(): void {
    const { watch, settings } = this.#options;
    this.#isHubDirty = false;
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
    this.#statuses.refresh(this.#readings.keys());
  }

  #onChange(name: Name | undefined): void {
    if (name === undefined) return;
    this.prober.want(name.plan.cluster.key, name.targets);
    this.#delivery.everywhere([name.origin]);
    this.#refreshStatuses(name);
  }

  #refreshStatuses(name: Name | undefined): void {
    if (name === undefined) return;
    const { holders, conflicted, heldBy } = name.plan;
    this.#statuses.refresh([...holders, ...conflicted].map(({ key }) => key));
    if (heldBy !== undefined) this.#statuses.refresh([heldBy]);
  }

  #selectedBy(key: string): SelectedCluster[] {
    const isOf = ({ plan }: Name): boolean => [...plan.holders, ...plan.conflicted].some((rule) => rule.key === key);
    return [...this.book.names()].filter(isOf).map(({ origin, plan, content }) => ({ plan, content, deliveries: this.ledger.of({ origin, plan }) }));
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
