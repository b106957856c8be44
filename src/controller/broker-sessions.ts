import { MEMBER } from '../api/labels.ts';
import type { Cluster, Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { type MemberCredential, isSameBroker } from '../broker-info/member-credential.ts';
import { isUnauthorized } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventReporter } from '../kube/event-reporter.ts';
import { createLeaseKeeper } from '../kube/lease.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { BrokerSession, type BrokerSessionOptions } from './broker-session.ts';
import type { BrokerInformers } from './broker-watch.ts';
import { CableSync } from './cable-sync.ts';
import type { LocalCaches } from './caches.ts';
import { AuthorityWatch } from './credential-authority.ts';
import { CredentialKeeper } from './credential-keeper.ts';
import type { RejectionReport } from './rejection-report.ts';
import type { ControllerSettings } from './settings.ts';

/** Connects to the broker that a credential names; `token` is asked for at each request. */
export type ConnectBroker = (credential: MemberCredential, token: () => string) => KubeClient;

/** Where the broker is: what a Secret of the member says, or a namespace that this process has for all of its controllers. */
export type BrokerLink =
  | { readonly kind: 'credential'; readonly connect: ConnectBroker }
  /** Such a process is outside of the member. */
  | { readonly kind: 'shared'; readonly client: KubeClient; readonly namespace: string; readonly informers: BrokerInformers };

type BrokerConnection = Pick<BrokerSessionOptions, 'client' | 'informers'> & { readonly namespace: string };

export interface BrokerSessionsOptions extends Pick<BrokerSessionOptions, 'onRecord'> {
  readonly settings: ControllerSettings;
  readonly localClient: KubeClient;
  readonly local: LocalCaches;
  readonly broker: BrokerLink;
  readonly rejections: RejectionReport;
  readonly events: EventReporter;
  /** Everything that the broker holds may have changed. */
  readonly onEverything: (session: BrokerSession) => void;
  /** A session cannot follow the broker. */
  readonly onError: (session: BrokerSession) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The connection with the broker of the present credential: sessions, which are replaced one after the other. */
export class BrokerSessions {
  /** Undefined where the broker asks for no credential of the member's. */
  readonly keeper: CredentialKeeper | undefined;
  readonly #options: BrokerSessionsOptions;
  readonly #abort = new AbortController();
  #session: BrokerSession | undefined;
  #cables: CableSync | undefined;
  #authorities: AuthorityWatch | undefined;
  #credential: MemberCredential | undefined;
  #switching: Promise<void> = Promise.resolve();

  constructor(options: BrokerSessionsOptions) {
    this.#options = options;
    if (options.broker.kind === 'credential') this.keeper = this.#createKeeper(options.broker.connect);
  }

  /** The present session; the last one once they have been stopped. */
  get session(): BrokerSession | undefined {
    return this.#session;
  }

  /** Opens the first session; `secret` holds the credential where the broker asks for one. */
  start(secret: Secret | undefined): void {
    const { broker } = this.#options;
    if (broker.kind === 'shared') this.#switchTo(() => this.#openSession(broker));
    else this.keeper?.update(secret);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The controller was stopped'));
    await this.#switching;
    await this.#closeSession();
  }

  /** The ends of tunnels are looked at anew. */
  refreshCables(): void {
    this.#cables?.refresh();
  }

  #createKeeper(connect: ConnectBroker): CredentialKeeper {
    const { settings, localClient, events, clock, logger } = this.#options;
    return new CredentialKeeper({
      localClient,
      memberNamespace: settings.memberNamespace,
      lifeSeconds: settings.limits.credentialSeconds,
      brokerClient: () => this.#session?.client,
      onChange: (credential) => this.#useCredential(connect, credential),
      onTrouble: (about, reason, message) => events.warn(about, reason, message),
      clock,
      logger,
    });
  }

  /** A renewed token is taken up by the next request; another broker needs another session. */
  #useCredential(connect: ConnectBroker, credential: MemberCredential | undefined): void {
    const previous = this.#credential;
    this.#credential = credential;
    // without a credential nothing is known about the broker: what has been imported stays
    if (credential === undefined) return;
    const isRefused = isUnauthorized(this.#session?.lastError); // its next try may be half a minute away
    if (previous !== undefined && isSameBroker(previous, credential) && !isRefused) return;
    this.#switchTo(() => this.#openSessionWith(connect, credential));
  }

  #switchTo(open: () => Promise<void>): void {
    const next = async (): Promise<void> => {
      if (this.#abort.signal.aborted) return;
      await this.#closeSession();
      await open();
    };
    this.#switching = this.#switching.then(next).catch((error: unknown) => this.#options.logger.error('Cannot open a session with the broker', { error }));
  }

  async #closeSession(): Promise<void> {
    await this.#authorities?.stop();
    await this.#cables?.stop();
    await this.#session?.stop();
  }

  #watchAuthorities(keeper: CredentialKeeper, client: KubeClient, namespace: string, connect: (ca: string) => KubeClient): AuthorityWatch {
    const { clock, logger } = this.#options;
    return new AuthorityWatch({ client, namespace, trusted: () => keeper.credential?.ca, connect, trust: (ca, replaced) => keeper.trust(ca, replaced), clock, logger });
  }

  /** The newest token of this broker: while sessions are replaced, the old broker must not see the new one's. */
  #tokenFor(credential: MemberCredential): string {
    const newest = this.keeper?.credential;
    return newest !== undefined && isSameBroker(newest, credential) ? newest.token : credential.token;
  }

  async #openSessionWith(connect: ConnectBroker, credential: MemberCredential): Promise<void> {
    const token = (): string => this.#tokenFor(credential);
    const { namespace } = credential;
    const client = connect(credential, token);
    await this.#openSession({ client, namespace });
    if (this.keeper === undefined) return;
    this.#authorities = this.#watchAuthorities(this.keeper, client, namespace, (ca) => connect({ ...credential, ca }, token));
    await this.#authorities.start(this.#abort.signal);
  }

  async #openSession({ client, namespace, informers }: BrokerConnection): Promise<void> {
    const { local, rejections, onRecord, onEverything, onError, clock, logger } = this.#options;
    const settings = { ...this.#options.settings, brokerNamespace: namespace };
    const session = new BrokerSession({
      client,
      ...(informers && { informers }),
      settings,
      standingImports: local.imports.values().filter((object) => isOwnedBy(object, SERVICE_OWNER)),
      heartbeat: createLeaseKeeper({
        client,
        namespace,
        name: settings.clusterID,
        identity: settings.identity,
        labels: { [MEMBER]: settings.clusterID },
        leaseDurationSeconds: Math.ceil(settings.limits.graceSeconds),
        intervalMs: settings.limits.renewSeconds * 1_000,
        clock,
        logger,
      }),
      onRecord,
      onStray: () => rejections.refresh(),
      onEverything: () => onEverything(session),
      onError: () => onError(session),
      clock,
      logger,
    });
    this.#session = session;
    await session.start(this.#abort.signal);
    if (settings.connectivity) await this.#openCables(session);
  }

  async #openCables(session: BrokerSession): Promise<void> {
    const { localClient, local, rejections, clock, logger } = this.#options;
    const { client: brokerClient, settings } = session;
    const clusters = (): readonly Cluster[] | undefined => (session.hasSynced ? session.caches.clusters.values() : undefined);
    this.#cables = new CableSync({ localClient, brokerClient, settings, local: local.cableEndpoints, clusters, rejections, clock, logger });
    await this.#cables.start(this.#abort.signal);
  }
}
