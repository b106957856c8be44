import { memberAccountName, MEMBER_BROKER_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { renewalTime, RenewalTimer } from '../base/renewal-timer.ts';
import { type MemberCredential, readCredential, renewedData } from '../broker-info/member-credential.ts';
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
  readonly #timer: RenewalTimer;

  constructor(options: CredentialKeeperOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#timer = new RenewalTimer({ renew: () => this.#renew(), onFailure: (error) => this.#report(error), clock, ...(random && { random }) });
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
    this.#timer.follow(this.#credential);
    this.#options.onChange(this.#credential);
  }

  /** Takes other authorities, PEM, into the Secret, in place of those that were read of it. Throws if it has changed meanwhile. */
  async trust(ca: string, replaced: string): Promise<void> {
    if (this.#credential?.ca !== replaced) throw new Error('the credential for the broker has changed meanwhile');
    await this.#patch(this.#secret, { ca: Buffer.from(ca).toString('base64') });
  }

  stop(): void {
    this.#abort.abort(new Error('The credential keeper was stopped'));
    this.#timer.stop();
  }

  /** What must be seen without looking at logs: that it has lapsed, or is about to. */
  #report(error: unknown): void {
    const [secret, credential] = [this.#secret, this.#credential];
    if (secret === undefined || credential === undefined) return;
    const { onTrouble, clock, logger } = this.#options;
    const expiresAt = new Date(credential.expiresAt).toISOString();
    logger.warn('Cannot renew the credential for the broker', { error, expiresAt });
    if (this.state === 'expired') {
      onTrouble(secret, 'CredentialExpired', `MCS_CREDENTIAL_EXPIRED: the credential for the broker lapsed at ${expiresAt}; what is imported stays. Run mcs join again with a valid broker-info file`);
    } else if (clock.now() > (renewalTime(credential) + credential.expiresAt) / 2) {
      onTrouble(secret, 'CredentialNotRenewed', `The credential for the broker ends at ${expiresAt} and cannot be renewed: ${errorMessage(error)}`);
    }
  }

  async #renew(): Promise<void> {
    const { brokerClient, lifeSeconds, clock } = this.#options;
    const credential = this.#credential;
    const client = brokerClient();
    if (client === undefined || credential === undefined) throw new Error('there is no connection to the broker');
    const secret = this.#secret;
    const issuedAt = clock.now();
    const account = memberAccountName(credential.clusterID);
    const issued = await client.createToken(account, credential.namespace, { expirationSeconds: lifeSeconds, signal: this.#abort.signal });
    this.#timer.noteIssued();
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
