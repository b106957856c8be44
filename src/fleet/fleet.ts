import { isDeepStrictEqual } from 'node:util';
import { resources } from '../api/resources.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import { storeInSecret } from '../kube/credential-store.ts';
import { CapiSource } from './capi-source.ts';
import { chooseClusters } from './choose-clusters.ts';
import { ClusterConnection } from './cluster-connection.ts';
import { describeTrouble } from './describe-trouble.ts';
import type { FleetCluster, FleetConnection, FleetProblem } from './fleet-cluster.ts';
import type { FleetOptions } from './fleet-options.ts';
import type { StoreKubeconfig } from './held-credential.ts';
import { SecretSource, textOfSecret } from './secret-source.ts';
import { Turnstile } from './turnstile.ts';

export type { ConnectionState, FleetCluster, FleetConnection, FleetEvent, FleetProblem, FleetSourceName, KubeconfigRef } from './fleet-cluster.ts';
export type { FleetOptions } from './fleet-options.ts';

const FIELD_MANAGER = 'mcs-fleet';
const MAX_CONNECTIONS = 4;
/** Clusters that are begun at a time: the handshakes and lists of all at once would leave no time for anything else, the Lease of the hub among it. */
const BEGUN_AT_A_TIME = 8;
/** Longest time for the others to wait for one, and what each has for its first lists once it is connected, ms. */
const MAX_TURN_MS = 1_000;
const LIST_MS = 50;

/** Which clusters a hub knows, and a connection to each. Callbacks come after the fact, never within a call into the fleet. */
export class Fleet<S extends Startable> implements Startable {
  readonly name = 'fleet';
  readonly #options: FleetOptions<S>;
  readonly #abort = new AbortController();
  readonly #capi: CapiSource | undefined;
  readonly #secrets: SecretSource;
  readonly #turnstile: Turnstile;
  readonly #connections = new Map<string, ClusterConnection<S>>();
  /** What still ends of clusters that were removed, by their keys. */
  readonly #leaving = new Map<string, Promise<void>>();
  #clusters: ReadonlyMap<string, FleetCluster> = new Map();
  #problems: readonly FleetProblem[] = [];
  #hasSynced = false;
  #isLookDue = false;

  constructor(options: FleetOptions<S>) {
    const { hubClient: client, hubNamespace: namespace, pollIntervalMs, clock, logger } = options;
    const common = { client, onChange: () => this.#lookSoon(), clock, logger };
    this.#options = options;
    this.#turnstile = new Turnstile(clock, BEGUN_AT_A_TIME, MAX_TURN_MS);
    this.#capi = options.capi ? new CapiSource({ ...common, recheckMs: pollIntervalMs }) : undefined;
    this.#secrets = new SecretSource({
      ...common,
      namespace,
      onKubeconfig: (secret) => {
        for (const connection of this.#connections.values()) if (connection.cluster.source === 'secret' && connection.cluster.secret.name === secret) connection.reread();
      },
    });
  }

  /** Begins in the background: the hub's API server may be away. */
  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    await this.#secrets.start(this.#abort.signal);
    await this.#capi?.start(this.#abort.signal);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The fleet was stopped'));
    await Promise.all([this.#secrets.stop(), this.#capi?.stop()]);
    await Promise.all([...this.#connections.values()].map((connection) => connection.stop()));
    await Promise.all(this.#leaving.values());
  }

  /** Whether every source has been read once, so that a cluster that is not in `clusters()` is none. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why clusters cannot be listed at present; empty where they can. */
  get message(): string {
    const { server } = this.#options.hubClient;
    const trouble = this.#capi?.trouble;
    if (trouble !== undefined) return describeTrouble(trouble, 'list', 'Clusters of Cluster API', server);
    return this.#secrets.trouble === undefined ? '' : describeTrouble(this.#secrets.trouble, 'list', 'Secrets of clusters', server);
  }

  /** In order of their keys. */
  clusters(): readonly FleetCluster[] {
    return [...this.#clusters.values()];
  }

  cluster(key: string): FleetCluster | undefined {
    return this.#clusters.get(key);
  }

  /** What `createSession` made, as long as it runs, in an outage too: see `connection`. */
  session(key: string): S | undefined {
    return this.#connections.get(key)?.session;
  }

  /** `connecting` for a cluster that is not known. */
  connection(key: string): FleetConnection {
    return this.#connections.get(key)?.connection ?? { state: 'connecting', message: '', since: this.#options.clock.now(), server: '' };
  }

  /** What stands at present. */
  problems(): readonly FleetProblem[] {
    return this.#problems;
  }

  /** A list of many brings one change. */
  #lookSoon(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    queueMicrotask(() => {
      this.#isLookDue = false;
      if (!this.#abort.signal.aborted) this.#look();
    });
  }

  #look(): void {
    const { clusters, problems } = chooseClusters(this.#capi?.clusters() ?? [], this.#secrets.secrets());
    const before = this.#clusters;
    this.#clusters = clusters;
    for (const [key, cluster] of before) if (!clusters.has(key)) this.#remove(cluster);
    for (const cluster of clusters.values()) this.#put(cluster, before.get(cluster.key));
    this.#report(problems);
    this.#noteSynced();
  }

  #put(cluster: FleetCluster, before: FleetCluster | undefined): void {
    if (isDeepStrictEqual(cluster, before)) return;
    if (before === undefined) this.#connect(cluster);
    else this.#connections.get(cluster.key)?.update(cluster);
    this.#options.onCluster(cluster, before === undefined ? 'added' : 'changed');
  }

  #connect(cluster: FleetCluster): void {
    const { pollIntervalMs, createSession, onConnection, clock, logger, env, userAgent, maxConnections = MAX_CONNECTIONS } = this.#options;
    const turn = this.#turnstile.enter();
    const connection: ClusterConnection<S> = new ClusterConnection<S>({
      cluster,
      readKubeconfig: (current, signal) => this.#readKubeconfig(current, signal),
      storeKubeconfig: (current) => this.#storeFor(current),
      pollIntervalMs,
      createSession,
      onChange: () => {
        void turn.then((leave) => clock.schedule(leave, LIST_MS));
        onConnection(connection.cluster, connection.connection);
      },
      clock,
      logger,
      env,
      userAgent,
      maxConnections,
    });
    this.#connections.set(cluster.key, connection);
    connection.start(this.#abort.signal, Promise.all([turn, this.#leaving.get(cluster.key)]));
  }

  #remove(cluster: FleetCluster): void {
    const { key } = cluster;
    const connection = this.#connections.get(key);
    this.#connections.delete(key);
    this.#options.onCluster(cluster, 'removed');
    if (connection === undefined) return;
    const { onRemoved } = this.#options;
    const ended = connection.stop(onRemoved && ((session, signal) => onRemoved(cluster, session, signal)));
    const leaving = Promise.all([ended, this.#leaving.get(key)]).then(() => undefined);
    this.#leaving.set(key, leaving);
    void leaving.finally(() => (this.#leaving.get(key) === leaving ? this.#leaving.delete(key) : undefined));
  }

  /** Those of Cluster API are read one by one, so that nobody need let a hub list all Secrets. */
  async #readKubeconfig({ source, secret }: FleetCluster, signal: AbortSignal): Promise<string | undefined> {
    if (source === 'secret') return this.#secrets.kubeconfig(secret);
    return textOfSecret(await this.#options.hubClient.find(resources.secrets, secret.name, secret.namespace, { signal }), secret.key);
  }

  /** Cluster API renews what is its own. */
  #storeFor({ source, secret }: FleetCluster): StoreKubeconfig | undefined {
    return source === 'secret' ? storeInSecret(this.#options.hubClient, secret, FIELD_MANAGER) : undefined;
  }

  #report(problems: readonly FleetProblem[]): void {
    const known = this.#problems;
    this.#problems = problems;
    for (const problem of problems.filter((each) => !known.some((other) => isDeepStrictEqual(each, other)))) {
      this.#options.logger.warn(problem.message, { reason: problem.reason });
      this.#options.onProblem?.(problem);
    }
  }

  #noteSynced(): void {
    if (this.#hasSynced || !this.#secrets.hasSynced || this.#capi?.hasSynced === false) return;
    this.#hasSynced = true;
    this.#options.onSynced?.();
  }
}
