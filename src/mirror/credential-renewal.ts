import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { ClusterAccess, KubeClient } from '../kube/client.ts';
import { KubeconfigRenewal, type RenewalTrouble, type RenewedKubeconfig } from '../kube/kubeconfig-renewal.ts';
import type { ServiceAccountToken } from '../kube/service-account-token.ts';
import { findAccountToken } from './service-account-token.ts';
import type { MirrorSettings, SourceAccess, SourceSettings } from './settings.ts';

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
  source: SourceSettings;
  /** With the token that it had first: what the mirror is told, so that a renewal does not look like another source. */
  readonly access: SourceAccess;
  readonly renewal: KubeconfigRenewal;
}

/**
 * Renews the ServiceAccount tokens in the kubeconfigs of sources (`KubeconfigRenewal`; `mcs mirror
 * credential` gives the right to). Where one has lapsed, a new kubeconfig helps, and until then the mirrors stay.
 */
export class CredentialRenewal implements Startable {
  readonly name = 'credentials of sources';
  readonly #options: CredentialRenewalOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: CredentialRenewalOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const { renewal } of this.#held.values()) renewal.stop();
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
    return this.#held.get(source)?.renewal.token;
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
    this.#held.get(name)?.renewal.stop();
    this.#held.delete(name);
  }

  #adoptSource(source: SourceSettings): SourceSettings {
    const { access } = source;
    const held = this.#held.get(source.name);
    if (held !== undefined && access.kind === 'kubeconfig' && held.renewal.adopt(access)) {
      held.source = source;
      return { ...source, access: held.access };
    }
    this.#drop(source.name);
    const token = findAccountToken(access);
    if (token !== undefined && access.kind === 'kubeconfig') this.#hold(source, access, token);
    return source;
  }

  #hold(source: SourceSettings, access: Extract<SourceAccess, { kind: 'kubeconfig' }>, token: ServiceAccountToken): void {
    const { store, clock, random, logger } = this.#options;
    const renewal = new KubeconfigRenewal(
      {
        kubeconfig: access,
        issue: (present, expirationSeconds, signal) => this.#issue(held.source, present, expirationSeconds, signal),
        ...(store && { store }),
        onTrouble: (trouble) => this.#report(source.name, trouble),
        about: { source: source.name },
        clock,
        ...(random && { random }),
        logger,
      },
      token,
    );
    const held: Held = { source, access, renewal };
    this.#held.set(source.name, held);
  }

  async #issue(source: SourceSettings, { account, namespace }: ServiceAccountToken, expirationSeconds: number, signal: AbortSignal): Promise<string> {
    const client = this.#options.connect(source);
    try {
      return (await client.createToken(account, namespace, { expirationSeconds, signal })).token;
    } finally {
      client.close();
    }
  }

  #report(name: string, { expiresAt, hasLapsed, error }: RenewalTrouble): void {
    this.#options.onTrouble(
      name,
      hasLapsed
        ? `The credential for source "${name}" lapsed at ${expiresAt}; its mirrors stay. Make another: mcs mirror credential`
        : `The credential for source "${name}" ends at ${expiresAt} and cannot be renewed: ${errorMessage(error)}`,
    );
  }
}
