import { MCS_SERVICE_NAME } from '../api/labels.ts';
import type { EndpointSlice, ServiceImport } from '../api/types/index.ts';
import { ReadyAnswers } from './ready-answers.ts';
import { type ServiceView, viewService } from './service-entry.ts';

/** A service as it is until its next change. */
export interface KnownService {
  readonly view: ServiceView;
  readonly answers: ReadyAnswers;
}

interface Entry {
  serviceImport: ServiceImport | undefined;
  readonly slices: Map<string, EndpointSlice>;
  /** Made when first asked for, dropped with each change. */
  known: KnownService | undefined;
}

/**
 * Imports and slices of one cluster, ready to be asked. Look-ups are synchronous and do no I/O.
 * Names are `<service>.<namespace>`, in lower case as Kubernetes has them.
 */
export class DnsIndex {
  readonly #entries = new Map<string, Entry>();
  /** How many services each namespace has: a namespace without any does not exist in the zone. */
  readonly #namespaces = new Map<string, number>();

  get size(): number {
    return [...this.#namespaces.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Whether any service lies below. */
  hasNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  find(name: string): KnownService | undefined {
    const entry = this.#entries.get(name);
    if (entry?.serviceImport === undefined) return undefined;
    entry.known ??= { view: viewService(entry.serviceImport, entry.slices.values()), answers: new ReadyAnswers() };
    return entry.known;
  }

  setImport(serviceImport: ServiceImport): void {
    const { namespace = '', name } = serviceImport.metadata;
    const entry = this.#entry(`${name}.${namespace}`);
    if (entry.serviceImport === undefined) this.#count(namespace, 1);
    entry.serviceImport = serviceImport;
    this.#changed(`${name}.${namespace}`, entry);
  }

  removeImport(serviceImport: ServiceImport): void {
    const { namespace = '', name } = serviceImport.metadata;
    const entry = this.#entries.get(`${name}.${namespace}`);
    if (entry?.serviceImport === undefined) return;
    entry.serviceImport = undefined;
    this.#count(namespace, -1);
    this.#changed(`${name}.${namespace}`, entry);
  }

  setSlice(slice: EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined) return;
    const entry = this.#entry(service);
    entry.slices.set(slice.metadata.name, slice);
    this.#changed(service, entry);
  }

  removeSlice(slice: EndpointSlice): void {
    const service = serviceOf(slice);
    const entry = service === undefined ? undefined : this.#entries.get(service);
    if (service === undefined || entry === undefined) return;
    entry.slices.delete(slice.metadata.name);
    this.#changed(service, entry);
  }

  #entry(key: string): Entry {
    const found = this.#entries.get(key) ?? { serviceImport: undefined, slices: new Map<string, EndpointSlice>(), known: undefined };
    this.#entries.set(key, found);
    return found;
  }

  #changed(key: string, entry: Entry): void {
    entry.known = undefined;
    if (entry.serviceImport === undefined && entry.slices.size === 0) this.#entries.delete(key);
  }

  #count(namespace: string, change: number): void {
    const count = (this.#namespaces.get(namespace) ?? 0) + change;
    if (count > 0) this.#namespaces.set(namespace, count);
    else this.#namespaces.delete(namespace);
  }
}

function serviceOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[MCS_SERVICE_NAME];
  return name === undefined ? undefined : `${name}.${metadata.namespace ?? ''}`;
}
