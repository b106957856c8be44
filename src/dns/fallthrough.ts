import { MEMBER_CLUSTER_LOCAL } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer } from '../kube/informer.ts';
import type { KnownService } from './dns-index.ts';
import { ReadyAnswers } from './ready-answers.ts';
import type { ServiceIndex } from './resolve.ts';
import { createFeed, type ZoneFeed } from './zone-feed.ts';

/** Key of the ConfigMap: namespaces separated by commas, or `*`. */
const KEY = 'fallthrough';

/** The shared services of the namespaces that may be found as names of `cluster.local`. */
export class FallthroughIndex implements ServiceIndex {
  readonly #index: ServiceIndex;
  /** Ready answers hold names of the zone, so this one has its own; they go with the service as it was. */
  readonly #known = new WeakMap<KnownService, KnownService>();
  #namespaces: ReadonlySet<string> = new Set();
  #isEverywhere = false;

  constructor(index: ServiceIndex) {
    this.#index = index;
  }

  /** Takes what the ConfigMap says; undefined opens none. */
  allow(namespaces: string | undefined): void {
    const names = (namespaces ?? '').split(',').map((name) => name.trim());
    this.#isEverywhere = names.includes('*');
    this.#namespaces = new Set(names);
  }

  hasNamespace(namespace: string): boolean {
    return this.#allows(namespace) && this.#index.hasNamespace(namespace);
  }

  find(name: string): KnownService | undefined {
    const service = this.#allows(name.slice(name.lastIndexOf('.') + 1)) ? this.#index.find(name) : undefined;
    if (service === undefined) return undefined;
    const known = this.#known.get(service) ?? { view: service.view, answers: new ReadyAnswers() };
    this.#known.set(service, known);
    return known;
  }

  #allows(namespace: string): boolean {
    return this.#isEverywhere || this.#namespaces.has(namespace);
  }
}

export interface FallthroughOptions {
  readonly client: KubeClient;
  readonly index: FallthroughIndex;
  /** Of the member. */
  readonly namespace: string;
  readonly logger: Logger;
}

/** Keeps the index in step with the ConfigMap that says which namespaces fall through. */
export function followFallthrough({ client, index, namespace, logger }: FallthroughOptions): ZoneFeed {
  const slim = ({ apiVersion, kind, metadata, data }: ConfigMap): ConfigMap => ({ apiVersion, kind, metadata, data: { [KEY]: data?.[KEY] ?? '' } });
  const configs = createInformer<ConfigMap>(client, resources.configMaps, { namespace, fieldSelector: `metadata.name=${MEMBER_CLUSTER_LOCAL}`, logger, transform: slim });
  configs.onChange((_key, next) => index.allow(next?.data?.[KEY]));
  return createFeed('fallthrough-feed', [configs]);
}
