import { isDeepStrictEqual } from 'node:util';
import { errorMessage } from '../base/errors.ts';
import { abortWith, type Startable, untilAborted } from '../base/lifecycle.ts';
import type { Backoff } from '../base/retry.ts';
import { scrubText } from '../base/scrub-text.ts';
import type { ClusterAccess } from '../kube/client.ts';
import { secretKubeconfigAccess } from '../kube/plain-kubeconfig.ts';
import type { ClusterConnectionOptions } from './cluster-connection-options.ts';
import { ClusterLink } from './cluster-link.ts';
import { ConnectionReport } from './connection-report.ts';
import { concernsCredential, describeTrouble } from './describe-trouble.ts';
import type { ConnectionState, FleetCluster, FleetConnection, KubeconfigRef } from './fleet-cluster.ts';
import { HeldCredential } from './held-credential.ts';
import { Pause, Schedule } from './schedule.ts';

/** Between two looks whether a cluster that answers still does, ms. */
const PROBE_INTERVAL_MS = 10_000;
/** A cluster that was away for long is back soon after it answers again. */
const RETRY: Backoff = { baseMs: 200, capMs: 3_000 };

const placeOf = ({ namespace, name, key }: KubeconfigRef): string => `key "${key}" of Secret "${namespace}/${name}"`;

/**
 * Keeps one cluster connected: reads its kubeconfig, asks whether it answers, and runs a session for it.
 * One loop does one thing after the other; doubts of others only make it look earlier.
 */
export class ClusterConnection<S extends Startable> {
  readonly #options: ClusterConnectionOptions<S>;
  readonly #abort = new AbortController();
  readonly #credential: HeldCredential;
  readonly #report: ConnectionReport;
  readonly #reading: Schedule;
  readonly #probing: Schedule;
  readonly #pause: Pause;
  #cluster: FleetCluster;
  #link: ClusterLink<S> | undefined;
  #state: ConnectionState = 'connecting';
  /** As it was read last. */
  #text: string | undefined;
  #readTrouble = '';
  #linkTrouble = '';
  #run: Promise<void> | undefined;

  constructor(options: ClusterConnectionOptions<S>) {
    const { cluster, pollIntervalMs, storeKubeconfig, onChange, clock, logger } = options;
    this.#options = options;
    this.#cluster = cluster;
    this.#report = new ConnectionReport({ cluster: cluster.key, onChange, clock, logger });
    this.#reading = new Schedule(clock, pollIntervalMs, { baseMs: Math.min(500, pollIntervalMs), capMs: pollIntervalMs });
    this.#probing = new Schedule(clock, PROBE_INTERVAL_MS, RETRY);
    this.#pause = new Pause(clock);
    this.#credential = new HeldCredential({
      cluster: cluster.key,
      client: () => this.#link?.client,
      store: () => storeKubeconfig(this.#cluster),
      onRenewed: (text) => this.#useRenewed(text),
      onTrouble: () => this.#tell(),
      clock,
      logger,
    });
  }

  get cluster(): FleetCluster {
    return this.#cluster;
  }

  get session(): S | undefined {
    return this.#link?.session;
  }

  get connection(): FleetConnection {
    return this.#report.present;
  }

  /** Begins once `after` has come: its turn, and the end of what ran for a cluster of the same key before. */
  start(signal: AbortSignal, after: Promise<unknown>): void {
    abortWith(this.#abort, signal);
    this.#run ??= Promise.race([after, untilAborted(this.#abort.signal)]).then(() => this.#keepConnected());
  }

  /** Ends everything. With `cleanUp`, a session of a cluster that answers gets its chance before. */
  async stop(cleanUp?: (session: S, signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#abort.abort(new Error(`The cluster "${this.#cluster.key}" is left`));
    this.#pause.end();
    await this.#run;
    this.#credential.stop();
    if (cleanUp !== undefined && this.#state === 'connected') await this.#link?.giveChance(cleanUp);
    await this.#closeLink();
  }

  /** Takes other labels, another Secret, or another cluster that has the name now. */
  update(cluster: FleetCluster): void {
    const isElsewhere = cluster.uid !== this.#cluster.uid || !isDeepStrictEqual(cluster.secret, this.#cluster.secret);
    this.#cluster = cluster;
    if (isElsewhere) this.reread();
  }

  /** The kubeconfig may be another one. */
  reread(): void {
    this.#reading.hasten();
    this.#pause.end();
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      if (this.#reading.isDue) await this.#read();
      if (this.#link !== undefined && this.#probing.isDue) await this.#probe(this.#link);
      await this.#untilDue(signal);
    }
  }

  #untilDue(signal: AbortSignal): Promise<void> {
    const delay = this.#link === undefined ? this.#reading.delay : Math.min(this.#reading.delay, this.#probing.delay);
    return this.#pause.wait(delay, signal);
  }

  async #read(): Promise<void> {
    const { signal } = this.#abort;
    const place = placeOf(this.#cluster.secret);
    this.#reading.begin();
    try {
      const text = await this.#options.readKubeconfig(this.#cluster, signal);
      this.#readTrouble = text === undefined ? `Waits for a kubeconfig in ${place}` : '';
      if (text !== undefined) await this.#take(text);
    } catch (error) {
      this.#readTrouble = describeTrouble(error, 'read', place, 'the hub');
    }
    this.#reading.end(this.#readTrouble === '');
    this.#tell();
  }

  async #take(text: string): Promise<void> {
    if (text === this.#text) return;
    this.#text = text;
    try {
      await this.#use(this.#credential.adopt(text));
    } catch (error) {
      await this.#closeLink();
      this.#linkTrouble = scrubText(errorMessage(error));
      this.#state = 'refused';
    }
  }

  #accessOf(text: string): ClusterAccess {
    return secretKubeconfigAccess(text, placeOf(this.#cluster.secret), this.#options.env);
  }

  /** Throws MCS_KUBECONFIG_INVALID. */
  async #use(text: string): Promise<void> {
    const access = this.#accessOf(text);
    this.#probing.hasten();
    if (this.#link?.replace(access) === true) return;
    await this.#closeLink();
    this.#linkTrouble = '';
    this.#state = 'connecting';
    const { createSession, clock, logger, userAgent, maxConnections } = this.#options;
    this.#link = new ClusterLink<S>({
      access,
      userAgent,
      maxConnections,
      createSession: (client) => createSession(this.#cluster, client),
      onDoubt: () => this.#doubt(),
      onSessionFailure: (error) => this.#noteSessionFailure(error),
      clock,
      logger,
    });
  }

  #useRenewed(text: string): void {
    this.#link?.replace(this.#accessOf(text));
    this.#tell();
  }

  async #probe(link: ClusterLink<S>): Promise<void> {
    this.#probing.begin();
    const trouble = await link.probe(this.#abort.signal).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (this.#abort.signal.aborted) return;
    this.#probing.end(trouble === undefined);
    this.#linkTrouble = trouble === undefined ? '' : describeTrouble(trouble.error, 'use', `cluster "${this.#cluster.key}"`, link.client.server);
    this.#state = trouble === undefined ? 'connected' : 'unreachable';
    if (trouble === undefined) link.ensureSession();
    else if (concernsCredential(trouble.error)) this.#reading.hasten();
    this.#tell();
  }

  /** What the probe itself meets is no news; a cluster that is known to be away is asked often enough. */
  #doubt(): void {
    if (this.#state !== 'connected' || this.#probing.isRunning) return;
    this.#probing.hasten();
    this.#pause.end();
  }

  #noteSessionFailure(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    const { logger } = this.#options;
    logger.warn('Cannot begin to work with a cluster; it is tried again', { cluster: this.#cluster.key, error });
    this.#linkTrouble = describeTrouble(error, 'use', `cluster "${this.#cluster.key}"`, this.#link?.client.server ?? '');
    this.#tell();
  }

  async #closeLink(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  #tell(): void {
    const message = this.#linkTrouble || this.#readTrouble || this.#credential.trouble;
    this.#report.tell({ state: this.#state, message, server: this.#link?.client.server ?? '', hasSession: this.session !== undefined });
  }
}
