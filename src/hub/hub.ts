import { MEMBER } from '../api/labels.ts';
import { DESK_LEASE } from '../api/names.ts';
import type { Cluster, Lease, MemberConfig } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { abortWith, type Startable, untilAborted } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { Fleet, type FleetCluster } from '../fleet/fleet.ts';
import type { KubeClient } from '../kube/client.ts';
import { contend } from '../kube/contend.ts';
import type { Informer } from '../kube/informer.ts';
import { createLeaderElector, type LeaderElector } from '../kube/lease.ts';
import { createWorkQueue, type WorkQueue, type WorkResult } from '../sync/work-queue.ts';
import { type MemberPart, type MemberRecords, MemberSession } from './member-session.ts';
import type { HubSettings } from './settings.ts';
import { describeMember, type HubStatus } from './status.ts';
import { keepHubStatus } from './status-writer.ts';

export interface HubOptions {
  readonly settings: HubSettings;
  /** Of the hub's own cluster. */
  readonly client: KubeClient;
  readonly records: MemberRecords;
  /** The Clusters in the hub's namespace; whoever made it starts and stops it. */
  readonly clusters: Pick<Informer<Cluster>, 'list' | 'synced' | 'onChange'>;
  /** The Leases there, likewise: of what is removed of a member, its Lease is the last. */
  readonly leases: Pick<Informer<Lease>, 'list' | 'synced'>;
  readonly createPart: (config: MemberConfig, client: KubeClient) => MemberPart;
  /** Takes out of a member that was removed and still answers what its part wrote there. */
  readonly leaveMember: (client: KubeClient, config: MemberConfig, signal: AbortSignal) => Promise<void>;
  /** A member was removed, and all of its records. */
  readonly onGone: (clusterID: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
}

/** Between two looks whether a removed member's part has ended. */
const ENDING_MS = 200;
/** Members whose Secrets are looked at, or whose records are removed, at the same time. */
const WORKERS = 8;

/** One process that runs for every member what would else run in the member, from that member's kubeconfig. */
export class Hub implements Startable {
  readonly name = 'hub';
  readonly #options: HubOptions;
  readonly #elector: LeaderElector;
  readonly #abort = new AbortController();
  #leading: LeadingHub | undefined;
  #run: Promise<void> | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
    const { client, settings, clock, logger } = options;
    // the hub is the desk of its namespace, and no member can have that name
    this.#elector = createLeaderElector({ client, namespace: settings.namespace, name: DESK_LEASE, identity: settings.identity, clock, logger });
  }

  start(signal: AbortSignal): Promise<void> {
    if (this.#run !== undefined) return Promise.resolve();
    abortWith(this.#abort, signal);
    const { clock, logger } = this.#options;
    this.#run = contend(this.#elector, (lead) => this.#lead(lead), { name: 'hub', clock, logger, signal: this.#abort.signal });
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The hub was stopped'));
    await this.#run;
  }

  /** Ready means that the members are known, or that another process is the active one. Members that are away do not count. */
  readiness(): { readonly isMet: boolean; readonly detail: string } {
    if (this.#leading !== undefined) return this.#leading.readiness();
    const { leader } = this.#elector;
    return { isMet: leader !== undefined && leader !== '', detail: `standby; active is ${leader ?? 'nobody yet'}` };
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const leading = new LeadingHub(this.#options);
    this.#leading = leading;
    try {
      await leading.run(signal);
    } finally {
      this.#leading = undefined;
    }
  }
}

/** What only the active process does, from winning the lead to losing it. */
class LeadingHub {
  readonly #options: HubOptions;
  readonly #fleet: Fleet<MemberSession>;
  readonly #queue: WorkQueue;
  /** Sessions that have not ended yet, those of removed members too. */
  readonly #running = new Set<string>();

  constructor(options: HubOptions) {
    this.#options = options;
    const { client, settings, clock, logger, env, userAgent } = options;
    this.#queue = createWorkQueue({ name: 'member', workers: WORKERS, process: (id, signal) => this.#reconcile(id, signal), clock, logger });
    this.#fleet = new Fleet({
      hubClient: client,
      hubNamespace: settings.namespace,
      capi: false,
      pollIntervalMs: 30_000,
      createSession: (cluster, memberClient) => this.#createSession(cluster, memberClient),
      onCluster: ({ name, namespace }, event) => {
        if (namespace === settings.namespace && event !== 'added') this.#queue.add(name);
      },
      onConnection: () => undefined, // the status is read, not told
      onRemoved: (_cluster, session, signal) => this.#leave(session, signal),
      clock,
      logger,
      env,
      userAgent,
    });
  }

  readiness(): { readonly isMet: boolean; readonly detail: string } {
    if (!this.#fleet.hasSynced) return { isMet: false, detail: 'waiting for the Secrets of the members' };
    const { members } = this.status();
    const active = members.filter(({ state }) => state === 'active').length;
    return { isMet: true, detail: `serves ${active} of ${members.length} members` };
  }

  status(): HubStatus {
    const { namespace, hubID } = this.#options.settings;
    const clusters = this.#fleet.clusters();
    const own = clusters.filter((cluster) => cluster.namespace === namespace);
    const strangers = clusters.filter((cluster) => cluster.namespace !== namespace).map(({ secret, key }) => `Secret "${secret.namespace}/${secret.name}" is of cluster "${key}": a hub serves those of namespace "${namespace}" only`);
    const problems = this.#fleet.problems().map(({ message }) => message);
    return { hubID, members: own.map(({ key, name }) => describeMember(name, this.#fleet.connection(key), this.#fleet.session(key))), problems: [...problems, ...strangers] };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { client, settings, clusters, leases, clock, logger } = this.#options;
    // without its Cluster nothing of a member is routable, and a changed one would grant it other ranges
    const unsubscribe = clusters.onChange((_key, _next, previous) => {
      if (previous !== undefined && this.#fleet.cluster(`${settings.namespace}/${previous.metadata.name}`) !== undefined) this.#queue.add(previous.metadata.name);
    });
    this.#queue.start();
    await this.#fleet.start(signal);
    const status = keepHubStatus({ client, namespace: settings.namespace, read: () => this.status(), clock, logger }, signal);
    await Promise.all([clusters.synced(signal), leases.synced(signal)]).then(
      // members that were removed while no hub ran, or whose removal was cut; its own Lease has no such label
      () => [...clusters.list(), ...leases.list().filter(({ metadata }) => metadata.labels?.[MEMBER] !== undefined)].forEach(({ metadata }) => this.#queue.add(metadata.name)),
      () => undefined, // stopped before the first list
    );
    await untilAborted(signal);
    unsubscribe();
    await this.#queue.stop();
    await this.#fleet.stop();
    await status;
  }

  #createSession(cluster: FleetCluster, client: KubeClient): MemberSession {
    const { client: hubClient, settings, records, createPart, logger } = this.#options;
    const { name } = cluster;
    if (cluster.namespace === settings.namespace) this.#running.add(name);
    return new MemberSession({ cluster, present: () => this.#fleet.cluster(cluster.key), client, hubClient, hubNamespace: settings.namespace, records, createPart, onStopped: () => this.#running.delete(name), logger });
  }

  /** The records go once nothing writes them any more. */
  async #reconcile(id: string, signal: AbortSignal): Promise<WorkResult> {
    const { settings, records, onGone, logger } = this.#options;
    const key = `${settings.namespace}/${id}`;
    if (this.#fleet.cluster(key) !== undefined) {
      await this.#fleet.session(key)?.refresh();
      return 'done';
    }
    // until all Secrets have been read, a member that is not among them is not known to be gone
    if (!this.#fleet.hasSynced || this.#running.has(id)) return { requeueAfterMs: ENDING_MS };
    await records.remove(id, signal);
    onGone(id);
    logger.info('Removed a member', { member: id });
    return 'done';
  }

  async #leave(session: MemberSession, signal: AbortSignal): Promise<void> {
    await session.stop();
    if (session.config !== undefined) await this.#options.leaveMember(session.client, session.config, signal);
  }
}
