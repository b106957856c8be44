import { BROKER_CONFIG } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { caPins, isSameAuthority } from '../base/pin.ts';
import { backoffDelay } from '../base/retry.ts';
import { ApiError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';

export interface AuthorityWatchOptions {
  /** Client of the broker, which trusts the present authorities. */
  readonly client: KubeClient;
  readonly namespace: string;
  /** PEM of the authorities that this member trusts now. */
  readonly trusted: () => string | undefined;
  /** A client of the broker that trusts just these. */
  readonly connect: (ca: string) => KubeClient;
  /** Keeps them for good, in place of those that were trusted when they were looked at. */
  readonly trust: (ca: string, replaced: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY = { baseMs: 5_000, capMs: 300_000 };

/**
 * The authorities to change to; undefined where there is nothing to change. A member that relies on
 * the system's trust store has nothing to rotate, and a text without certificates is none.
 */
export function planAuthority(trusted: string | undefined, published: string | undefined): string | undefined {
  if (!trusted || !published) return undefined;
  try {
    return caPins(published).length === 0 || isSameAuthority(trusted, published) ? undefined : published;
  } catch {
    return undefined;
  }
}

/**
 * Follows the authorities that the broker publishes (`mcs token rotate-ca`), so that a member trusts a
 * new one before the API server shows it. They come over a connection that is trusted already, and are
 * taken only once a connection with them succeeds: a mistake on the broker locks nobody out.
 */
export class AuthorityWatch implements Startable {
  readonly name = 'authorities of the broker';
  readonly #options: AuthorityWatchOptions;
  readonly #informer: Informer<ConfigMap>;
  readonly #abort = new AbortController();
  #published: string | undefined;
  #cancel: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: AuthorityWatchOptions) {
    this.#options = options;
    const { client, namespace, clock } = options;
    // a broker of an earlier version neither has the object nor lets members ask for it: that is no trouble
    this.#informer = createInformer(client, resources.configMaps, { namespace, fieldSelector: `metadata.name=${BROKER_CONFIG}`, clock, logger: silentLogger });
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#informer.onChange((_key, next) => {
      this.#published = next?.data?.ca;
      this.#schedule(0, 0);
    });
    await this.#informer.start(AbortSignal.any([signal, this.#abort.signal]));
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The watch for authorities was stopped'));
    this.#cancel?.();
    await this.#informer.stop();
    await this.#work;
  }

  #isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  #schedule(delayMs: number, attempt: number): void {
    this.#cancel?.();
    if (this.#isStopped()) return;
    this.#cancel = this.#options.clock.schedule(() => {
      this.#work = this.#work.then(() => this.#adopt(attempt));
    }, delayMs);
  }

  async #adopt(attempt: number): Promise<void> {
    const { trusted, trust, logger } = this.#options;
    const present = trusted() ?? '';
    const ca = planAuthority(present, this.#published);
    if (ca === undefined || this.#isStopped()) return;
    try {
      await this.#prove(ca);
      await trust(ca, present);
      logger.info('Took the authorities that the broker publishes', { pins: caPins(ca) });
    } catch (error) {
      if (this.#isStopped()) return;
      logger.warn('Cannot take the authorities that the broker publishes; the present ones stay', { error });
      this.#schedule(backoffDelay(attempt, RETRY), attempt + 1);
    }
  }

  /** Throws unless the broker can be reached when just these authorities are trusted. */
  async #prove(ca: string): Promise<void> {
    const client = this.#options.connect(ca);
    try {
      await client.getPath('/version', { signal: this.#abort.signal });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // any answer shows that the certificate was accepted
    } finally {
      client.close();
    }
  }
}
