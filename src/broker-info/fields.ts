/** What is wrong with one member of a record, without its value, which may be a secret. */
export class FieldError extends Error {
  constructor(path: string, state: string) {
    super(`"${path}" ${state}`);
    this.name = 'FieldError';
  }
}

export interface TextRule {
  /** Most characters. */
  readonly max: number;
  readonly pattern?: RegExp;
  readonly check?: (text: string) => boolean;
}

/** Strict access to the members of an untrusted JSON record. Every method throws FieldError. */
export interface Fields {
  fail(key: string, state: string): never;
  has(key: string): boolean;
  text(key: string, rule: TextRule): string;
  texts(key: string, rule: TextRule & { readonly maxItems: number }): string[];
  /** Base64 as `Buffer.toString('base64')` writes it, and nothing that merely decodes. */
  bytes(key: string, size: { readonly min: number; readonly max: number }): Buffer;
  integer(key: string, range: { readonly min: number; readonly max: number }): number;
  boolean(key: string): boolean;
  literal<T extends string | number>(key: string, value: T): T;
  record(key: string): Fields;
  /** Throws if there are members besides the named ones. */
  only(keys: readonly string[]): void;
}

/** Bytes of strict, padded base64; undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

class RecordFields implements Fields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(record: Readonly<Record<string, unknown>>, path: string) {
    this.#record = record;
    this.#path = path;
  }

  fail(key: string, state: string): never {
    throw new FieldError(`${this.#path}.${key}`, state);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#record, key);
  }

  #get(key: string): unknown {
    return this.has(key) ? this.#record[key] : undefined;
  }

  text(key: string, rule: TextRule): string {
    return this.#checkText(key, this.#get(key), rule);
  }

  texts(key: string, rule: TextRule & { readonly maxItems: number }): string[] {
    const value = this.#get(key);
    if (!Array.isArray(value)) return this.fail(key, 'is no list');
    if (value.length > rule.maxItems) this.fail(key, `has more than ${rule.maxItems} items`);
    return value.map((item: unknown) => this.#checkText(key, item, rule));
  }

  #checkText(key: string, value: unknown, { max, pattern, check }: TextRule): string {
    if (typeof value !== 'string') return this.fail(key, 'is no text');
    if (value.length > max) this.fail(key, `is longer than ${max} characters`);
    if (pattern?.test(value) === false || check?.(value) === false) this.fail(key, 'has no valid form');
    return value;
  }

  bytes(key: string, { min, max }: { min: number; max: number }): Buffer {
    const bytes = decodeBase64(this.text(key, { max: Math.ceil(max / 3) * 4 }));
    if (bytes === undefined) return this.fail(key, 'is no base64');
    if (bytes.length < min || bytes.length > max) this.fail(key, 'has a wrong length');
    return bytes;
  }

  integer(key: string, { min, max }: { min: number; max: number }): number {
    const value = this.#get(key);
    if (typeof value !== 'number' || !Number.isInteger(value)) return this.fail(key, 'is no integer');
    if (value < min || value > max) this.fail(key, `is not between ${min} and ${max}`);
    return value;
  }

  boolean(key: string): boolean {
    const value = this.#get(key);
    return typeof value === 'boolean' ? value : this.fail(key, 'is neither true nor false');
  }

  literal<T extends string | number>(key: string, value: T): T {
    return this.#get(key) === value ? value : this.fail(key, `is not ${JSON.stringify(value)}`);
  }

  record(key: string): Fields {
    return fieldsOf(this.#get(key), `${this.#path}.${key}`);
  }

  only(keys: readonly string[]): void {
    for (const key of Object.keys(this.#record)) {
      if (!keys.includes(key)) throw new FieldError(this.#path, 'has a member that is not known');
    }
  }
}

/** Opens an untrusted JSON value as a record. Throws FieldError if it is none. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FieldError(path, 'is no record');
  return new RecordFields(value as Record<string, unknown>, path);
}
