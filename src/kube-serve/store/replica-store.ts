import { apiVersionOf, type Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { frozenCopy, sameJson } from '../json.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { Change } from './history.ts';
import { Notifier } from './notifier.ts';
import type { ReadStore } from './read-store.ts';
import { Reader } from './reader.ts';
import { Registry, type Served } from './registry.ts';
import type * as t from './types.ts';
import { withResourceVersion } from './versions.ts';

export interface ReplicaStoreOptions {
  readonly definitions: readonly ResourceDefinition[];
  readonly clock?: Clock;
  /** Changes kept per resource, for watches that begin in the past. Default 4096. */
  readonly historySize?: number;
}

/**
 * Copies of another server's objects, for serving only: taken as they are, uid and all, but for the
 * resourceVersion, which counts the changes of this store. It begins with the clock, so that no version
 * of an earlier life of the store comes again.
 */
export interface ReplicaStore extends ReadStore {
  /** Tells watchers of it, unless nothing but its resourceVersion has changed. */
  put<T extends KubeObject>(resource: Resource<T>, object: T): void;
  /** Of what is not there nothing is told. */
  remove(resource: t.AnyResource, ref: t.ObjectRef): void;
  /** Objects of a kind. */
  count(resource: t.AnyResource): number;
}

/** Versions per ms that the sequence leaves for the changes of a life: more than any store can have. */
const VERSIONS_PER_MS = 100;

class MemoryReplicaStore implements ReplicaStore {
  readonly #registry: Registry;
  readonly #reader: Reader;
  readonly #notifier = new Notifier();
  #version: number;

  constructor({ clock = systemClock, definitions, historySize = 4096 }: ReplicaStoreOptions) {
    this.#version = clock.now() * VERSIONS_PER_MS;
    this.#registry = new Registry(historySize);
    this.#reader = new Reader(this.#registry, () => this.#version);
    for (const definition of definitions) this.#registry.register(definition, this.#version);
  }

  get resourceVersion(): string {
    return String(this.#version);
  }

  definitions(): readonly ResourceDefinition[] {
    return this.#registry.all().map(({ compiled }) => compiled.definition);
  }

  findDefinition(group: string, plural: string): ResourceDefinition | undefined {
    return this.#registry.find({ group, plural })?.compiled.definition;
  }

  onDefinitionsChange(listener: () => void): () => void {
    return this.#registry.onChange(listener);
  }

  get<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T {
    return this.#reader.get(resource, ref);
  }

  find<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T | undefined {
    return this.#reader.find(resource, ref);
  }

  list<T extends KubeObject>(resource: Resource<T>, options: t.ListOptions = {}): t.ListResult<T> {
    return this.#reader.list(resource, options);
  }

  watch<T extends KubeObject>(resource: Resource<T>, options: t.WatchOptions, listener: (event: t.StoreEvent<T>) => void): () => void {
    return this.#reader.watch(resource, options, listener);
  }

  put<T extends KubeObject>(resource: Resource<T>, object: T): void {
    const served = this.#registry.get(resource);
    // another object of that name: that the first one went was not told while its server could not be watched
    if (served.collection.get(object.metadata)?.metadata.uid !== object.metadata.uid) this.remove(resource, object.metadata);
    const old = served.collection.get(object.metadata);
    const stored = this.#numbered(served, object, old);
    if (stored === undefined) return;
    served.collection.put(stored);
    this.#record(served, { version: this.#version, object: stored, old, deleted: false });
  }

  remove(resource: t.AnyResource, ref: t.ObjectRef): void {
    const served = this.#registry.get(resource);
    const old = served.collection.get(ref);
    if (old === undefined) return;
    this.#version += 1;
    served.collection.remove(ref);
    this.#record(served, { version: this.#version, object: withResourceVersion(old, this.#version), old, deleted: true });
  }

  count(resource: t.AnyResource): number {
    return this.#registry.get(resource).collection.size;
  }

  /** The object under a new version; undefined where it says nothing new. Type first: lists leave it out of the text. */
  #numbered({ compiled }: Served, object: KubeObject, old: KubeObject | undefined): KubeObject | undefined {
    const { apiVersion: _apiVersion, kind: _kind, metadata, ...body } = object;
    const { resource } = compiled.definition;
    const next = frozenCopy<KubeObject>({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...body, metadata: { ...metadata, resourceVersion: old?.metadata.resourceVersion ?? '' } });
    if (old !== undefined && sameJson(old, next)) return undefined;
    this.#version += 1;
    return withResourceVersion(next, this.#version);
  }

  #record(served: Served, change: Change): void {
    served.collection.history.add(change);
    this.#notifier.tell(served, change);
  }
}

/** An empty store that serves copies of the given kinds. */
export function createReplicaStore(options: ReplicaStoreOptions): ReplicaStore {
  return new MemoryReplicaStore(options);
}
