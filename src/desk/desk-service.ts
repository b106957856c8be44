import { resources } from '../api/resources.ts';
import type { ClusterJoin, Lease } from '../api/types/index.ts';
import type { Startable } from '../base/lifecycle.ts';
import { retry } from '../base/retry.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { createDesk, type Desk, type DeskOptions } from './desk.ts';
import { isLeaving } from './remove-member.ts';

/** The desk with its eyes: answers what it sees from start to stop. */
export interface DeskService extends Startable {
  /** Whether it knows its broker and everything that waits for it. */
  readonly isReady: boolean;
}

const START_BACKOFF = { baseMs: 200, capMs: 10_000 };

class WatchingDesk implements DeskService {
  readonly name = 'desk';
  readonly #options: DeskOptions;
  readonly #desk: Desk;
  readonly #joins: Informer<ClusterJoin>;
  readonly #leases: Informer<Lease>;
  #isStarted = false;

  constructor(options: DeskOptions) {
    const { client, namespace, clock, logger } = options;
    this.#options = options;
    this.#desk = createDesk(options);
    const common = { namespace, clock, logger };
    // only the names are used: what is decided on is read afresh
    this.#joins = createInformer(client, resources.clusterJoins, { ...common, transform: (join) => ({ ...join, spec: {} as ClusterJoin['spec'] }) });
    this.#leases = createInformer(client, resources.leases, common);
  }

  get isReady(): boolean {
    return this.#isStarted && this.#joins.hasSynced && this.#leases.hasSynced;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#joins.onChange((_key, join) => {
      if (join !== undefined) this.#desk.joinSeen(join.metadata.name);
    });
    this.#leases.onChange((_key, lease) => {
      if (lease !== undefined && isLeaving(lease)) this.#desk.leaveSeen(lease.metadata.name);
    });
    await this.#startDesk(signal);
    await this.#joins.start(signal);
    await this.#leases.start(signal);
    this.#isStarted = true;
  }

  /** At a first deployment the pod may run before its Role is bound. */
  async #startDesk(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    const start = async (attempt: number): Promise<void> => {
      try {
        await this.#desk.start(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (attempt % 10 === 0) logger.warn('Cannot read the namespace of the broker yet', { error, attempt });
        throw error;
      }
    };
    await retry(start, { backoff: START_BACKOFF, attempts: Number.MAX_SAFE_INTEGER, signal, clock });
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    await Promise.all([this.#joins.stop(), this.#leases.stop()]);
    await this.#desk.stop();
  }
}

export function createDeskService(options: DeskOptions): DeskService {
  return new WatchingDesk(options);
}
