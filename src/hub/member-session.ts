import { isDeepStrictEqual } from 'node:util';
import { resources } from '../api/resources.ts';
import type { MemberConfig } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { describeTrouble } from '../fleet/describe-trouble.ts';
import type { FleetCluster } from '../fleet/fleet.ts';
import type { KubeClient } from '../kube/client.ts';
import { readMember } from './read-member.ts';

/** What works for one member. */
export interface MemberPart extends Startable {
  /** Whether it is the one that writes to the member, and not another process. */
  readonly isLeading: boolean;
  readiness(): { readonly isMet: boolean; readonly detail: string };
}

/** What the hub keeps of its members for all of them to read, as the desk of a broker does. */
export interface MemberRecords {
  /** Notes the member with its ranges, and nothing where that stands. Throws where the cluster has another name already, or the object is not ours. */
  ensure(config: MemberConfig, signal: AbortSignal): Promise<void>;
  /** Removes the member and all that it shares. */
  remove(clusterID: string, signal: AbortSignal): Promise<void>;
}

export interface MemberSessionOptions {
  readonly cluster: FleetCluster;
  /** The cluster as the fleet knows it now: another Secret may stand for it. Undefined once it is removed. */
  readonly present: () => FleetCluster | undefined;
  /** Of the member. The fleet closes it. */
  readonly client: KubeClient;
  readonly hubClient: KubeClient;
  readonly hubNamespace: string;
  readonly records: MemberRecords;
  readonly createPart: (config: MemberConfig, client: KubeClient) => MemberPart;
  /** After `stop`: nothing is written for the member any more. */
  readonly onStopped: () => void;
  readonly logger: Logger;
}

/** What runs for one member while the hub knows it: its configuration is followed, and its part made anew when that changes. */
export class MemberSession implements Startable {
  readonly name: string;
  readonly client: KubeClient;
  readonly #options: MemberSessionOptions;
  readonly #abort = new AbortController();
  #part: MemberPart | undefined;
  /** What the part was made with. */
  #config: MemberConfig | undefined;
  #failure: string | undefined;
  /** One after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: MemberSessionOptions) {
    this.#options = options;
    this.client = options.client;
    this.name = `session of member ${options.cluster.name}`;
  }

  /** Undefined before the member is served. */
  get config(): MemberConfig | undefined {
    return this.#config;
  }

  get part(): MemberPart | undefined {
    return this.#part;
  }

  /** Why the member is not served; undefined where nothing is wrong. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Throws what keeps the member from being served. */
  start(): Promise<void> {
    return this.refresh();
  }

  /** Takes up the configuration as it is now. Throws what keeps the member from being served; what ran before runs on. */
  refresh(): Promise<void> {
    const next = this.#work.then(async () => {
      try {
        await this.#refresh(this.#abort.signal);
        this.#failure = undefined;
      } catch (error) {
        const { cluster, client } = this.#options;
        this.#failure = describeTrouble(error, 'serve', `member "${cluster.name}"`, client.server);
        throw error;
      }
    });
    this.#work = next.catch(() => undefined); // whoever asked for it is told
    return next;
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error(`The ${this.name} was stopped`));
    await this.#work;
    try {
      await this.#part?.stop();
    } finally {
      this.#options.onStopped(); // or the records of a removed member would stay for ever
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { client, hubClient, hubNamespace, records, createPart, present, logger } = this.#options;
    const { secret, key, namespace, name } = present() ?? this.#options.cluster;
    if (namespace !== hubNamespace) throw new McsError('MCS_HUB_MEMBER_INVALID', `Cannot serve cluster "${key}": a hub serves those that count to its own namespace, "${hubNamespace}"`);
    const config = readMember(await hubClient.get(resources.secrets, secret.name, secret.namespace, { signal }), name, hubNamespace);
    if (isDeepStrictEqual(config, this.#config)) return records.ensure(config, signal); // somebody may have changed what is noted
    await requireSameCluster(client, config, signal);
    await records.ensure(config, signal);
    await this.#part?.stop();
    this.#part = createPart(config, client);
    await this.#part.start(signal);
    this.#config = config;
    logger.info('Serves a member', { member: config.clusterID });
  }
}

/** A kubeconfig that leads to another cluster would have that one's services shared as this one's. */
async function requireSameCluster(client: KubeClient, { clusterID, clusterUID }: MemberConfig, signal: AbortSignal): Promise<void> {
  const { metadata } = await client.get(resources.namespaces, 'kube-system', undefined, { signal });
  if (metadata.uid === clusterUID) return;
  throw new McsError('MCS_HUB_MEMBER_INVALID', `Cannot serve member "${clusterID}": its kubeconfig leads to another cluster than the one that joined (kube-system has UID "${metadata.uid ?? ''}", not "${clusterUID}")`, {
    hints: [`mcs hub join ${clusterID} --from <context>`],
  });
}
