import { MEMBER } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { CableEndpoint, Cluster } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { applyPlan } from '../sync/apply-plan.ts';
import { toLocalEndpoint } from '../sync/cable/cable-objects.ts';
import { type CablePolicy, createCablePolicy } from '../sync/cable/cable-policy.ts';
import { readEndpoints } from '../sync/cable/read-endpoints.ts';
import { memberOf } from '../sync/cable/validate-endpoint.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import { plan } from '../sync/plan.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { createWorkQueue, type WorkQueue, type WorkResult } from '../sync/work-queue.ts';
import { AbandonedEnds } from './abandoned-ends.ts';
import { CalicoPools } from './calico-pools.ts';
import { follow, type Follower } from '../sync/follow.ts';
import type { RejectionReport } from './rejection-report.ts';
import { type ControllerSettings, FIELD_MANAGER } from './settings.ts';

export interface CableSyncOptions {
  readonly localClient: KubeClient;
  readonly brokerClient: KubeClient;
  /** With the broker namespace that the credential names. */
  readonly settings: ControllerSettings;
  /** Endpoints of the member namespace; they have been listed. */
  readonly local: ObjectCache<CableEndpoint>;
  /** Cluster objects of the broker; undefined until they have been listed. */
  readonly clusters: () => readonly Cluster[] | undefined;
  readonly rejections: Pick<RejectionReport, 'note'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Under this name the report of rejections keeps what is refused of Endpoints; no service is called so. */
const REPORTED_AS = '(Endpoints)';
/** All of them are judged together, because a range is granted once. */
const EVERYTHING = 'all';

/**
 * Keeps the ends of the other members' tunnels in the member namespace, where the gateway agents
 * read them; the own cluster's is announced by its active gateway. A member that is silent keeps its
 * end, for a tunnel to it does no harm; one that has left loses it.
 */
export class CableSync implements Startable {
  readonly name = 'endpoints of tunnels';
  readonly #options: CableSyncOptions;
  readonly #broker: ObjectCache<CableEndpoint>;
  readonly #follower: Follower;
  readonly #pools: CalicoPools;
  readonly #abandoned: AbandonedEnds;
  readonly #queue: WorkQueue;

  constructor(options: CableSyncOptions) {
    this.#options = options;
    const { brokerClient, settings, clock, logger } = options;
    this.#broker = new ObjectCache({ clock });
    this.#pools = new CalicoPools({ client: options.localClient, clock, logger });
    this.#abandoned = new AbandonedEnds({ brokerClient, clock, logger });
    this.#follower = follow(brokerClient, resources.cableEndpoints, this.#broker, {
      namespace: settings.brokerNamespace,
      onNews: () => this.refresh(),
      clock,
      logger,
    });
    this.#queue = createWorkQueue({ name: 'endpoints', workers: 1, clock, logger, process: (_key, signal) => this.#reconcile(signal) });
  }

  /** Begins in the background: the broker may be away for long. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#follower.start(signal);
    this.#queue.start();
    this.#follower.synced().then(
      () => this.refresh(),
      () => undefined, // stopped before the first sync
    );
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
    await this.#follower.stop();
  }

  /** Looks at everything again: an Endpoint has changed, or what is granted to whom. */
  refresh(): void {
    if (this.#follower.hasSynced) this.#queue.add(EVERYTHING);
  }

  async #reconcile(signal: AbortSignal): Promise<WorkResult> {
    const policy = this.#policy();
    if (policy !== undefined) await this.#fetch(policy, signal); // else everything is looked at again once it is known who is a member
    const { clusterID } = this.#options.settings;
    const announced = this.#broker.values().filter(({ metadata }) => memberOf(metadata.name) === clusterID);
    const requeueAfterMs = await this.#abandoned.reconcile(announced, this.#ownEnds().length > 0, signal);
    return requeueAfterMs === undefined ? 'done' : { requeueAfterMs };
  }

  async #fetch(policy: CablePolicy, signal: AbortSignal): Promise<void> {
    const { localClient, settings, local, rejections, logger } = this.#options;
    const { endpoints, rejections: refused } = readEndpoints(this.#broker.values(), settings.clusterID, policy);
    rejections.note(REPORTED_AS, refused);
    const desired = endpoints.map((endpoint) => toLocalEndpoint(endpoint, settings.memberNamespace));
    const standing = local.values().filter(({ metadata }) => metadata.labels?.[MEMBER] !== settings.clusterID);
    const { conflicts } = await applyPlan(localClient, resources.cableEndpoints, plan({ owner: SERVICE_OWNER, desired, standing }), {
      owner: SERVICE_OWNER,
      fieldManager: FIELD_MANAGER,
      signal,
      onWritten: (object) => local.wrote(object),
      onDeleted: (object) => local.deleted(object),
    });
    for (const { desired: { object }, kind } of conflicts) {
      logger.warn('Left an Endpoint alone that has the name of one that belongs there', { endpoint: object.metadata.name, kind });
    }
    await this.#pools.reconcile(endpoints, signal);
  }

  /** What the gateways of this cluster say of themselves. */
  #ownEnds(): CableEndpoint[] {
    const { settings, local } = this.#options;
    return local.values().filter(({ metadata }) => metadata.labels?.[MEMBER] === settings.clusterID);
  }

  #policy(): CablePolicy | undefined {
    const { settings, clusters: read } = this.#options;
    const clusters = read();
    if (clusters === undefined) return undefined;
    return createCablePolicy({ clusters, localCluster: settings.clusterID, own: settings, ownEnds: this.#ownEnds().map(({ spec }) => spec), isSimulated: settings.simulated });
  }
}
