/** Which names exist, those that only have names below them included (empty non-terminals, RFC 4592 section 2.2.2). */
export class NameTree {
  /** How often each name was added, itself or one below it. */
  readonly #counts = new Map<string, number>();

  has(name: string): boolean {
    return this.#counts.has(name);
  }

  add(name: string): void {
    this.#count(name, 1);
  }

  remove(name: string): void {
    this.#count(name, -1);
  }

  #count(name: string, change: number): void {
    for (let each: string | undefined = name; each !== undefined; each = parentOf(each)) {
      const count = (this.#counts.get(each) ?? 0) + change;
      if (count > 0) this.#counts.set(each, count);
      else this.#counts.delete(each);
    }
  }
}

/** The name without its first label; undefined above the last one. */
export function parentOf(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot < 0 ? undefined : name.slice(dot + 1);
}
