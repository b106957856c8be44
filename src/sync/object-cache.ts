import { objectKey } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { KeyIndex } from './key-index.ts';

export interface ObjectCacheOptions<T, I extends string> {
  /** Secondary keys by which objects are found; undefined leaves an object out of an index. */
  readonly indexes?: Readonly<Record<I, (object: T) => string | undefined>>;
  readonly clock?: Clock;
}

/** How long an own write counts without its event. Later what the informer says counts again, and at worst it is written once more. */
const UNCONFIRMED_MS = 30_000;

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

/**
 * What an informer knows of a collection, with secondary indexes and with this process's own
 * writes counted in before their events come back, so that no object is written twice.
 */
export class ObjectCache<T extends KubeObject, I extends string = never> {
  readonly #objects = new Map<string, T>();
  /** When this process wrote an object whose event has not come back yet, by key. */
  readonly #writtenAt = new Map<string, number>();
  /** What the informer said last of what is in `#writtenAt`; without it the object is ours alone. */
  readonly #confirmed = new Map<string, T>();
  readonly #indexes: readonly { readonly name: I; readonly keyOf: (object: T) => string | undefined; readonly keys: KeyIndex }[];
  /** Uids that this process deleted and whose end has not been seen yet, with the time. */
  readonly #deleted = new Map<string, number>();
  readonly #clock: Clock;

  constructor({ indexes, clock = systemClock }: ObjectCacheOptions<T, I> = {}) {
    this.#clock = clock;
    const named = Object.entries(indexes ?? {}) as [I, (object: T) => string | undefined][];
    this.#indexes = named.map(([name, keyOf]) => ({ name, keyOf, keys: new KeyIndex() }));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    if (this.#isForgotten(key)) this.#forget(key);
    return this.#objects.get(key);
  }

  /** Objects with this secondary key, in no particular order. */
  by(index: I, value: string): T[] {
    const found = this.#indexes.find(({ name }) => name === index);
    const objects = (found?.keys.keysOf(value) ?? []).map((key) => this.get(key));
    return objects.filter((object) => object !== undefined && found?.keyOf(object) === value) as T[];
  }

  /** Every secondary key that some object has. */
  indexValues(index: I): string[] {
    return this.#indexes.find(({ name }) => name === index)?.keys.values() ?? [];
  }

  values(): T[] {
    return [...this.#objects.keys()].map((key) => this.get(key)).filter((object) => object !== undefined);
  }

  /** Takes an object, and its key, from the informer; false if this or a newer state of it was known already. */
  accept(object: T, key = objectKey(object.metadata)): boolean {
    if (this.#wasDeleted(object)) return false;
    const standing = this.#objects.get(key);
    const isSame = standing !== undefined && standing.metadata.uid === object.metadata.uid;
    if (isSame && versionOf(object) < versionOf(standing)) return false;
    this.#put(key, object);
    return !isSame || versionOf(object) > versionOf(standing);
  }

  /** The informer saw the end of this object; false if this process deleted it. */
  drop(object: T): boolean {
    const { uid } = object.metadata;
    if (uid !== undefined) this.#deleted.delete(uid);
    const key = objectKey(object.metadata);
    const standing = this.#objects.get(key);
    if (this.#confirmed.get(key)?.metadata.uid === uid) this.#confirmed.delete(key);
    if (standing === undefined || standing.metadata.uid !== uid) return false;
    this.#remove(key);
    return true;
  }

  /** This process wrote the object; the server answered with this. */
  wrote(object: T): void {
    const key = objectKey(object.metadata);
    const standing = this.#objects.get(key);
    const isKnown = standing?.metadata.uid === object.metadata.uid && standing !== undefined && versionOf(standing) >= versionOf(object);
    if (isKnown) return;
    const confirmed = this.#writtenAt.has(key) ? this.#confirmed.get(key) : standing;
    this.#put(key, object);
    this.#writtenAt.set(key, this.#clock.monotonic());
    if (confirmed !== undefined) this.#confirmed.set(key, confirmed);
  }

  /** This process deleted the object. */
  deleted(object: T): void {
    const { uid } = object.metadata;
    const key = objectKey(object.metadata);
    if (this.#objects.get(key)?.metadata.uid !== uid) return;
    this.#remove(key);
    this.#sweepDeleted();
    if (uid !== undefined) this.#deleted.set(uid, this.#clock.monotonic());
  }

  #isForgotten(key: string): boolean {
    const writtenAt = this.#writtenAt.get(key);
    return writtenAt !== undefined && this.#clock.monotonic() - writtenAt > UNCONFIRMED_MS;
  }

  /** A watch that is behind does not mean that the object is gone: only its end, seen or brought about here, does. */
  #forget(key: string): void {
    const confirmed = this.#confirmed.get(key);
    if (confirmed === undefined) this.#remove(key);
    else this.#put(key, confirmed);
  }

  /** A late event of what was deleted here. An object with a finalizer lives on, and is seen again later. */
  #wasDeleted({ metadata }: T): boolean {
    this.#sweepDeleted();
    return metadata.uid !== undefined && this.#deleted.has(metadata.uid) && metadata.deletionTimestamp === undefined;
  }

  #sweepDeleted(): void {
    const limit = this.#clock.monotonic() - UNCONFIRMED_MS;
    for (const [uid, at] of this.#deleted) {
      if (at > limit) return; // in order of time
      this.#deleted.delete(uid);
    }
  }

  #put(key: string, object: T): void {
    this.#remove(key);
    this.#objects.set(key, object);
    for (const { keyOf, keys } of this.#indexes) {
      const value = keyOf(object);
      if (value !== undefined) keys.add(value, key);
    }
  }

  #remove(key: string): void {
    const object = this.#objects.get(key);
    this.#writtenAt.delete(key);
    this.#confirmed.delete(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    for (const { keyOf, keys } of this.#indexes) {
      const value = keyOf(object);
      if (value !== undefined) keys.delete(value, key);
    }
  }
}
