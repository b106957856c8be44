import { isDeepStrictEqual } from 'node:util';
import { MEMBER } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { CableEndpoint } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { applyPlan } from '../sync/apply-plan.ts';
import { toBrokerEndpoint } from '../sync/cable/cable-objects.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { plan } from '../sync/plan.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { BrokerAccess, type ConnectBroker } from './broker-access.ts';
import { removeObject } from './own-object.ts';
import { SingleFlight } from './single-flight.ts';

export interface AnnouncerOptions {
  readonly localClient: KubeClient;
  readonly namespace: string;
  readonly nodeName: string;
  readonly connectBroker: ConnectBroker;
  /** Whether this node holds the Lease beyond doubt at this moment: asked before each write for the cluster. */
  readonly isConfirmed: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the broker shall hold: this Endpoint alone, or none that names this node. */
type Task = { readonly endpoint: CableEndpoint } | 'withdraw' | undefined;

type Broker = NonNullable<BrokerAccess['broker']>;

/** How often it is made sure that nobody has changed what stands on the broker, ms. */
const AGAIN_MS = 60_000;

function createdAt({ metadata }: CableEndpoint): string {
  return metadata.creationTimestamp ?? '';
}

/**
 * Tells the other members, through the broker, where the tunnels of this cluster end. The active
 * gateway does it itself: the node of the controller may be the one that was lost.
 */
export class Announcer implements Startable {
  readonly name = 'announcer';
  readonly #options: AnnouncerOptions;
  readonly #abort = new AbortController();
  readonly #access: BrokerAccess;
  readonly #flight: SingleFlight;
  #task: Task;
  #problem: string | undefined;
  #cancelAgain: () => void = () => undefined;

  constructor(options: AnnouncerOptions) {
    const { clock } = options;
    this.#options = options;
    this.#access = new BrokerAccess({ ...options, onChange: () => this.#flight.request() });
    this.#flight = new SingleFlight({ name: this.name, clock, run: (signal) => this.#pass(signal), onFailure: (error) => this.#fail(error) });
  }

  /** Why the other members may not know of this gateway; undefined while they do, or another one speaks for the cluster. */
  get problem(): string | undefined {
    if (this.#task === undefined || this.#task === 'withdraw') return undefined;
    const { problem } = this.#access;
    return problem === undefined ? this.#problem : `Cannot tell the broker of this gateway: ${problem}`;
  }

  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    await this.#flight.start(this.#abort.signal);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The announcer was stopped'));
    this.#cancelAgain();
    await this.#flight.stop();
    await this.#access.close();
  }

  /** This node is a gateway, and may have to speak at any time. */
  async standBy(): Promise<void> {
    if (this.#task === 'withdraw') this.#task = undefined;
    await this.#access.open(this.#abort.signal);
  }

  /** The Endpoint that this node speaks for; undefined where it is not the active gateway. */
  speakFor(endpoint: CableEndpoint | undefined): void {
    const task = endpoint && { endpoint };
    if (this.#task === 'withdraw' || isDeepStrictEqual(task, this.#task)) return;
    this.#task = task;
    this.#flight.request();
  }

  /** This node is no gateway any more: takes what names it from the broker, where no successor has done so. */
  async withdraw(): Promise<void> {
    this.#task = 'withdraw';
    this.#problem = undefined;
    await this.#access.open(this.#abort.signal);
    this.#flight.request();
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const { broker } = this.#access;
    const task = this.#task;
    this.#cancelAgain();
    if (broker === undefined || task === undefined) return;
    if (task === 'withdraw') await this.#forget(broker, signal);
    else await this.#announce(task.endpoint, broker, signal);
  }

  async #list({ client, credential: { clusterID, namespace } }: Broker, signal: AbortSignal): Promise<CableEndpoint[]> {
    return (await client.list(resources.cableEndpoints, { namespace, labelSelector: `${MEMBER}=${clusterID}`, signal })).items;
  }

  /**
   * Makes the Endpoint the only one of its cluster on the broker. It stands before others go, so that
   * there always is one. Those that go are older, so a successor's is never among them.
   */
  async #announce(endpoint: CableEndpoint, broker: Broker, signal: AbortSignal): Promise<void> {
    const { isConfirmed, clock } = this.#options;
    if (!isConfirmed()) return;
    const { client, credential: { namespace } } = broker;
    const desired = toBrokerEndpoint(endpoint, namespace);
    const planned = plan({ owner: SERVICE_OWNER, desired: [desired], standing: await this.#renewed(desired.object.metadata.name, broker, signal) });
    if (!isConfirmed()) return;
    const { conflicts } = await applyPlan(client, resources.cableEndpoints, { ...planned, delete: [] }, { owner: SERVICE_OWNER, fieldManager: 'mcs-gateway', signal });
    const [conflict] = conflicts;
    this.#problem = conflict && `Cannot tell the broker of this gateway: Endpoint "${conflict.desired.object.metadata.name}" exists there and mcs did not make it`;
    for (const other of conflict === undefined ? planned.delete : []) {
      if (isConfirmed()) await removeObject(client, resources.cableEndpoints, other, signal);
    }
    this.#cancelAgain = clock.schedule(() => this.#flight.request(), AGAIN_MS);
  }

  /**
   * What stands on the broker for this cluster. The newest counts for the others; where a gateway that
   * came later was lost before it could clear up, the own one has to be made anew.
   */
  async #renewed(name: string, broker: Broker, signal: AbortSignal): Promise<CableEndpoint[]> {
    const standing = await this.#list(broker, signal);
    const ours = standing.filter((object) => isOwnedBy(object, SERVICE_OWNER));
    const own = ours.find(({ metadata }) => metadata.name === name);
    const isNewest = own === undefined || ours.every((other) => createdAt(other) <= createdAt(own));
    if (isNewest || !this.#options.isConfirmed()) return standing;
    await removeObject(broker.client, resources.cableEndpoints, own, signal);
    return standing.filter((other) => other !== own);
  }

  async #forget(broker: Broker, signal: AbortSignal): Promise<void> {
    for (const endpoint of await this.#list(broker, signal)) {
      if (this.#task !== 'withdraw') return;
      if (endpoint.spec.hostname === this.#options.nodeName) await removeObject(broker.client, resources.cableEndpoints, endpoint, signal);
    }
    if (this.#task !== 'withdraw') return;
    this.#task = undefined;
    await this.#access.close();
  }

  #fail(error: unknown): void {
    this.#problem = `Cannot tell the broker of this gateway: ${errorMessage(error)}`;
    this.#options.logger.warn('Cannot tell the broker of this gateway', { error });
  }
}
