import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { renewalTime, RenewalTimer } from '../base/renewal-timer.ts';
import type { KubeconfigText } from './kubeconfig-document.ts';
import { findKubeconfigToken, readServiceAccountToken, replaceToken, type ServiceAccountToken } from './service-account-token.ts';

/** A kubeconfig whose token was renewed. */
export interface RenewedKubeconfig {
  /** The text as it was read. */
  readonly replaced: string;
  readonly text: string;
}

export interface RenewalTrouble {
  /** When the credential ends or has ended, RFC 3339. */
  readonly expiresAt: string;
  readonly hasLapsed: boolean;
  /** Why it could not be renewed. */
  readonly error: unknown;
}

export interface KubeconfigRenewalOptions {
  /** Its user has a token of a ServiceAccount (`findKubeconfigToken`). */
  readonly kubeconfig: KubeconfigText;
  /** Asks the cluster for another token of the same account, with the present one. */
  readonly issue: (present: ServiceAccountToken, expirationSeconds: number, signal: AbortSignal) => Promise<string>;
  /** Keeps the renewed kubeconfig in place of the one that was read. Without it renewed tokens live in memory only. */
  readonly store?: (renewed: RenewedKubeconfig, signal: AbortSignal) => Promise<void>;
  /** There is another token. */
  readonly onRenewed?: () => void;
  /** The credential is about to end, or has ended, and cannot be renewed; said at each failure from then on. */
  readonly onTrouble: (trouble: RenewalTrouble) => void;
  /** What it is of, for the log. */
  readonly about: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: Logger;
}

/** Whether two kubeconfigs differ in nothing but their tokens of one ServiceAccount. */
export function isSameAccount(a: KubeconfigText, b: KubeconfigText): boolean {
  if (a.context !== b.context) return false;
  const [ofA, ofB] = [findKubeconfigToken(a), findKubeconfigToken(b)];
  return ofA !== undefined && ofB !== undefined && ofA.account === ofB.account && ofA.namespace === ofB.namespace && replaceToken(a.text, ofA.token, ofB.token) === b.text;
}

/**
 * Renews the ServiceAccount token of one kubeconfig when a third of its life has passed, through
 * TokenRequest and as the account itself, which needs the right to create `serviceaccounts/token` of
 * its own name. A token that has lapsed cannot renew itself: a new kubeconfig does.
 */
export class KubeconfigRenewal {
  readonly #options: KubeconfigRenewalOptions;
  readonly #abort = new AbortController();
  readonly #timer: RenewalTimer;
  /** As it was read last: with a token that may have been renewed since. */
  #kubeconfig: KubeconfigText;
  #present: ServiceAccountToken;

  constructor(options: KubeconfigRenewalOptions, token: ServiceAccountToken) {
    const { kubeconfig, clock, random } = options;
    this.#options = options;
    this.#kubeconfig = kubeconfig;
    this.#present = token;
    this.#timer = new RenewalTimer({ renew: () => this.#renew(), onFailure: (error) => this.#report(error), clock, ...(random && { random }) });
    this.#timer.follow(token);
  }

  /** The youngest token. */
  get token(): string {
    return this.#present.token;
  }

  /** The kubeconfig that was read last, with the youngest token. */
  get text(): string {
    const read = findKubeconfigToken(this.#kubeconfig);
    return read === undefined ? this.#kubeconfig.text : replaceToken(this.#kubeconfig.text, read.token, this.#present.token);
  }

  /** Takes what was read anew; false where it is more than another token of the same account, so that it is none of this renewal. */
  adopt(kubeconfig: KubeconfigText): boolean {
    const token = findKubeconfigToken(kubeconfig);
    if (token === undefined || !isSameAccount(this.#kubeconfig, kubeconfig)) return false;
    this.#kubeconfig = kubeconfig;
    // what is read may be older than what was renewed here and could not be stored
    if (token.issuedAt > this.#present.issuedAt) this.#use(token);
    return true;
  }

  stop(): void {
    this.#abort.abort(new Error('The renewal of a credential was stopped'));
    this.#timer.stop();
  }

  #use(token: ServiceAccountToken): void {
    this.#present = token;
    this.#timer.follow(token);
  }

  async #renew(): Promise<void> {
    const next = await this.#issue();
    this.#timer.noteIssued();
    this.#use(next);
    const { logger, about, onRenewed } = this.#options;
    logger.info('Renewed a credential', { ...about, expiresAt: new Date(next.expiresAt).toISOString() });
    onRenewed?.();
    await this.#store({ replaced: this.#kubeconfig.text, text: this.text });
  }

  async #issue(): Promise<ServiceAccountToken> {
    const { issuedAt, expiresAt } = this.#present;
    const token = await this.#options.issue(this.#present, Math.round((expiresAt - issuedAt) / 1000), this.#abort.signal);
    const issued = readServiceAccountToken(token);
    if (issued === undefined) throw new Error('the cluster issued a token that says neither whose it is nor until when');
    return issued;
  }

  /** The token that could not be stored serves until the next one; only a restart would miss it. */
  async #store(renewed: RenewedKubeconfig): Promise<void> {
    const { store, logger, about } = this.#options;
    await store?.(renewed, this.#abort.signal).catch((error: unknown) => {
      logger.warn('Cannot store a renewed credential; it is used from memory', { ...about, error });
    });
  }

  #report(error: unknown): void {
    const { clock, logger, about, onTrouble } = this.#options;
    const expiresAt = new Date(this.#present.expiresAt).toISOString();
    logger.warn('Cannot renew a credential', { ...about, error, expiresAt });
    const hasLapsed = clock.now() >= this.#present.expiresAt;
    if (hasLapsed || clock.now() > (renewalTime(this.#present) + this.#present.expiresAt) / 2) onTrouble({ expiresAt, hasLapsed, error });
  }
}
