import { objectKey } from '../../api/resources.ts';
import type { EndpointSlice } from '../../api/types/index.ts';
import { serviceOfSlice } from './frontends.ts';

/** EndpointSlices by the Service that they belong to, whoever manages them. */
export class SliceIndex {
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  /** Service of each slice: the label may change. */
  readonly #services = new Map<string, string>();

  /** The slices of a Service, by its `namespace/name`. */
  of(service: string): readonly EndpointSlice[] {
    return [...(this.#slices.get(service)?.values() ?? [])];
  }

  /** Takes a slice in, or out; returns the Services that it concerns. */
  note(slice: EndpointSlice, deleted: boolean): ReadonlySet<string> {
    const key = objectKey(slice.metadata);
    const before = this.#services.get(key);
    const name = deleted ? undefined : serviceOfSlice(slice);
    const after = name === undefined ? undefined : `${slice.metadata.namespace ?? ''}/${name}`;
    if (before !== undefined) this.#remove(key, before);
    if (after !== undefined) this.#add(key, after, slice);
    return new Set([before, after].filter((service) => service !== undefined));
  }

  #add(key: string, service: string, slice: EndpointSlice): void {
    this.#services.set(key, service);
    this.#slices.set(service, (this.#slices.get(service) ?? new Map<string, EndpointSlice>()).set(key, slice));
  }

  #remove(key: string, service: string): void {
    this.#services.delete(key);
    const own = this.#slices.get(service);
    own?.delete(key);
    if (own?.size === 0) this.#slices.delete(service);
  }
}
