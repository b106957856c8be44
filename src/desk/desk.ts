import { resources } from '../api/resources.ts';
import type { ClusterJoin } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { createWorkQueue, type WorkQueue, type WorkResult } from '../sync/work-queue.ts';
import { type AnswerContext, answerJoin, type JoinOutcome, writtenSpec } from './answer-join.ts';
import { removeExpiredTokens } from './expired-tokens.ts';
import { removeIfLeaving } from './remove-member.ts';

/** Told of what the desk does; the agent counts it. */
export interface DeskObserver {
  joinAnswered(outcome: JoinOutcome): void;
  memberRemoved(cluster: string): void;
  failed(error: unknown): void;
}

export interface DeskOptions {
  readonly client: KubeClient;
  /** Namespace of the broker. */
  readonly namespace: string;
  /** True in the sandbox only, whose clusters live on loopback. */
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: DeskObserver;
  /** How long an answer can be read before its ClusterJoin is deleted. Default 10 min. */
  readonly answerLifeMs?: number;
  /** Age at which a ClusterJoin without an answer is deleted, and time for which a join token is kept after its end. Default 24 h. */
  readonly staleMs?: number;
  /** How often a join that waits for approval is looked at. Default 3 s. */
  readonly approvalPollMs?: number;
}

/** Answers joins and removes leaving members, one after the other. */
export interface Desk {
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** A ClusterJoin that appeared or changed. */
  joinSeen(name: string): void;
  /** A member's Lease that carries the LEAVING annotation. */
  leaveSeen(cluster: string): void;
}

const JOIN = 'join/';
const LEAVE = 'leave/';
/** The round that drops join tokens that have ended. */
const TOKENS = 'tokens';
const TOKENS_EVERY_MS = 3_600_000;
const DEFAULT_STALE_MS = 86_400_000;

/** When a ClusterJoin is to be deleted, ms since the epoch; undefined if its times cannot be read. */
export function deletionTime({ metadata, status }: ClusterJoin, answerLifeMs: number, staleMs: number): number | undefined {
  const created = Date.parse(metadata.creationTimestamp ?? '');
  const isAnswered = status?.phase === 'Accepted' || status?.phase === 'Refused';
  const answered = Date.parse(status?.answeredAt ?? '');
  const at = isAnswered ? (Number.isNaN(answered) ? created : answered) + answerLifeMs : created + staleMs;
  return Number.isNaN(at) ? undefined : at;
}

class QueueDesk implements Desk {
  readonly #options: DeskOptions;
  readonly #queue: WorkQueue;
  #brokerUID = '';

  constructor(options: DeskOptions) {
    this.#options = options;
    const { clock, logger, observer } = options;
    this.#queue = createWorkQueue({
      name: 'desk request',
      workers: 1, // two joins at once could be granted one range, or one id
      process: (key, signal) => this.#process(key, signal),
      onFailure: (_key, error) => observer.failed(error),
      clock,
      logger,
    });
  }

  /** Reads the UID of the broker's namespace, which every proof contains; throws if it cannot. */
  async start(signal: AbortSignal): Promise<void> {
    const { client, namespace } = this.#options;
    const { metadata } = await client.get(resources.namespaces, namespace, undefined, { signal });
    this.#brokerUID = metadata.uid ?? '';
    this.#queue.start();
    this.#queue.add(TOKENS);
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
  }

  joinSeen(name: string): void {
    this.#queue.add(`${JOIN}${name}`);
  }

  leaveSeen(cluster: string): void {
    this.#queue.add(`${LEAVE}${cluster}`);
  }

  #process(key: string, signal: AbortSignal): Promise<WorkResult> {
    if (key === TOKENS) return this.#processTokens(signal);
    return key.startsWith(JOIN) ? this.#processJoin(key.slice(JOIN.length), signal) : this.#processLeave(key.slice(LEAVE.length), signal);
  }

  async #processLeave(cluster: string, signal: AbortSignal): Promise<WorkResult> {
    const { client, namespace, observer, logger } = this.#options;
    if (!(await removeIfLeaving(client, cluster, namespace, { signal }))) return 'done';
    logger.info('Removed a member that left', { cluster });
    observer.memberRemoved(cluster);
    return 'done';
  }

  async #processTokens(signal: AbortSignal): Promise<WorkResult> {
    const { client, namespace, clock, logger, staleMs = DEFAULT_STALE_MS } = this.#options;
    const removed = await removeExpiredTokens(client, namespace, { now: clock.now(), keepMs: staleMs, signal });
    if (removed.length > 0) logger.info('Removed join tokens that have ended', { tokens: removed });
    return { requeueAfterMs: TOKENS_EVERY_MS };
  }

  async #processJoin(name: string, signal: AbortSignal): Promise<WorkResult> {
    const { client, namespace, clock, answerLifeMs = 600_000, staleMs = DEFAULT_STALE_MS, approvalPollMs = 3_000 } = this.#options;
    const join = await client.find(resources.clusterJoins, name, namespace, { signal });
    if (join === undefined) return 'done';
    const waitMs = (deletionTime(join, answerLifeMs, staleMs) ?? Infinity) - clock.now();
    if (waitMs <= 0) return this.#delete(join, signal);
    if (join.status?.phase === 'Accepted' || join.status?.phase === 'Refused') return { requeueAfterMs: Math.min(waitMs, answerLifeMs) };
    const outcome = await this.#answer(join, signal);
    return { requeueAfterMs: outcome.phase === 'Pending' ? approvalPollMs : answerLifeMs };
  }

  async #answer(join: ClusterJoin, signal: AbortSignal): Promise<JoinOutcome> {
    const { client, namespace, allowLoopback, clock, logger, observer } = this.#options;
    const context: AnswerContext = { client, namespace, brokerUID: this.#brokerUID, allowLoopback, now: () => clock.now() };
    const outcome = await answerJoin(context, join, { signal });
    if (outcome.phase !== 'Pending') {
      const { clusterID, tokenID } = writtenSpec(join);
      logger.info('Answered a join', { join: join.metadata.name, cluster: clusterID, token: tokenID, ...outcome });
      observer.joinAnswered(outcome);
    }
    return outcome;
  }

  async #delete({ metadata: { name, uid } }: ClusterJoin, signal: AbortSignal): Promise<WorkResult> {
    const { client, namespace, logger } = this.#options;
    try {
      await client.delete(resources.clusterJoins, name, namespace, { signal, ...(uid !== undefined && { uid }) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      logger.debug('A ClusterJoin was gone already', { join: name, reason: errorMessage(error) });
    }
    return 'done';
  }
}

export function createDesk(options: DeskOptions): Desk {
  return new QueueDesk(options);
}
