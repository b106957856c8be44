import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { errorMessage } from '../base/errors.ts';
import { scrubText } from '../base/scrub-text.ts';
import type { KubeClient } from '../kube/client.ts';
import { KubeconfigRenewal, type RenewalTrouble, type RenewedKubeconfig } from '../kube/kubeconfig-renewal.ts';
import { findKubeconfigToken } from '../kube/service-account-token.ts';

/** Puts a renewed kubeconfig where the one stands that it replaces. */
export type StoreKubeconfig = (renewed: RenewedKubeconfig, signal: AbortSignal) => Promise<void>;

export interface HeldCredentialOptions {
  /** Key of the cluster, for the log. */
  readonly cluster: string;
  /** A client with the present credential; undefined while there is none. */
  readonly client: () => KubeClient | undefined;
  /** Keeps what was renewed; undefined for clusters whose credentials others renew. */
  readonly store: () => StoreKubeconfig | undefined;
  /** Told of the kubeconfig with another token. */
  readonly onRenewed: (text: string) => void;
  readonly onTrouble: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The credential of one cluster: tokens of ServiceAccounts are renewed and kept, others are used as they are. */
export class HeldCredential {
  readonly #options: HeldCredentialOptions;
  #renewal: KubeconfigRenewal | undefined;
  #trouble = '';

  constructor(options: HeldCredentialOptions) {
    this.#options = options;
  }

  /** Why the credential is about to end, or has ended; empty while it is renewed. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Takes a kubeconfig that was read; gives it with the youngest token of that account. */
  adopt(text: string): string {
    if (this.#renewal?.adopt({ text }) === true) {
      this.#trouble = '';
      return this.#renewal.text;
    }
    this.stop();
    const token = findKubeconfigToken({ text });
    const store = this.#options.store();
    if (token === undefined || store === undefined) return text;
    const { client, onRenewed, clock, logger, cluster } = this.#options;
    const renewal: KubeconfigRenewal = new KubeconfigRenewal(
      {
        kubeconfig: { text },
        issue: async ({ account, namespace }, expirationSeconds, signal) => {
          const present = client();
          if (present === undefined) throw new Error('the cluster is not connected');
          return (await present.createToken(account, namespace, { expirationSeconds, signal })).token;
        },
        store,
        onRenewed: () => {
          this.#trouble = '';
          onRenewed(renewal.text);
        },
        onTrouble: (trouble) => this.#note(trouble),
        about: { cluster },
        clock,
        logger,
      },
      token,
    );
    this.#renewal = renewal;
    return text;
  }

  stop(): void {
    this.#renewal?.stop();
    this.#renewal = undefined;
    this.#trouble = '';
  }

  #note({ expiresAt, hasLapsed, error }: RenewalTrouble): void {
    this.#trouble = hasLapsed ? `Its credential lapsed at ${expiresAt}` : `Its credential ends at ${expiresAt} and cannot be renewed: ${scrubText(errorMessage(error))}`;
    this.#options.onTrouble();
  }
}
