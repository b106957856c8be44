import { MEMBER_BROKER_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { isSameBroker, type MemberCredential, readCredential } from '../broker-info/member-credential.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';

/** A client of the broker that a credential leads to; `token` is asked for each request. */
export type ConnectBroker = (credential: MemberCredential, token: () => string) => KubeClient;

export interface BrokerAccessOptions {
  readonly localClient: KubeClient;
  readonly namespace: string;
  readonly connectBroker: ConnectBroker;
  /** The broker, or what is known of it, is another one. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Follows the Secret with the broker's address and token, while it is open: workers have no use for it. */
export class BrokerAccess {
  readonly #options: BrokerAccessOptions;
  #secrets: Informer<Secret> | undefined;
  #credential: MemberCredential | undefined;
  #client: KubeClient | undefined;

  constructor(options: BrokerAccessOptions) {
    this.#options = options;
  }

  /** Undefined while there is none. */
  get broker(): { readonly client: KubeClient; readonly credential: MemberCredential } | undefined {
    return this.#client && this.#credential && { client: this.#client, credential: this.#credential };
  }

  /** Why there is none; undefined where there is one, or where that is not known yet. */
  get problem(): string | undefined {
    if (this.#credential !== undefined || this.#secrets?.hasSynced !== true) return undefined;
    return `Secret "${MEMBER_BROKER_SECRET}" with the way to the broker is missing, or cannot be read`;
  }

  /** Begins to follow the Secret. Does nothing where it does already. */
  async open(signal: AbortSignal): Promise<void> {
    if (this.#secrets !== undefined) return;
    const { localClient, namespace, clock, logger, onChange } = this.#options;
    const secrets = createInformer(localClient, resources.secrets, { namespace, fieldSelector: `metadata.name=${MEMBER_BROKER_SECRET}`, clock, logger });
    this.#secrets = secrets;
    secrets.onChange((_key, secret) => {
      if (this.#secrets === secrets) this.#follow(secret && readCredential(secret));
    });
    secrets.synced(signal).then(onChange, () => undefined); // closed before that
    await secrets.start(signal);
  }

  async close(): Promise<void> {
    const [secrets, client] = [this.#secrets, this.#client];
    this.#secrets = undefined;
    this.#credential = undefined;
    this.#client = undefined;
    await secrets?.stop();
    client?.close();
  }

  #follow(credential: MemberCredential | undefined): void {
    const isSame = credential !== undefined && this.#credential !== undefined && isSameBroker(credential, this.#credential);
    this.#credential = credential;
    if (!isSame) {
      this.#client?.close();
      this.#client = credential && this.#options.connectBroker(credential, () => this.#credential?.token ?? credential.token);
    }
    this.#options.onChange();
  }
}
