import { includesNamespace, type NamespaceChoice, readClusterLocal } from '../api/cluster-local.ts';
import { CLUSTER_DOMAIN, MEMBER_CLUSTER_LOCAL } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import type { Logger } from '../base/log.ts';
import { isForbidden } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer } from '../kube/informer.ts';
import type { KnownService } from './dns-index.ts';
import { ReadyAnswers } from './ready-answers.ts';
import type { ServiceIndex } from './resolve.ts';
import { createFeed, type ZoneFeed } from './zone-feed.ts';

/** The shared services of the namespaces that may be found as names of `cluster.local`. */
export class FallthroughIndex implements ServiceIndex {
  readonly #index: ServiceIndex;
  /** Ready answers hold names of the zone, so this one has its own; they go with the service as it was. */
  readonly #known = new WeakMap<KnownService, KnownService>();
  #choice: NamespaceChoice = new Set();

  constructor(index: ServiceIndex) {
    this.#index = index;
  }

  /** These from now on, and no others. */
  allow(choice: NamespaceChoice): void {
    this.#choice = choice;
  }

  hasNamespace(namespace: string): boolean {
    return includesNamespace(this.#choice, namespace) && this.#index.hasNamespace(namespace);
  }

  find(name: string): KnownService | undefined {
    const service = includesNamespace(this.#choice, name.slice(name.lastIndexOf('.') + 1)) ? this.#index.find(name) : undefined;
    if (service === undefined) return undefined;
    const known = this.#known.get(service) ?? { view: service.view, answers: new ReadyAnswers() };
    this.#known.set(service, known);
    return known;
  }
}

export interface FallthroughOptions {
  readonly client: KubeClient;
  readonly index: FallthroughIndex;
  /** Of the member. */
  readonly namespace: string;
  readonly logger: Logger;
}

/**
 * Keeps the index in step with the ConfigMap that says which namespaces fall through. Where it may not
 * be read, as with the rights of an earlier release, none does: that must not keep the rest of the
 * server from being ready. It is tried again, and counts as soon as it can be read.
 */
export function followFallthrough({ client, index, namespace, logger }: FallthroughOptions): ZoneFeed {
  const denied = Promise.withResolvers<void>();
  let isDenied = false;
  const onError = (error: unknown): void => {
    if (isDenied || !isForbidden(error)) return;
    isDenied = true;
    logger.warn(`No name of ${CLUSTER_DOMAIN} falls through: the ConfigMap that says which may not be read`, { name: MEMBER_CLUSTER_LOCAL, error });
    denied.resolve();
  };
  const configs = createInformer<ConfigMap>(client, resources.configMaps, { namespace, fieldSelector: `metadata.name=${MEMBER_CLUSTER_LOCAL}`, logger, onError });
  configs.onChange((_key, next) => index.allow(readClusterLocal(next).fallthrough));
  const known = {
    get hasSynced() {
      return isDenied || configs.hasSynced;
    },
    synced: (signal?: AbortSignal) => Promise.race([configs.synced(signal), denied.promise]),
    start: (signal: AbortSignal) => configs.start(signal),
    stop: () => configs.stop(),
  };
  return createFeed('fallthrough-feed', [known]);
}
