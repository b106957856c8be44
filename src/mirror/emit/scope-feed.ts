import { SERVICE_NAME } from '../../api/labels.ts';
import { objectKey, type Resource, resources, splitKey } from '../../api/resources.ts';
import type { Endpoints, EndpointSlice, KubeObject, Service } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInformer, type Informer, type InformerOptions } from '../../kube/informer.ts';
import type { ReplicaStore } from '../../kube-serve/store.ts';
import { isMirrorable } from '../translate/marks.ts';
import type { ObjectForms } from './emitted-objects.ts';
import { ExportsFollower } from './exports-follower.ts';

export interface ScopeFeedOptions {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly client: KubeClient;
  readonly store: ReplicaStore;
  readonly labelSelector: string;
  readonly exportedOnly: boolean;
  readonly forms: ObjectForms;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Key of the Service that a slice belongs to. */
function serviceKey({ metadata }: EndpointSlice): string | undefined {
  const { [SERVICE_NAME]: name = '' } = metadata.labels ?? {};
  return name === '' ? undefined : objectKey({ ...metadata, name });
}

/** Follows one namespace, or all, and keeps in a store what of it is emitted: Services that are selected, and what belongs to them. */
export class ScopeFeed {
  readonly #options: ScopeFeedOptions;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #exports: ExportsFollower;

  constructor(options: ScopeFeedOptions) {
    const { client, clock, forms, labelSelector, logger, namespace } = options;
    const common = { clock, logger, ...(namespace !== undefined && { namespace }) };
    this.#options = options;
    // the server selects, so that what is not emitted does not even come here
    this.#services = createInformer(client, resources.services, { ...common, transform: forms.service, ...(labelSelector !== '' && { labelSelector }) });
    const slices: InformerOptions<EndpointSlice> = { ...common, transform: forms.slice, indexers: { service: (slice) => [serviceKey(slice) ?? ''] } };
    this.#slices = createInformer(client, resources.endpointSlices, slices);
    this.#endpoints = createInformer(client, resources.endpoints, { ...common, transform: forms.endpoints });
    this.#exports = new ExportsFollower({ client, namespace, transform: forms.serviceExport, onChange: (key) => this.#review(key), clock, logger });
    this.#services.onChange((key) => this.#review(key));
    this.#endpoints.onChange((key, next) => this.#put(resources.endpoints, splitKey(key), next, key));
    this.#slices.onChange((key, next) => this.#put(resources.endpointSlices, splitKey(key), next, next && serviceKey(next)));
  }

  get hasSynced(): boolean {
    return [this.#services, this.#slices, this.#endpoints, this.#exports].every(({ hasSynced }) => hasSynced);
  }

  /** Whether any of it cannot be followed at present. */
  get isStale(): boolean {
    return this.#informers().some(({ state }) => state === 'stale');
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#exports.start(signal);
    await Promise.all(this.#informers().map((informer) => informer.start(signal)));
  }

  async stop(): Promise<void> {
    await Promise.all([this.#exports, ...this.#informers()].map((part) => part.stop()));
  }

  #informers(): readonly Pick<Informer<KubeObject>, 'start' | 'stop' | 'state'>[] {
    return [this.#services, this.#slices, this.#endpoints];
  }

  /** A Service or its ServiceExport has changed, and with it perhaps whether all that belongs to it is emitted. */
  #review(key: string): void {
    const ref = splitKey(key);
    const service = this.#services.get(key);
    this.#put(resources.services, ref, service, key);
    this.#put(resources.serviceExports, ref, this.#exports.get(key), key);
    this.#put(resources.endpoints, ref, this.#endpoints.get(key), key);
    for (const slice of this.#slices.byIndex('service', key)) this.#put(resources.endpointSlices, slice.metadata, slice, key);
  }

  #put<T extends KubeObject>(resource: Resource<T>, ref: { readonly name: string; readonly namespace?: string | undefined }, object: T | undefined, key: string | undefined): void {
    const { store } = this.#options;
    if (object !== undefined && isMirrorable(object) && key !== undefined && this.#isEmitted(key)) store.put(resource, object);
    else store.remove(resource, ref);
  }

  #isEmitted(key: string): boolean {
    const service = this.#services.get(key);
    return service !== undefined && isMirrorable(service) && (!this.#options.exportedOnly || this.#exports.get(key) !== undefined);
  }
}
