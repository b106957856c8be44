import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInformer, type Informer } from '../../kube/informer.ts';

export interface FollowedObjectOptions {
  readonly client: KubeClient;
  readonly name: string;
  readonly namespace: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One object of the target by its name, as it is at present. */
export class FollowedObject<T extends KubeObject> {
  readonly #informer: Informer<T>;
  readonly #key: string;

  constructor(resource: Resource<T>, { client, name, namespace, clock, logger }: FollowedObjectOptions) {
    this.#key = `${namespace}/${name}`;
    this.#informer = createInformer(client, resource, { namespace, fieldSelector: `metadata.name=${name}`, clock, logger });
  }

  /** `namespace/name` */
  get key(): string {
    return this.#key;
  }

  /** Whether it is known if the object exists. */
  get isKnown(): boolean {
    return this.#informer.hasSynced;
  }

  get present(): T | undefined {
    return this.#informer.get(this.#key);
  }

  /** Follows it in the background; `onNews` is told once it is known whether it exists, and of each change. */
  async start(signal: AbortSignal, onNews: () => void): Promise<void> {
    this.#informer.onChange(onNews);
    await this.#informer.start(signal);
    // the stop is the only other end
    this.#informer.synced(signal).then(onNews, () => undefined);
  }

  stop(): Promise<void> {
    return this.#informer.stop();
  }
}
