import { apiVersionOf, type Resource, resources } from '../../api/resources.ts';
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

interface ApiGroup {
  readonly versions?: readonly { readonly groupVersion: string }[];
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
    await this.#informer?.stop();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const resource = await this.#servedVersion();
      if (resource !== undefined) return this.#follow(resource);
      await sleep(clock, ASK_AGAIN_MS, signal).catch(() => undefined); // only the stop ends it early
    }
  }

  async #servedVersion(): Promise<Resource<ServiceExport> | undefined> {
    const { client, logger } = this.#options;
    try {
      const { versions = [] } = await client.getPath<ApiGroup>(`/apis/${resources.serviceExports.group}`, { signal: this.#abort.signal });
      const served = VERSIONS.find((resource) => versions.some(({ groupVersion }) => groupVersion === apiVersionOf(resource)));
      this.#isAbsent = served === undefined;
      return served;
    } catch (error) {
      this.#isAbsent = isNotFound(error);
      if (!this.#isAbsent && !this.#abort.signal.aborted) logger.warn('Cannot find out whether ServiceExports are served', { error });
      return undefined;
    }
  }

  async #follow(resource: Resource<ServiceExport>): Promise<void> {
    const { client, clock, logger, namespace, onChange, transform } = this.#options;
    this.#informer = createInformer(client, resource, {
      transform,
      clock,
      logger,
      // the kind may go again, or be none of ours to read: then there are none to serve
      onError: (error) => void (this.#isAbsent = isNotFound(error) || isForbidden(error)),
      ...(namespace !== undefined && { namespace }),
    });
    this.#informer.onChange(onChange);
    await this.#informer.start(this.#abort.signal);
  }
}
