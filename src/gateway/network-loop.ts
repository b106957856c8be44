import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { NodeNetwork } from './apply/node-network.ts';
import { HostChecker } from './host-checker.ts';
import type { GatewayMetrics } from './metrics.ts';
import { planNetwork } from './plan/plan-network.ts';
import type { NetworkView } from './plan/types.ts';
import type { GatewayPlatform, HostQuestion } from './platform.ts';
import { SingleFlight } from './single-flight.ts';
import type { NodeState } from './status/conditions.ts';

export interface NetworkLoopOptions {
  readonly clusterID: string;
  readonly platform: GatewayPlatform;
  /** Undefined while nothing is known yet: then nothing is changed. */
  readonly view: (network: NodeNetwork) => NetworkView | undefined;
  readonly question: () => HostQuestion;
  /** Of this node, the preferred one; undefined while it is not known. */
  readonly address: () => string | undefined;
  readonly metrics: Pick<GatewayMetrics, 'applied' | 'applyFailed'>;
  /** The node's network or its state is another one. */
  readonly onChange: () => void;
  /** A pass for this view has ended, well or not. */
  readonly onPass?: (view: NetworkView) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A pass takes seconds: after so long it hangs. */
const STUCK_MS = 60_000;
const STUCK: NodeState['applied'] = { isDone: false, message: 'A pass over the network of the node has not ended for more than 60 s' };

/** Keeps the network of the node as the plan has it. */
export class NetworkLoop implements Startable {
  readonly name = 'network loop';
  readonly #options: NetworkLoopOptions;
  readonly #flight: SingleFlight;
  readonly #watch: Startable;
  readonly #checker: HostChecker;
  /** When the pass that is under way began, ms of the monotonic clock. */
  #beganAt: number | undefined;
  #network: NodeNetwork | undefined;
  #address: string | undefined;
  /** Whether the kernel may hold something else than was read or written last. */
  #isStale = true;
  #applied: NodeState['applied'];
  /** What stands, as far as is known. */
  #standing: NetworkView | undefined;

  constructor(options: NetworkLoopOptions) {
    const { clock, logger, metrics, onChange, platform } = options;
    this.#options = options;
    this.#watch = platform.watch(() => this.#onKernelChange());
    this.#checker = new HostChecker(options);
    this.#flight = new SingleFlight({
      name: this.name,
      clock,
      run: (signal) => this.#pass(signal),
      onFailure: (error) => {
        metrics.applyFailed();
        logger.error('Cannot set the network of the node up', { error });
        this.#isStale = true;
        this.#applied = { isDone: false, message: errorMessage(error) };
        onChange();
      },
    });
  }

  /** What was read of the node last; undefined before that. */
  get network(): NodeNetwork | undefined {
    return this.#network;
  }

  get state(): NodeState {
    const isStuck = this.#beganAt !== undefined && this.#options.clock.monotonic() - this.#beganAt > STUCK_MS;
    return { hostProblems: this.#checker.problems, applied: isStuck ? STUCK : this.#applied };
  }

  /** The view may be another one. */
  request(): void {
    this.#flight.request();
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#flight.start(signal);
    await this.#checker.start(signal);
    await this.#watch.start(signal);
    this.request();
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
    await this.#flight.stop();
    await this.#checker.stop();
  }

  #onKernelChange(): void {
    this.#isStale = true;
    this.request();
  }

  async #pass(signal: AbortSignal): Promise<void> {
    this.#beganAt = this.#options.clock.monotonic();
    try {
      await this.#bringUp(signal);
    } finally {
      this.#beganAt = undefined;
    }
  }

  async #bringUp(signal: AbortSignal): Promise<void> {
    const isKnown = !this.#isStale && this.#network !== undefined && this.#address === this.#options.address();
    const network = isKnown ? this.#network : await this.#readNetwork(signal);
    const view = network && this.#options.view(network);
    if (view === undefined) return;
    if (isDeepStrictEqual(view, this.#standing)) this.#checker.request();
    else await this.#checker.during(() => this.#apply(view, signal)).finally(() => this.#options.onPass?.(view));
  }

  async #apply(view: NetworkView, signal: AbortSignal): Promise<void> {
    const { clusterID, clock, logger, metrics, platform } = this.#options;
    const began = clock.monotonic();
    const { changes } = await platform.network.apply(planNetwork(view, clusterID), signal);
    metrics.applied((clock.monotonic() - began) / 1_000, changes.length);
    if (changes.length > 0) logger.info('Changed the network of the node', { changes: changes.slice(0, 50), count: changes.length });
    this.#standing = view;
    this.#setApplied();
  }

  #setApplied(): void {
    if (this.#applied?.isDone === true) return;
    this.#applied = { isDone: true, message: '' };
    this.#options.onChange();
  }

  async #readNetwork(signal: AbortSignal): Promise<NodeNetwork> {
    const before = this.#network;
    this.#isStale = false; // a change from here on makes it so again
    this.#standing = undefined;
    this.#address = this.#options.address();
    this.#network = await this.#options.platform.readNode(this.#address, signal);
    if (!isDeepStrictEqual(before, this.#network)) this.#options.onChange();
    return this.#network;
  }
}
