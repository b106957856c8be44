import type { CableEndpointSpec } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { Announcer } from './announcer.ts';
import type { ConnectBroker } from './broker-access.ts';
import { type PublishedState, Publisher } from './publisher.ts';
import type { GatewayRole } from './role.ts';
import type { GatewaySettings } from './settings.ts';
import { SingleFlight } from './single-flight.ts';

export interface PublicationOptions {
  readonly client: KubeClient;
  readonly settings: Pick<GatewaySettings, 'namespace' | 'clusterID' | 'nodeName' | 'loadBalancer'>;
  readonly connectBroker: ConnectBroker;
  readonly podName: string;
  readonly role: Pick<GatewayRole, 'isActive' | 'isCandidate' | 'isConfirmed'>;
  readonly state: () => PublishedState;
  /** What this gateway says of itself; undefined while it can say nothing. */
  readonly localEndpoint: () => CableEndpointSpec | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a node that lost its label stays the gateway where nobody takes over. */
const RETIRE_MS = 5_000;
/** How often the active gateway looks for what is left of others. */
const SWEEP_MS = 60_000;

/** What a gateway node writes for its whole cluster, here and on the broker, and takes away when it is no gateway any more. */
export class Publication implements Startable {
  readonly name = 'publication';
  readonly #options: PublicationOptions;
  readonly #publisher: Publisher;
  readonly #announcer: Announcer;
  readonly #flight: SingleFlight;
  #problem: string | undefined;
  #podStatus: string | undefined;
  #swept: { readonly at: number; readonly nodes: string } | undefined;
  #cancelSweep: () => void = () => undefined;
  #hasStoodBy = false;
  #cancelRetirement: (() => void) | undefined;
  #isRetired = false;

  constructor(options: PublicationOptions) {
    const { client, settings: { namespace, clusterID, nodeName }, connectBroker, role, clock, logger } = options;
    const isConfirmed = (): boolean => role.isConfirmed;
    this.#options = options;
    this.#publisher = new Publisher({ client, namespace, clusterID, nodeName, isConfirmed });
    this.#announcer = new Announcer({ localClient: client, namespace, nodeName, connectBroker, isConfirmed, clock, logger });
    this.#flight = new SingleFlight({ name: this.name, clock, run: (signal) => this.#pass(signal), onFailure: (error) => this.#fail(error) });
  }

  /** Why others may not know of this gateway; undefined while they do. */
  get problem(): string | undefined {
    return this.#problem ?? this.#announcer.problem;
  }

  /** Something of what is written may have changed. */
  request(): void {
    this.#flight.request();
  }

  /** Whether this node has the label of a gateway. */
  async follow(isGateway: boolean): Promise<void> {
    if (!isGateway) {
      this.#planRetirement();
      return;
    }
    this.#cancelRetirement?.();
    this.#cancelRetirement = undefined;
    this.#isRetired = false;
    this.#hasStoodBy = true;
    await this.#announcer.standBy();
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#flight.start(signal);
    await this.#announcer.start(signal);
  }

  async stop(): Promise<void> {
    this.#cancelRetirement?.();
    this.#cancelSweep();
    await this.#flight.stop();
    await this.#announcer.stop();
  }

  /** What names this node goes when a successor has had the time to write its own, so that workers are not without one. */
  #planRetirement(): void {
    const { clock, settings: { nodeName }, state } = this.#options;
    const isNamed = state().endpoints.some(({ spec }) => spec.hostname === nodeName);
    if (!(isNamed || this.#hasStoodBy) || this.#cancelRetirement !== undefined) return;
    this.#cancelRetirement = clock.schedule(() => {
      this.#isRetired = true;
      this.#flight.request();
    }, RETIRE_MS);
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const { role, state, localEndpoint } = this.#options;
    if (this.#isRetired && !role.isCandidate) await this.#retire(signal);
    const local = role.isConfirmed ? localEndpoint() : undefined;
    if (local === undefined) this.#announcer.speakFor(undefined);
    else {
      this.#announcer.speakFor(await this.#publisher.publish(local, state(), signal));
      await this.#sweep(signal);
    }
    await this.#labelPod(signal);
    this.#problem = undefined;
  }

  async #retire(signal: AbortSignal): Promise<void> {
    await this.#announcer.withdraw();
    await this.#publisher.retire(this.#options.state(), signal);
    this.#cancelRetirement = undefined;
    this.#isRetired = false;
    this.#hasStoodBy = false;
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { clock, state } = this.#options;
    const { nodes, gatewayNodes } = state();
    const key = [...nodes, '', ...gatewayNodes].join();
    if (this.#swept?.nodes === key && clock.monotonic() - this.#swept.at < SWEEP_MS) return;
    await this.#publisher.sweep(state(), signal);
    this.#swept = { at: clock.monotonic(), nodes: key };
    this.#cancelSweep();
    if (!signal.aborted) this.#cancelSweep = clock.schedule(() => this.#flight.request(), SWEEP_MS);
  }

  async #labelPod(signal: AbortSignal): Promise<void> {
    const { podName, role, settings } = this.#options;
    const status = role.isActive ? 'active' : 'passive';
    if (!settings.loadBalancer || this.#podStatus === status || (this.#podStatus === undefined && !role.isCandidate)) return;
    await this.#publisher.labelPod(podName, status, signal);
    this.#podStatus = status;
  }

  #fail(error: unknown): void {
    this.#problem = `Cannot publish this gateway: ${errorMessage(error)}`;
    this.#options.logger.warn('Cannot publish this gateway', { error });
  }
}
