import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { renewalTime, RenewalTimer } from '../base/renewal-timer.ts';
import type { ClusterAccess, KubeClient } from '../kube/client.ts';
import { findAccountToken, readServiceAccountToken, type ServiceAccountToken, withToken } from './service-account-token.ts';
import type { MirrorSettings, SourceAccess, SourceSettings } from './settings.ts';

/** A kubeconfig whose token was renewed. */
export interface RenewedKubeconfig {
  readonly source: string;
  /** The text as it was read. */
  readonly replaced: string;
  readonly text: string;
}

export interface CredentialRenewalOptions {
  /** Makes a client of a source, with the credential that it has now (`withCurrentToken`). It is closed after use. */
  readonly connect: (source: SourceSettings) => KubeClient;
  /** Keeps a renewed kubeconfig in place of the one that was read (`storeInSecret`). Without it renewed tokens live in memory only. */
  readonly store?: (renewed: RenewedKubeconfig, signal: AbortSignal) => Promise<void>;
  /** The credential of a source is about to end, or has ended, and cannot be renewed; said at each failure from then on. */
  readonly onTrouble: (source: string, message: string) => void;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: Logger;
}

interface Held {
  /** As it was read last: with a token that may have been renewed since. */
  source: SourceSettings;
  /** With the token that it had first: what the mirror is told, so that a renewal does not look like another source. */
  readonly access: SourceAccess;
  present: ServiceAccountToken;
  readonly timer: RenewalTimer;
}

/** Whether two accesses differ in nothing but their tokens of one ServiceAccount. */
function isSameAccount(a: SourceAccess, b: SourceAccess): boolean {
  if (a.kind !== 'kubeconfig' || b.kind !== 'kubeconfig' || a.context !== b.context) return false;
  const [ofA, ofB] = [findAccountToken(a), findAccountToken(b)];
  return ofA !== undefined && ofB !== undefined && ofA.account === ofB.account && ofA.namespace === ofB.namespace && withToken(a, ofA.token, ofB.token).text === b.text;
}

/**
 * Renews the ServiceAccount tokens in the kubeconfigs of sources when a third of their life has passed,
 * through TokenRequest in the source and as the account itself, which needs the right to
 * create `serviceaccounts/token` of its own name (`mcs mirror credential` gives it). A token that has
 * lapsed cannot renew itself: a new kubeconfig does, and until then the mirrors stay.
 */
export class CredentialRenewal implements Startable {
  readonly name = 'credentials of sources';
  readonly #options: CredentialRenewalOptions;
  readonly #abort = new AbortController();
  readonly #held = new Map<string, Held>();

  constructor(options: CredentialRenewalOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#abort.abort(new Error('The renewal of credentials was stopped'));
    for (const { timer } of this.#held.values()) timer.stop();
    return Promise.resolve();
  }

  /**
   * Takes what was read. Gives the settings for the mirror: a source whose kubeconfig differs only in the
   * token keeps the access that it had, so that it is not followed anew because of a renewal.
   */
  adopt(settings: MirrorSettings): MirrorSettings {
    const names = new Set(settings.sources.map(({ name }) => name));
    for (const name of [...this.#held.keys()].filter((known) => !names.has(known))) this.#drop(name);
    return { ...settings, sources: settings.sources.map((source) => this.#adoptSource(source)) };
  }

  /** The token to speak to a source with; undefined where it signs in by other means. */
  token(source: string): string | undefined {
    return this.#held.get(source)?.present.token;
  }

  /** The same access, with the youngest token of that source at each request. */
  withCurrentToken(source: string, access: ClusterAccess): ClusterAccess {
    const headers = async (): Promise<Record<string, string>> => {
      const token = this.token(source);
      return token === undefined ? access.headers() : { ...(await access.headers()), Authorization: `Bearer ${token}` };
    };
    return {
      server: access.server,
      tls: access.tls,
      headers,
      ...(access.connection && { connection: access.connection.bind(access) }),
      ...(access.onUnauthorized && { onUnauthorized: access.onUnauthorized.bind(access) }),
    };
  }

  #drop(name: string): void {
    this.#held.get(name)?.timer.stop();
    this.#held.delete(name);
  }

  #adoptSource(source: SourceSettings): SourceSettings {
    const token = findAccountToken(source.access);
    const held = this.#held.get(source.name);
    if (held !== undefined && token !== undefined && isSameAccount(held.source.access, source.access)) {
      held.source = source;
      // what is read may be older than what was renewed here and could not be stored
      if (token.issuedAt > held.present.issuedAt) this.#use(held, token);
      return { ...source, access: held.access };
    }
    this.#drop(source.name);
    if (token !== undefined) this.#hold(source, token);
    return source;
  }

  #hold(source: SourceSettings, token: ServiceAccountToken): void {
    const { clock, random } = this.#options;
    const timer = new RenewalTimer({ renew: () => this.#renew(held), onFailure: (error) => this.#report(held, error), clock, ...(random && { random }) });
    const held: Held = { source, access: source.access, present: token, timer };
    this.#held.set(source.name, held);
    this.#use(held, token);
  }

  #use(held: Held, token: ServiceAccountToken): void {
    held.present = token;
    held.timer.follow(token);
  }

  async #renew(held: Held): Promise<void> {
    const next = await this.#issue(held);
    held.timer.noteIssued();
    const { name, access } = held.source;
    const replaced = findAccountToken(access);
    this.#use(held, next);
    this.#options.logger.info('Renewed the credential of a source', { source: name, expiresAt: new Date(next.expiresAt).toISOString() });
    if (access.kind !== 'kubeconfig' || replaced === undefined) return;
    await this.#store({ source: name, replaced: access.text, text: withToken(access, replaced.token, next.token).text });
  }

  async #issue({ source, present }: Held): Promise<ServiceAccountToken> {
    const client = this.#options.connect(source);
    try {
      const expirationSeconds = Math.round((present.expiresAt - present.issuedAt) / 1000);
      const { token } = await client.createToken(present.account, present.namespace, { expirationSeconds, signal: this.#abort.signal });
      const issued = readServiceAccountToken(token);
      if (issued === undefined) throw new Error('the source issued a token that says neither whose it is nor until when');
      return issued;
    } finally {
      client.close();
    }
  }

  /** The token that could not be stored serves until the next one; only a restart would miss it. */
  async #store(renewed: RenewedKubeconfig): Promise<void> {
    await this.#options.store?.(renewed, this.#abort.signal).catch((error: unknown) => {
      this.#options.logger.warn('Cannot store the renewed credential of a source; it is used from memory', { source: renewed.source, error });
    });
  }

  #report({ source: { name }, present }: Held, error: unknown): void {
    const { clock, logger, onTrouble } = this.#options;
    const expiresAt = new Date(present.expiresAt).toISOString();
    logger.warn('Cannot renew the credential of a source', { source: name, error, expiresAt });
    if (clock.now() >= present.expiresAt) {
      onTrouble(name, `The credential for source "${name}" lapsed at ${expiresAt}; its mirrors stay. Make another: mcs mirror credential`);
    } else if (clock.now() > (renewalTime(present) + present.expiresAt) / 2) {
      onTrouble(name, `The credential for source "${name}" ends at ${expiresAt} and cannot be renewed: ${errorMessage(error)}`);
    }
  }
}
