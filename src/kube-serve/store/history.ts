import type { KubeObject } from '../../api/types/index.ts';

/** A change as the store knows it. */
export interface Change {
  readonly version: number;
  readonly object: KubeObject;
  /** Undefined for a creation. */
  readonly old: KubeObject | undefined;
  readonly deleted: boolean;
}

/** The last changes of a collection, oldest first, so that a watch can begin in the past. */
export class History {
  readonly #size: number;
  #changes: Change[] = [];
  /** Version of the newest change that is no longer here. */
  #forgotten: number;

  constructor(size: number, version: number) {
    this.#size = size;
    this.#forgotten = version;
  }

  /** Whether all changes after `version` are here. */
  reaches(version: number): boolean {
    return version >= this.#forgotten;
  }

  get oldest(): number {
    return this.#forgotten;
  }

  add(change: Change): void {
    this.#changes.push(change);
    // in halves, so that the cost per change does not grow with the size
    if (this.#changes.length > 2 * this.#size) this.#forget(this.#changes.length - this.#size);
  }

  after(version: number): readonly Change[] {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.version ?? 0) > version) high = middle;
      else low = middle + 1;
    }
    return this.#changes.slice(low);
  }

  /** Forgets everything up to `version`. */
  clear(version: number): void {
    this.#changes = [];
    this.#forgotten = version;
  }

  #forget(count: number): void {
    this.#forgotten = this.#changes[count - 1]?.version ?? this.#forgotten;
    this.#changes = this.#changes.slice(count);
  }
}
