import { DESK_LEASE } from '../api/names.ts';
import type { Lease, ServiceImport } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { type AddressPolicy, createAddressPolicy, parseAll } from '../sync/service/address-policy.ts';
import { readWithdrawn } from '../sync/service/aggregated-import.ts';
import { type BrokerInformers, createBrokerWatch } from './broker-watch.ts';
import { type BrokerCaches, brokerServiceKey, createBrokerCaches, type ServiceKey } from './caches.ts';
import { ClusterLiveness } from './cluster-liveness.ts';
import type { Follower } from '../sync/follow.ts';
import { MemberQuota } from './member-quota.ts';
import type { ControllerSettings } from './settings.ts';

export interface BrokerSessionOptions {
  readonly client: KubeClient;
  /** Where several controllers of a process have one broker: neither they nor the client end with the session. */
  readonly informers?: BrokerInformers;
  /** With the namespace of this broker. */
  readonly settings: ControllerSettings;
  /** What stands in this cluster already: it remembers who had been withdrawn. */
  readonly standingImports: readonly ServiceImport[];
  /** Renews the own Lease on the broker while the session lasts. */
  readonly heartbeat: Startable;
  readonly onRecord: (key: ServiceKey, cluster: string) => void;
  /** What the broker holds of no service has changed. */
  readonly onStray: () => void;
  /** Everything may have changed: the first sync, or the grants. */
  readonly onEverything: () => void;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is known of one broker, from the connection's beginning to its end. */
export class BrokerSession implements Startable {
  readonly name = 'broker session';
  readonly client: KubeClient;
  readonly settings: ControllerSettings;
  readonly caches: BrokerCaches;
  readonly liveness: ClusterLiveness;
  readonly quota: MemberQuota;
  readonly #options: BrokerSessionOptions;
  readonly #followers: readonly Follower[];
  #policy: AddressPolicy | undefined;
  #hasSynced = false;

  constructor(options: BrokerSessionOptions) {
    this.#options = options;
    const { client, informers, settings, clock, logger, onRecord, onStray, onError } = options;
    const { limits } = settings;
    this.client = client;
    this.settings = settings;
    this.caches = createBrokerCaches(clock);
    this.quota = new MemberQuota(limits.servicesPerCluster, limits.endpointsPerCluster);
    this.liveness = new ClusterLiveness({
      clock,
      graceMs: limits.graceSeconds * 1_000,
      evidenceMs: limits.renewSeconds * 1_500,
      withdrawn: options.standingImports.flatMap(readWithdrawn),
      onChange: (cluster) => this.#onLiveness(cluster),
    });
    this.#followers = createBrokerWatch({
      client,
      ...(informers && { informers }),
      namespace: settings.brokerNamespace,
      caches: this.caches,
      // before the first sync nothing is done with a record, and the sync brings all of them
      onRecord: (key, cluster) => {
        if (this.#hasSynced) onRecord(key, cluster);
      },
      onStray,
      onCluster: () => this.#onCluster(),
      onLease: (lease) => this.#onLease(lease),
      onError,
      clock,
      logger,
    });
  }

  /** Whether everything has been listed once. Before that nothing is known, and nothing may be deleted. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Whether all watches are open. */
  get isConnected(): boolean {
    return this.#hasSynced && this.#followers.every(({ connectedSince }) => connectedSince !== undefined);
  }

  /** Why the broker cannot be followed; undefined while it can. */
  get lastError(): unknown {
    return this.#followers.find(({ lastSyncError }) => lastSyncError !== undefined)?.lastSyncError;
  }

  /** Begins in the background: the broker may be away for long. */
  async start(signal: AbortSignal): Promise<void> {
    for (const follower of this.#followers) await follower.start(signal);
    await this.#options.heartbeat.start(signal);
    Promise.all(this.#followers.map((follower) => follower.synced())).then(
      () => {
        this.#hasSynced = true;
        this.#options.onEverything();
      },
      () => undefined, // stopped before the first sync
    );
  }

  async stop(): Promise<void> {
    this.liveness.stop();
    await this.#options.heartbeat.stop();
    await Promise.all(this.#followers.map((follower) => follower.stop()));
    if (this.#options.informers === undefined) this.client.close();
  }

  addressPolicy(): AddressPolicy {
    const { podCIDRs, serviceCIDRs, nodeCIDRs, clusterID, simulated } = this.settings;
    this.#policy ??= createAddressPolicy({
      clusters: this.caches.clusters.values(),
      localCluster: clusterID,
      ownRanges: parseAll([...podCIDRs, ...serviceCIDRs, ...nodeCIDRs]),
      allowLoopback: simulated,
    });
    return this.#policy;
  }

  #onCluster(): void {
    this.#policy = undefined;
    if (this.#hasSynced) this.#options.onEverything();
  }

  #onLease({ metadata, spec }: Lease): void {
    const { clusterID } = this.settings;
    if (metadata.name === DESK_LEASE) return;
    if (metadata.name === clusterID) this.liveness.observeBroker();
    else this.liveness.observe(metadata.name, `${spec?.holderIdentity ?? ''} ${spec?.renewTime ?? ''}`, this.#hasSynced);
  }

  #onLiveness(cluster: string): void {
    this.#options.logger.warn(this.liveness.isServed(cluster) ? 'A silent cluster is back' : 'A cluster is silent: its endpoints are withdrawn', { cluster });
    for (const record of this.caches.imports.by('cluster', cluster)) {
      const key = brokerServiceKey(record);
      if (key !== undefined) this.#options.onRecord(key, cluster);
    }
  }
}
