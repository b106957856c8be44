import { isDeepStrictEqual } from 'node:util';
import { MEMBER } from '../api/labels.ts';
import { MEMBER_BROKER_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { CableEndpoint, Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { isSameBroker, type MemberCredential, readCredential } from '../broker-info/member-credential.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { applyPlan } from '../sync/apply-plan.ts';
import { toBrokerEndpoint } from '../sync/cable/cable-objects.ts';
import { plan } from '../sync/plan.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { SingleFlight } from './single-flight.ts';

/** A client of the broker that a credential leads to; `token` is asked for each request. */
export type ConnectBroker = (credential: MemberCredential, token: () => string) => KubeClient;

export interface AnnouncerOptions {
  readonly localClient: KubeClient;
  readonly namespace: string;
  readonly connectBroker: ConnectBroker;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often it is made sure that nobody has changed what stands on the broker, ms. */
const AGAIN_MS = 60_000;

/**
 * Tells the other members, through the broker, where the tunnels of this cluster end. The active
 * gateway does it itself: the node of the controller may be the one that was lost.
 */
export class Announcer implements Startable {
  readonly name = 'announcer';
  readonly #options: AnnouncerOptions;
  readonly #abort = new AbortController();
  readonly #secrets: Informer<Secret>;
  readonly #flight: SingleFlight;
  #endpoint: CableEndpoint | undefined;
  #credential: MemberCredential | undefined;
  #client: KubeClient | undefined;
  #problem: string | undefined;
  #cancelAgain: () => void = () => undefined;

  constructor(options: AnnouncerOptions) {
    const { localClient, namespace, clock, logger } = options;
    this.#options = options;
    this.#secrets = createInformer(localClient, resources.secrets, { namespace, fieldSelector: `metadata.name=${MEMBER_BROKER_SECRET}`, clock, logger });
    this.#secrets.onChange((_key, secret) => this.#follow(secret && readCredential(secret)));
    this.#flight = new SingleFlight({ name: this.name, clock, run: (signal) => this.#announce(signal), onFailure: (error) => this.#fail(error) });
  }

  /** Why the other members may not know of this gateway; undefined while they do, or another one speaks for the cluster. */
  get problem(): string | undefined {
    return this.#endpoint === undefined ? undefined : this.#problem;
  }

  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    await this.#flight.start(this.#abort.signal);
    await this.#secrets.start(this.#abort.signal);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The announcer was stopped'));
    this.#cancelAgain();
    await this.#flight.stop();
    await this.#secrets.stop();
    this.#client?.close();
  }

  /** The Endpoint that this node speaks for; undefined where it is not the active gateway. */
  speakFor(endpoint: CableEndpoint | undefined): void {
    if (isDeepStrictEqual(endpoint, this.#endpoint)) return;
    this.#endpoint = endpoint;
    this.#flight.request();
  }

  #follow(credential: MemberCredential | undefined): void {
    const isSame = credential !== undefined && this.#credential !== undefined && isSameBroker(credential, this.#credential);
    this.#credential = credential;
    if (!isSame) {
      this.#client?.close();
      this.#client = credential && this.#options.connectBroker(credential, () => this.#credential?.token ?? credential.token);
    }
    this.#flight.request();
  }

  /** Makes the Endpoint the only one of its cluster on the broker. */
  async #announce(signal: AbortSignal): Promise<void> {
    const [endpoint, client, credential] = [this.#endpoint, this.#client, this.#credential];
    this.#cancelAgain();
    if (endpoint === undefined || client === undefined || credential === undefined) return;
    const { namespace } = credential;
    const { items: standing } = await client.list(resources.cableEndpoints, { namespace, labelSelector: `${MEMBER}=${credential.clusterID}`, signal });
    await applyPlan(client, resources.cableEndpoints, plan({ owner: SERVICE_OWNER, desired: [toBrokerEndpoint(endpoint, namespace)], standing }), { owner: SERVICE_OWNER, fieldManager: 'mcs-gateway', signal });
    this.#problem = undefined;
    this.#cancelAgain = this.#options.clock.schedule(() => this.#flight.request(), AGAIN_MS);
  }

  #fail(error: unknown): void {
    this.#problem = `Cannot tell the broker of this gateway: ${errorMessage(error)}`;
    this.#options.logger.warn('Cannot tell the broker of this gateway', { error });
  }
}
