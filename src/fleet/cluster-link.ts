import type { Clock } from '../base/clock.ts';
import { type Startable, untilAborted } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { ApiError } from '../kube/api-error.ts';
import type { ClusterAccess, KubeClient } from '../kube/client.ts';
import { createKubeClient } from '../kube/kube-client.ts';
import { ReplaceableAccess } from '../kube/replaceable-access.ts';

export interface ClusterLinkOptions<S extends Startable> {
  readonly access: ClusterAccess;
  readonly userAgent: string;
  readonly maxConnections: number;
  readonly createSession: (client: KubeClient) => S;
  /** Something went without an answer, or the credential was rejected: the link may not work any more. */
  readonly onDoubt: () => void;
  /** The session could not start; it is stopped, and made again with the next `ensureSession`. */
  readonly onSessionFailure: (error: unknown) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longest time for an answer to a probe, ms. */
const PROBE_TIMEOUT_MS = 10_000;
/** Longest time for a last clean-up, ms. */
const CLEANUP_TIMEOUT_MS = 10_000;

/** Whether what a server answered means that it can be worked with: who may not read `/version` has reached it. */
function isAnswer(error: unknown): boolean {
  return error instanceof ApiError && error.code !== 401 && error.code < 500;
}

/** A client of one API server, and what runs with it. */
export class ClusterLink<S extends Startable> {
  readonly client: KubeClient;
  readonly #options: ClusterLinkOptions<S>;
  readonly #access: ReplaceableAccess;
  readonly #abort = new AbortController();
  #session: S | undefined;

  constructor(options: ClusterLinkOptions<S>) {
    const { access, userAgent, maxConnections, onDoubt } = options;
    this.#options = options;
    this.#access = new ReplaceableAccess(access, onDoubt);
    this.client = createKubeClient(this.#access, { userAgent, maxConnections, onUnreachable: onDoubt });
  }

  get session(): S | undefined {
    return this.#session;
  }

  /** Takes another credential; false where the access leads to another server. */
  replace(access: ClusterAccess): boolean {
    return this.#access.replace(access);
  }

  /** Asks whether the server answers, and takes the credential. Throws what is wrong. */
  async probe(signal: AbortSignal): Promise<void> {
    try {
      await this.#within(PROBE_TIMEOUT_MS, 'It does not answer', (timeout) => this.client.getPath('/version', { signal: AbortSignal.any([timeout, signal]) }));
    } catch (error) {
      if (!isAnswer(error)) throw error;
    }
  }

  /** Lets somebody do a last thing with the session, for a limited time. */
  async giveChance(work: (session: S, signal: AbortSignal) => Promise<void>): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    await this.#within(CLEANUP_TIMEOUT_MS, 'It is not done', (signal) => work(session, signal)).catch((error: unknown) =>
      this.#options.logger.warn('Cannot clean up in a cluster that was removed', { server: this.client.server, error }),
    );
  }

  /** Makes and starts the session where there is none. It starts in the background: it may wait for a cluster that is gone again. */
  ensureSession(): void {
    if (this.#session !== undefined || this.#abort.signal.aborted) return;
    try {
      const session = this.#options.createSession(this.client);
      this.#session = session;
      session.start(this.#abort.signal).catch((error: unknown) => this.#drop(session, error));
    } catch (error) {
      this.#options.onSessionFailure(error);
    }
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The connection to a cluster was closed'));
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await this.#stop(session);
    this.client.close();
  }

  async #within<T>(ms: number, state: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = new AbortController();
    const cancel = this.#options.clock.schedule(() => timeout.abort(new Error(`${state} within ${ms / 1000} s`)), ms);
    const isOver = untilAborted(timeout.signal).then(() => Promise.reject<T>(timeout.signal.reason as Error));
    return Promise.race([work(timeout.signal), isOver]).finally(cancel);
  }

  async #drop(session: S, error: unknown): Promise<void> {
    if (this.#session !== session) return; // it was stopped
    this.#session = undefined;
    await this.#stop(session);
    this.#options.onSessionFailure(error);
  }

  async #stop(session: S): Promise<void> {
    await session.stop().catch((error: unknown) => this.#options.logger.warn('Cannot stop what runs for a cluster', { session: session.name, error }));
  }
}
