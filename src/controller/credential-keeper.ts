import { memberAccountName, MEMBER_BROKER_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { backoffDelay } from '../base/retry.ts';
import { type MemberCredential, readCredential, renewalTime, renewedData } from '../broker-info/member-credential.ts';
import type { KubeClient } from '../kube/client.ts';
import { FIELD_MANAGER } from './settings.ts';

export type CredentialState = 'missing' | 'valid' | 'expired';

/** Reasons of the Events about the Secret. */
export type CredentialTrouble = 'CredentialExpired' | 'CredentialNotRenewed';

export interface CredentialKeeperOptions {
  readonly localClient: KubeClient;
  readonly memberNamespace: string;
  /** Life that is asked for, s; the broker may grant less. */
  readonly lifeSeconds: number;
  /** The client of the broker, once there is one. */
  readonly brokerClient: () => KubeClient | undefined;
  /** The Secret has a credential, another one, or none any more. */
  readonly onChange: (credential: MemberCredential | undefined) => void;
  /** Something that people should know of the Secret, each thing said once. */
  readonly onTrouble: (secret: Secret, reason: CredentialTrouble, message: string) => void;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly logger: Logger;
}

const RETRY = { baseMs: 1_000, capMs: 300_000 };
/** Longest delay that timers take, with room to spare. */
const MAX_TIMER_MS = 24 * 3_600_000;
/** Members that joined together do not renew together: each comes up to this part of the life early. */
const SPREAD = 1 / 30;
/** Where clocks differ by more than a short life, a token that has just been issued seems due again. */
const MIN_INTERVAL_MS = 30_000;

/**
 * The member's credential for the broker: read from the Secret, whoever wrote it, and renewed there
 * when a third of its life has passed, or somewhat earlier. One that has lapsed cannot renew itself; `mcs join` brings a new one, and
 * until then everything that has been imported stays.
 */
export class CredentialKeeper {
  readonly #options: CredentialKeeperOptions;
  readonly #abort = new AbortController();
  #secret: Secret | undefined;
  #credential: MemberCredential | undefined;
  #cancel: (() => void) | undefined;
  #failures = 0;
  #dueAt = 0;
  #renewedAt = -Infinity;

  constructor(options: CredentialKeeperOptions) {
    this.#options = options;
  }

  get credential(): MemberCredential | undefined {
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
    if (secret !== undefined && this.#credential === undefined) this.#options.logger.error('Cannot read the credential for the broker: a part of the Secret is missing or damaged', { secret: secret.metadata.name });
    this.#failures = 0;
    this.#dueAt = this.#credential === undefined ? 0 : this.#chooseTime(this.#credential);
    this.#schedule();
    this.#options.onChange(this.#credential);
  }

  /** Takes other authorities, PEM, into the Secret, in place of those that were read of it. Throws if it has changed meanwhile. */
  async trust(ca: string, replaced: string): Promise<void> {
    if (this.#credential?.ca !== replaced) throw new Error('the credential for the broker has changed meanwhile');
    await this.#patch(this.#secret, { ca: Buffer.from(ca).toString('base64') });
  }

  stop(): void {
    this.#abort.abort(new Error('The credential keeper was stopped'));
    this.#cancel?.();
  }

  #chooseTime(credential: MemberCredential): number {
    const { random = Math.random, clock } = this.#options;
    const early = (1 - random()) * SPREAD * Math.max(0, credential.expiresAt - credential.issuedAt);
    return Math.max(renewalTime(credential) - early, clock.now() + this.#renewedAt + MIN_INTERVAL_MS - clock.monotonic());
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#credential === undefined || this.#abort.signal.aborted) return;
    const due = Math.max(0, this.#dueAt - this.#options.clock.now());
    const retry = this.#failures === 0 ? 0 : backoffDelay(this.#failures - 1, RETRY, this.#options.random);
    this.#cancel = this.#options.clock.schedule(() => void this.#wake(), Math.min(MAX_TIMER_MS, Math.max(due, retry)));
  }

  async #wake(): Promise<void> {
    const credential = this.#credential;
    if (credential === undefined || this.#abort.signal.aborted) return;
    if (this.#options.clock.now() >= this.#dueAt) {
      await this.#renew(credential).catch((error: unknown) => {
        this.#failures += 1;
        this.#report(credential, error);
        this.#options.logger.warn('Cannot renew the credential for the broker', { error, expiresAt: new Date(credential.expiresAt).toISOString() });
      });
    }
    if (this.#credential === credential) this.#schedule();
  }

  /** What must be seen without looking at logs: that it has lapsed, or is about to. */
  #report(credential: MemberCredential, error: unknown): void {
    if (this.#secret === undefined) return;
    const { onTrouble, clock } = this.#options;
    const expiresAt = new Date(credential.expiresAt).toISOString();
    if (this.state === 'expired') {
      onTrouble(this.#secret, 'CredentialExpired', `MCS_CREDENTIAL_EXPIRED: the credential for the broker lapsed at ${expiresAt}; what is imported stays. Run mcs join again with a valid broker-info file`);
    } else if (clock.now() > (renewalTime(credential) + credential.expiresAt) / 2) {
      onTrouble(this.#secret, 'CredentialNotRenewed', `The credential for the broker ends at ${expiresAt} and cannot be renewed: ${errorMessage(error)}`);
    }
  }

  async #renew(credential: MemberCredential): Promise<void> {
    const { brokerClient, lifeSeconds, clock } = this.#options;
    const client = brokerClient();
    if (client === undefined) throw new Error('there is no connection to the broker');
    const secret = this.#secret;
    const issuedAt = clock.now();
    const account = memberAccountName(credential.clusterID);
    const issued = await client.createToken(account, credential.namespace, { expirationSeconds: lifeSeconds, signal: this.#abort.signal });
    this.#renewedAt = clock.monotonic();
    // a join in the meantime has the better one, and a changed Secret
    await this.#patch(secret, renewedData(issued.token, issuedAt, issued.expirationTimestamp));
  }

  /** Only the Secret as it was seen is changed. */
  async #patch(seen: Secret | undefined, data: Readonly<Record<string, string>>): Promise<void> {
    const { localClient, memberNamespace } = this.#options;
    const { uid, resourceVersion } = seen?.metadata ?? {};
    const metadata = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    const options = { fieldManager: FIELD_MANAGER, signal: this.#abort.signal };
    this.update(await localClient.patch(resources.secrets, MEMBER_BROKER_SECRET, memberNamespace, 'application/merge-patch+json', { metadata, data }, options));
  }
}
