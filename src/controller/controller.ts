import { MEMBER_BROKER_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import { errorMessage } from '../base/errors.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import { contend } from '../kube/contend.ts';
import { createLeaderElector, type LeaderElector } from '../kube/lease.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import { isOwnedBy } from '../sync/ownership.ts';
import { SERVICE_OWNER } from '../sync/service/broker-objects.ts';
import { createLocalCaches, type LocalCaches } from './caches.ts';
import { follow, type Follower } from '../sync/follow.ts';
import { Leading, type LeadingOptions } from './leading.ts';
import { createLocalWatch } from './local-watch.ts';
import type { ControllerFigures } from './metrics.ts';
import { reservedNamespaces } from './settings.ts';

export type ControllerOptions = Omit<LeadingOptions, 'local'>;

export interface Readiness {
  readonly isMet: boolean;
  /** What is amiss, also where the controller is ready all the same. */
  readonly detail: string;
}

const LEADER_LEASE = 'mcs-controller';

/** The controller of one member cluster: exports to the broker, imports from it, keeps the credential fresh. */
export class Controller implements Startable {
  readonly name = 'controller';
  readonly #options: ControllerOptions;
  readonly #local: LocalCaches;
  readonly #secrets: ObjectCache<Secret>;
  readonly #followers: readonly Follower[];
  readonly #elector: LeaderElector;
  readonly #abort = new AbortController();
  #leading: Leading | undefined;
  #run: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { localClient: client, settings, metrics, clock, logger } = options;
    this.#local = createLocalCaches(clock);
    this.#secrets = new ObjectCache({ clock });
    this.#followers = [
      ...this.#followCables(),
      ...createLocalWatch({
        client,
        caches: this.#local,
        reserved: reservedNamespaces(settings),
        enqueue: (kind, key) => this.#leading?.enqueue(kind, key),
        obstructs: (object) => this.#leading?.reconciler.obstructs(object),
        onExportable: (key) => this.#leading?.onExportable(key),
        onNamespace: (name) => this.#leading?.onNamespace(name),
        clock,
        logger,
      }),
      ...this.#followCredential(),
    ];
    const { memberNamespace: namespace, identity } = settings;
    this.#elector = createLeaderElector({ client, namespace, name: LEADER_LEASE, identity, clock, logger });
    metrics.observe(() => this.#figures());
  }

  get #secret(): Secret | undefined {
    return this.#secrets.get(`${this.#options.settings.memberNamespace}/${MEMBER_BROKER_SECRET}`);
  }

  #followCredential(): Follower[] {
    const { localClient: client, broker, settings, clock, logger } = this.#options;
    if (broker.kind !== 'credential') return [];
    const onNews = (): void => this.#leading?.keeper?.update(this.#secret);
    return [follow(client, resources.secrets, this.#secrets, { namespace: settings.memberNamespace, fieldSelector: `metadata.name=${MEMBER_BROKER_SECRET}`, onNews, clock, logger })];
  }

  /** Without connectivity the cluster may not even serve them. */
  #followCables(): Follower[] {
    const { localClient: client, settings, clock, logger } = this.#options;
    if (!settings.connectivity) return [];
    const common = { namespace: settings.memberNamespace, clock, logger };
    return [
      follow(client, resources.cableEndpoints, this.#local.cableEndpoints, { ...common, onNews: () => this.#leading?.onCableEndpoint() }),
      follow(client, resources.gateways, this.#local.gateways, { ...common, onNews: () => this.#leading?.onGateway() }),
    ];
  }

  /** Begins in the background; an API server that is away is waited for. */
  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    for (const follower of this.#followers) await follower.start(this.#abort.signal);
    const { clock, logger } = this.#options;
    this.#run = contend(this.#elector, (lead) => this.#lead(lead), { name: 'controller', clock, logger, signal: this.#abort.signal });
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The controller was stopped'));
    await this.#run;
    await Promise.all(this.#followers.map((follower) => follower.stop()));
  }

  /** Whether this process is the active one for the cluster. */
  get isLeading(): boolean {
    return this.#leading !== undefined;
  }

  async #lead(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.synced(signal)));
    const leading = new Leading({ ...this.#options, local: this.#local });
    this.#leading = leading;
    try {
      await leading.run(this.#secret, signal);
    } finally {
      this.#leading = undefined;
    }
  }

  /**
   * Ready means that the own cluster is known. A broker that is away does not make the controller
   * unready: it goes on serving what it has, and a restart would only lose that.
   */
  readiness(): Readiness {
    const waiting = this.#followers.filter(({ hasSynced }) => !hasSynced).map(({ name }) => name);
    if (waiting.length > 0) return { isMet: false, detail: `waiting for ${waiting.join(', ')}` };
    return { isMet: true, detail: this.#brokerDetail() };
  }

  #brokerDetail(): string {
    if (this.#leading === undefined) return `standby; active is ${this.#elector.leader ?? 'nobody yet'}`;
    const { keeper, session } = this.#leading;
    if (keeper?.state === 'missing') return 'MCS_NOT_JOINED: there is no credential for the broker';
    if (keeper?.state === 'expired') return 'MCS_CREDENTIAL_EXPIRED: the credential for the broker has lapsed';
    if (session?.isConnected) return 'connected to the broker';
    const error = session?.lastError;
    return `MCS_BROKER_UNREACHABLE: ${error === undefined ? 'connecting to the broker' : errorMessage(error)}`;
  }

  #figures(): ControllerFigures {
    const { exports, imports } = this.#local;
    const { session, keeper, reconciler } = this.#leading ?? {};
    const expiresAt = keeper?.credential?.expiresAt;
    return {
      exports: exports.size,
      imports: imports.values().filter((object) => isOwnedBy(object, SERVICE_OWNER)).length,
      queueDepth: reconciler?.queue.depth ?? 0,
      brokerConnected: session?.isConnected ?? false,
      isLeader: this.#elector.isLeader,
      credentialExpiry: expiresAt === undefined ? undefined : expiresAt / 1_000,
      silentClusters: session?.liveness.silentClusters ?? 0,
    };
  }
}
