import { GATEWAY_LEASE } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import { abortWith, untilAborted } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createLeaderElector, type LeaderElector } from '../kube/leader-elector.ts';

export interface GatewayRoleOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The pod's UID: it outlives the container, so an agent that was killed holds its Lease still. */
  readonly identity: string;
  /** It is active, or sure of it, or is so no more. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: Logger;
}

/** Short, because no packet passes while nobody holds the Lease of a gateway that died. */
const LEASE_MS = 3_000;
const RENEW_MS = 1_000;
const RENEW_DEADLINE_MS = 2_500;
/** A standby looks this often, so that it finds the Lease run out in time. */
const CONTEND_MS = 300;
/** How often a gateway that could not renew looks whether somebody else has taken over. */
const WATCH_MS = 200;

/** Whether this node is its cluster's active gateway. */
export class GatewayRole {
  readonly #options: GatewayRoleOptions;
  #elector: LeaderElector | undefined;
  #contest: AbortController | undefined;
  #ended: Promise<void> = Promise.resolve();
  #isActive = false;
  /** What was told last. */
  #told = [false, false].join();
  #cancelWatch: () => void = () => undefined;

  constructor(options: GatewayRoleOptions) {
    this.#options = options;
  }

  /**
   * Whether this node forwards for its cluster. A gateway that cannot reach its API server goes on
   * until it sees another holder of the Lease, since a broken API is no reason to stop packets.
   */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether it holds the Lease beyond doubt, and so may write and delete for the cluster. */
  get isConfirmed(): boolean {
    return this.#isActive && this.#elector?.isLeader === true;
  }

  get isCandidate(): boolean {
    return this.#contest !== undefined;
  }

  /** Begins to contend for the Lease. Does nothing where it does already. */
  contend(signal: AbortSignal): void {
    if (this.#contest !== undefined) return;
    const contest = new AbortController();
    this.#contest = contest;
    const release = abortWith(contest, signal);
    this.#ended = this.#ended.then(() => this.#run(contest.signal)).finally(release);
  }

  /** Releases the Lease, so that a standby takes over at once. */
  async withdraw(): Promise<void> {
    this.#contest?.abort(new Error('This node is no gateway any more'));
    this.#contest = undefined;
    await this.#ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { client, namespace, identity, clock, random, logger } = this.#options;
    const elector = createLeaderElector({
      client,
      namespace,
      name: GATEWAY_LEASE,
      identity,
      leaseDurationMs: LEASE_MS,
      renewDeadlineMs: RENEW_DEADLINE_MS,
      retryMs: RENEW_MS,
      contendMs: CONTEND_MS,
      clock,
      ...(random && { random }),
      logger,
    });
    this.#elector = elector;
    await elector.run((lead) => this.#lead(lead), signal);
    this.#elector = undefined;
    this.#end();
  }

  async #lead(lead: AbortSignal): Promise<void> {
    this.#cancelWatch();
    this.#isActive = true;
    this.#tell();
    await untilAborted(lead);
    this.#tell();
    this.#watchForSuccessor();
  }

  /** From the end of the lead on: until it is held again, or somebody else holds it. */
  #watchForSuccessor(): void {
    const { clock, identity, logger } = this.#options;
    this.#cancelWatch();
    const look = (): void => {
      const leader = this.#elector?.leader;
      if (leader === undefined || leader === identity) {
        this.#cancelWatch = clock.schedule(look, WATCH_MS);
        return;
      }
      logger.info('Another gateway has taken over', { holder: leader });
      this.#end();
    };
    look();
  }

  #end(): void {
    this.#cancelWatch();
    this.#isActive = false;
    this.#tell();
  }

  #tell(): void {
    const now = [this.#isActive, this.isConfirmed].join();
    if (now === this.#told) return;
    this.#told = now;
    this.#options.onChange();
  }
}
