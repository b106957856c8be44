/** Keys of objects by a secondary value. Most values have one key: a set for each would take more memory than the keys. */
export class KeyIndex {
  readonly #keys = new Map<string, string | Set<string>>();

  /** Every value that some key has. */
  values(): string[] {
    return [...this.#keys.keys()];
  }

  keysOf(value: string): readonly string[] {
    const standing = this.#keys.get(value) ?? [];
    return typeof standing === 'string' ? [standing] : [...standing];
  }

  add(value: string, key: string): void {
    const standing = this.#keys.get(value);
    if (standing === undefined) this.#keys.set(value, key);
    else if (typeof standing !== 'string') standing.add(key);
    else if (standing !== key) this.#keys.set(value, new Set([standing, key]));
  }

  delete(value: string, key: string): void {
    const standing = this.#keys.get(value);
    if (standing === undefined) return;
    if (typeof standing !== 'string') standing.delete(key);
    if (standing === key || (typeof standing !== 'string' && standing.size === 0)) this.#keys.delete(value);
  }
}
