import { memberAccountName, MEMBER_BROKER_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { backoffDelay } from '../base/retry.ts';
import type { IssuedToken, KubeClient } from '../kube/client.ts';
import { type BrokerCredential, readCredential, renewalTime, renewedData } from './credential.ts';
import { FIELD_MANAGER } from './settings.ts';

export type CredentialState = 'missing' | 'valid' | 'expired';

export interface CredentialKeeperOptions {
  readonly localClient: KubeClient;
  readonly memberNamespace: string;
  /** Life that is asked for, s; the broker may grant less. */
  readonly lifeSeconds: number;
  /** The client of the broker, once there is one. */
  readonly brokerClient: () => KubeClient | undefined;
  /** The Secret has a credential, another one, or none any more. */
  readonly onChange: (credential: BrokerCredential | undefined) => void;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: Logger;
}

const RETRY = { baseMs: 1_000, capMs: 300_000 };
/** Longest delay that timers take, with room to spare. */
const MAX_TIMER_MS = 24 * 3_600_000;

/**
 * The member's credential for the broker: read from the Secret, whoever wrote it, and renewed there
 * at a third of its life. One that has lapsed cannot renew itself; `mcs join` brings a new one, and
 * until then everything that has been imported stays.
 */
export class CredentialKeeper {
  readonly #options: CredentialKeeperOptions;
  readonly #abort = new AbortController();
  #secret: Secret | undefined;
  #credential: BrokerCredential | undefined;
  #cancel: (() => void) | undefined;
  #failures = 0;
  #wasExpired = false;

  constructor(options: CredentialKeeperOptions) {
    this.#options = options;
  }

  get credential(): BrokerCredential | undefined {
    return this.#credential;
  }

  get state(): CredentialState {
    if (this.#credential === undefined) return 'missing';
    return this.#credential.expiresAt <= this.#options.clock.now() ? 'expired' : 'valid';
  }

  /** The Secret as it is now; undefined where it is gone. */
  update(secret: Secret | undefined): void {
    this.#secret = secret;
    this.#credential = secret === undefined ? undefined : readCredential(secret);
    if (secret !== undefined && this.#credential === undefined) this.#options.logger.error('Cannot read the credential for the broker: the Secret is incomplete', { secret: secret.metadata.name });
    this.#failures = 0;
    this.#wasExpired = false;
    this.#schedule();
    this.#options.onChange(this.#credential);
  }

  stop(): void {
    this.#abort.abort(new Error('The credential keeper was stopped'));
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#credential === undefined || this.#abort.signal.aborted) return;
    const due = Math.max(0, renewalTime(this.#credential) - this.#options.clock.now());
    const retry = this.#failures === 0 ? 0 : backoffDelay(this.#failures - 1, RETRY, this.#options.random);
    this.#cancel = this.#options.clock.schedule(() => void this.#wake(), Math.min(MAX_TIMER_MS, Math.max(due, retry)));
  }

  async #wake(): Promise<void> {
    const credential = this.#credential;
    if (credential === undefined || this.#abort.signal.aborted) return;
    if (this.#options.clock.now() >= renewalTime(credential)) {
      this.#noteExpiry();
      await this.#renew(credential).catch((error: unknown) => {
        this.#failures += 1;
        this.#options.logger.warn('Cannot renew the credential for the broker', { error, expiresAt: new Date(credential.expiresAt).toISOString() });
      });
    }
    if (this.#credential === credential) this.#schedule();
  }

  #noteExpiry(): void {
    if (this.state !== 'expired' || this.#wasExpired) return;
    this.#wasExpired = true;
    this.#options.logger.error('The credential for the broker has lapsed; run mcs join again with a valid broker-info file', { code: 'MCS_CREDENTIAL_EXPIRED' });
  }

  async #renew(credential: BrokerCredential): Promise<void> {
    const { brokerClient, lifeSeconds, clock } = this.#options;
    const client = brokerClient();
    if (client === undefined) throw new Error('there is no connection to the broker');
    const issuedAt = clock.now();
    const account = memberAccountName(credential.clusterID);
    const issued = await client.createToken(account, credential.namespace, { expirationSeconds: lifeSeconds, signal: this.#abort.signal });
    await this.#store(issued, issuedAt);
    this.#failures = 0;
  }

  /** Only into the Secret that the renewed credential came from: a join in the meantime has the better one. */
  async #store({ token, expirationTimestamp }: IssuedToken, issuedAt: number): Promise<void> {
    const { localClient, memberNamespace } = this.#options;
    const { uid, resourceVersion } = this.#secret?.metadata ?? {};
    const metadata = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    const patch = { metadata, data: renewedData(token, issuedAt, expirationTimestamp) };
    const options = { fieldManager: FIELD_MANAGER, signal: this.#abort.signal };
    this.update(await localClient.patch(resources.secrets, MEMBER_BROKER_SECRET, memberNamespace, 'application/merge-patch+json', patch, options));
  }
}
