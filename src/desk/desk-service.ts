import { DESK_LEASE } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { ClusterJoin, Lease } from '../api/types/index.ts';
import { abortWith, type Startable, untilAborted } from '../base/lifecycle.ts';
import { retry } from '../base/retry.ts';
import { contend } from '../kube/contend.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { createLeaderElector, type LeaderElector } from '../kube/lease.ts';
import { createDesk, type Desk, type DeskOptions } from './desk.ts';
import { isLeaving } from './remove-member.ts';

export interface DeskServiceOptions extends DeskOptions {
  /** Identity in the desk's Lease: the pod's UID. */
  readonly identity: string;
}

/** The desk with its eyes: answers what it sees from start to stop, while it holds the desk's Lease. */
export interface DeskService extends Startable {
  /** Whether it has seen everything that waits for an answer, and either answers it or stands by. */
  readonly isReady: boolean;
  readonly isLeader: boolean;
}

const START_BACKOFF = { baseMs: 200, capMs: 10_000 };

class WatchingDesk implements DeskService {
  readonly name = 'desk';
  readonly #options: DeskServiceOptions;
  readonly #joins: Informer<ClusterJoin>;
  readonly #leases: Informer<Lease>;
  readonly #elector: LeaderElector;
  readonly #abort = new AbortController();
  /** Present while this process answers. */
  #desk: Desk | undefined;
  #run: Promise<void> | undefined;

  constructor(options: DeskServiceOptions) {
    const { client, namespace, clock, logger, identity } = options;
    this.#options = options;
    const common = { namespace, clock, logger };
    // only the names are used: what is decided on is read afresh
    this.#joins = createInformer(client, resources.clusterJoins, { ...common, transform: (join) => ({ ...join, spec: {} as ClusterJoin['spec'] }) });
    this.#leases = createInformer(client, resources.leases, common);
    this.#elector = createLeaderElector({ client, namespace, name: DESK_LEASE, identity, clock, logger });
  }

  get isReady(): boolean {
    return this.#joins.hasSynced && this.#leases.hasSynced && (this.#desk !== undefined || this.#isStandby);
  }

  get isLeader(): boolean {
    return this.#elector.isLeader;
  }

  get #isStandby(): boolean {
    return !this.#elector.isLeader && this.#elector.leader !== undefined && this.#elector.leader !== this.#options.identity;
  }

  /** Begins in the background: at a first deployment the pod may run before its Role is bound. */
  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    this.#joins.onChange((_key, join) => this.#onJoin(join));
    this.#leases.onChange((_key, lease) => this.#onLease(lease));
    await this.#joins.start(this.#abort.signal);
    await this.#leases.start(this.#abort.signal);
    const { clock, logger } = this.#options;
    this.#run = contend(this.#elector, (lead) => this.#lead(lead), { name: 'desk', clock, logger, signal: this.#abort.signal });
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The desk was stopped'));
    await this.#run;
    await Promise.all([this.#joins.stop(), this.#leases.stop()]);
  }

  #onJoin(join: ClusterJoin | undefined): void {
    if (join !== undefined) this.#desk?.joinSeen(join.metadata.name);
  }

  #onLease(lease: Lease | undefined): void {
    if (lease !== undefined && lease.metadata.name !== DESK_LEASE && isLeaving(lease)) this.#desk?.leaveSeen(lease.metadata.name);
  }

  /** Answers until the lead is lost; what has been begun is finished before the Lease is released. */
  async #lead(signal: AbortSignal): Promise<void> {
    const desk = createDesk(this.#options);
    await this.#startDesk(desk, signal);
    this.#desk = desk;
    try {
      for (const join of this.#joins.list()) this.#onJoin(join);
      for (const lease of this.#leases.list()) this.#onLease(lease);
      await untilAborted(signal);
    } finally {
      this.#desk = undefined;
      await desk.stop();
    }
  }

  async #startDesk(desk: Desk, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    const start = async (attempt: number): Promise<void> => {
      try {
        await desk.start(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (attempt % 10 === 0) logger.warn('Cannot read the namespace of the broker yet', { error, attempt });
        throw error;
      }
    };
    await retry(start, { backoff: START_BACKOFF, attempts: Number.MAX_SAFE_INTEGER, signal, clock });
  }
}

export function createDeskService(options: DeskServiceOptions): DeskService {
  return new WatchingDesk(options);
}
