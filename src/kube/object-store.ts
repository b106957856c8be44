import { objectKey } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';

/** Values under which an object is to be found. */
export type Indexer<T> = (object: T) => readonly string[];
export type Indexers<T> = Readonly<Record<string, Indexer<T>>>;

/** One object that came, changed (both set) or went. */
export interface ObjectChange<T> {
  readonly key: string;
  readonly next: T | undefined;
  readonly previous: T | undefined;
}

/** Objects of one kind by `namespace/name`, with indexes. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: Indexers<T>;
  /** index name -> value -> keys */
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(indexers: Indexers<T> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Throws RangeError for an index that was not declared. */
  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new RangeError(`Cannot look up "${value}": there is no index "${name}"`);
    const found: T[] = [];
    for (const key of index.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** Stores an object; undefined if it is the version that stands already. */
  set(object: T): ObjectChange<T> | undefined {
    const key = objectKey(object.metadata);
    const previous = this.#objects.get(key);
    const { uid, resourceVersion } = object.metadata;
    if (previous !== undefined && resourceVersion !== undefined && previous.metadata.resourceVersion === resourceVersion && previous.metadata.uid === uid) return undefined;
    if (previous !== undefined) this.#removeFromIndexes(key, previous);
    this.#objects.set(key, object);
    this.#addToIndexes(key, object);
    return { key, next: object, previous };
  }

  delete(key: string): ObjectChange<T> | undefined {
    const previous = this.#objects.get(key);
    if (previous === undefined) return undefined;
    this.#objects.delete(key);
    this.#removeFromIndexes(key, previous);
    return { key, next: undefined, previous };
  }

  /** Makes the content equal to a complete list: what is not in it is reported as gone. */
  replace(objects: readonly T[]): readonly ObjectChange<T>[] {
    const changes: ObjectChange<T>[] = [];
    const present = new Set(objects.map(({ metadata }) => objectKey(metadata)));
    for (const key of [...this.#objects.keys()]) {
      const change = present.has(key) ? undefined : this.delete(key);
      if (change !== undefined) changes.push(change);
    }
    for (const object of objects) {
      const change = this.set(object);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  #addToIndexes(key: string, object: T): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indexes.get(name);
      for (const value of indexer(object)) {
        const keys = index?.get(value);
        if (keys === undefined) index?.set(value, new Set([key]));
        else keys.add(key);
      }
    }
  }

  #removeFromIndexes(key: string, object: T): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const index = this.#indexes.get(name);
      for (const value of indexer(object)) {
        const keys = index?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index?.delete(value);
      }
    }
  }
}
