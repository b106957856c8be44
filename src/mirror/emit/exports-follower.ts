import { apiVersionOf, objectKey, type Resource, resources } from '../../api/resources.ts';
import type { ServiceExport } from '../../api/types/index.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { abortWith } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { isForbidden, isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInformer, type Informer } from '../../kube/informer.ts';

export interface ExportsFollowerOptions {
  readonly client: KubeClient;
  readonly namespace: string | undefined;
  readonly transform: (object: ServiceExport) => ServiceExport;
  readonly onChange: (key: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a cluster that serves no ServiceExports, or does not answer, is not asked again. */
const ASK_AGAIN_MS = 30_000;
/** Clusters with an older release of the MCS API have the second only; their objects are the same. */
const VERSIONS: readonly Resource<ServiceExport>[] = [resources.serviceExports, { ...resources.serviceExports, version: 'v1alpha1' }];

interface ApiResources {
  readonly resources?: readonly { readonly name: string }[];
}

/** ServiceExports in the version that the cluster serves. Where it serves none there are none. */
export class ExportsFollower {
  readonly #options: ExportsFollowerOptions;
  readonly #abort = new AbortController();
  #informer: Informer<ServiceExport> | undefined;
  #isAbsent = false;
  #loop: Promise<void> | undefined;

  constructor(options: ExportsFollowerOptions) {
    this.#options = options;
  }

  /** Whether it is known which ServiceExports there are. */
  get hasSynced(): boolean {
    return this.#isAbsent || this.#informer?.hasSynced === true;
  }

  get(key: string): ServiceExport | undefined {
    return this.#informer?.get(key);
  }

  start(signal: AbortSignal): void {
    this.#loop ??= this.#run().finally(abortWith(this.#abort, signal));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const resource = await this.#findServed();
      if (resource !== undefined) await this.#follow(resource);
      await sleep(clock, ASK_AGAIN_MS, signal).catch(() => undefined); // only the stop ends it early
    }
  }

  async #findServed(): Promise<Resource<ServiceExport> | undefined> {
    try {
      for (const resource of VERSIONS) if (await this.#isServed(resource)) return resource;
      this.#isAbsent = true;
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#options.logger.warn('Cannot find out whether ServiceExports are served', { error });
    }
    return undefined;
  }

  async #isServed(resource: Resource<ServiceExport>): Promise<boolean> {
    try {
      const { resources: served = [] } = await this.#options.client.getPath<ApiResources>(`/apis/${apiVersionOf(resource)}`, { signal: this.#abort.signal });
      return served.some(({ name }) => name === resource.plural);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** Until the stop, or until this version is served no more. */
  async #follow(resource: Resource<ServiceExport>): Promise<void> {
    const { client, clock, logger, namespace, onChange, transform } = this.#options;
    const { signal } = this.#abort;
    const over = Promise.withResolvers<void>();
    const onAbort = (): void => over.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    const informer = createInformer(client, resource, {
      transform,
      clock,
      logger,
      onError: (error) => {
        if (isNotFound(error)) over.resolve();
        // what this process may not read it cannot wait for
        if (isForbidden(error)) this.#isAbsent = true;
      },
      ...(namespace !== undefined && { namespace }),
    });
    this.#informer = informer;
    informer.onChange(onChange);
    await informer.start(signal);
    await over.promise;
    signal.removeEventListener('abort', onAbort);
    await informer.stop();
    if (!signal.aborted) this.#forget(informer);
  }

  #forget(informer: Informer<ServiceExport>): void {
    this.#informer = undefined;
    this.#isAbsent = true;
    for (const { metadata } of informer.list()) this.#options.onChange(objectKey(metadata));
  }
}
