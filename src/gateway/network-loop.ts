import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { HostProblem } from './apply/host-checks.ts';
import type { NodeNetwork } from './apply/node-network.ts';
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
  readonly metrics: Pick<GatewayMetrics, 'applied' | 'applyFailed'>;
  /** The node's network or its state is another one. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long the answer of a host check holds. */
const CHECK_MS = 60_000;

/** Keeps the network of the node as the plan has it. */
export class NetworkLoop implements Startable {
  readonly name = 'network loop';
  readonly #options: NetworkLoopOptions;
  readonly #flight: SingleFlight;
  readonly #watch: Startable;
  #network: NodeNetwork | undefined;
  /** Whether the kernel may hold something else than was read or written last. */
  #isStale = true;
  #hostProblems: readonly HostProblem[] | undefined;
  #checked: { readonly question: HostQuestion; readonly at: number } | undefined;
  #applied: NodeState['applied'];
  /** What stands, as far as is known. */
  #standing: NetworkView | undefined;

  constructor(options: NetworkLoopOptions) {
    const { clock, logger, metrics, onChange, platform } = options;
    this.#options = options;
    this.#watch = platform.watch(() => this.#onKernelChange());
    this.#flight = new SingleFlight({
      name: this.name,
      clock,
      run: (signal) => this.#pass(signal),
      onFailure: (error) => {
        metrics.applyFailed();
        logger.error('Cannot set the network of the node up', { error });
        this.#isStale = true;
        this.#checked = undefined;
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
    return { hostProblems: this.#hostProblems, applied: this.#applied };
  }

  /** The view may be another one. */
  request(): void {
    this.#flight.request();
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#flight.start(signal);
    await this.#watch.start(signal);
    this.request();
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
    await this.#flight.stop();
  }

  #onKernelChange(): void {
    this.#isStale = true;
    this.request();
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const { clusterID, clock, logger, metrics, platform, view: readView } = this.#options;
    const network = this.#isStale || this.#network === undefined ? await this.#readNetwork(signal) : this.#network;
    const view = readView(network);
    if (view === undefined) return;
    await this.#check(signal);
    if (isDeepStrictEqual(view, this.#standing)) return;
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
    this.#network = await this.#options.platform.readNode(signal);
    if (!isDeepStrictEqual(before, this.#network)) this.#options.onChange();
    return this.#network;
  }

  async #check(signal: AbortSignal): Promise<void> {
    const { clock, logger, onChange, platform, question: readQuestion } = this.#options;
    const question = readQuestion();
    const isFresh = this.#checked !== undefined && isDeepStrictEqual(this.#checked.question, question) && clock.monotonic() - this.#checked.at < CHECK_MS;
    if (isFresh) return;
    const problems = await platform.checkHost(question, signal);
    this.#checked = { question, at: clock.monotonic() };
    if (isDeepStrictEqual(problems, this.#hostProblems)) return;
    for (const { reason, message, fix } of problems) logger.warn('The node lacks something', { reason, message, fix });
    this.#hostProblems = problems;
    onChange();
  }
}
