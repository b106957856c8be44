import { type ClusterLocal, readClusterLocal } from '../../api/cluster-local.ts';
import { MEMBER_CLUSTER_LOCAL } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ConfigMap } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import { follow, type Follower } from '../../sync/follow.ts';
import { ObjectCache } from '../../sync/object-cache.ts';

export interface ClusterLocalWatchOptions {
  readonly client: KubeClient;
  readonly memberNamespace: string;
  /** It is known, or says something else than before. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the ConfigMap `mcs-cluster-local` says, followed live. */
export class ClusterLocalWatch implements Startable {
  readonly name = 'ConfigMap mcs-cluster-local';
  readonly #options: ClusterLocalWatchOptions;
  readonly #cache: ObjectCache<ConfigMap>;
  readonly #follower: Follower;
  #isKnown = false;

  constructor(options: ClusterLocalWatchOptions) {
    this.#options = options;
    const { client, memberNamespace: namespace, onChange, clock, logger } = options;
    this.#cache = new ObjectCache({ clock });
    this.#follower = follow(client, resources.configMaps, this.#cache, {
      namespace,
      fieldSelector: `metadata.name=${MEMBER_CLUSTER_LOCAL}`,
      onNews: () => {
        if (this.#isKnown) onChange();
      },
      clock,
      logger,
    });
  }

  /** Undefined while it is not known: whatever stands stays. */
  get current(): ClusterLocal | undefined {
    return this.#isKnown ? readClusterLocal(this.#cache.get(`${this.#options.memberNamespace}/${MEMBER_CLUSTER_LOCAL}`)) : undefined;
  }

  /** Begins in the background. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#follower.start(signal);
    this.#follower.synced().then(
      () => {
        this.#isKnown = true;
        this.#options.onChange();
      },
      () => undefined, // stopped before the first sync
    );
  }

  async stop(): Promise<void> {
    await this.#follower.stop();
  }
}
