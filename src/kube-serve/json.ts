export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function copyRecord(value: JsonRecord): JsonRecord {
  const copy: JsonRecord = {};
  for (const key in value) {
    const child = value[key];
    if (child !== undefined) setKey(copy, key, frozenCopy(child));
  }
  return copy;
}

/** Sets a key of a parsed document; `__proto__` becomes an ordinary key. */
export function setKey(target: JsonRecord, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** A deeply frozen copy without `undefined`. What is frozen already is shared, not copied. */
export function frozenCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const copy = Array.isArray(value) ? value.map((item: unknown) => frozenCopy(item)) : copyRecord(value as JsonRecord);
  return Object.freeze(copy) as T;
}

function sameRecords(left: JsonRecord, right: JsonRecord): boolean {
  let size = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    if (!Object.hasOwn(right, key) || !sameJson(left[key], right[key])) return false;
    size += 1;
  }
  for (const key in right) if (right[key] !== undefined) size -= 1;
  return size === 0;
}

/** Whether two JSON values are equal; the order of keys and keys without a value do not count. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  return isRecord(left) && isRecord(right) && sameRecords(left, right);
}

/** The value at a path of keys. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
}

/** A copy with another value at a path of keys; `undefined` takes the last key away. */
export function withValueAt(value: unknown, path: readonly string[], next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  const { [key]: child, ...others } = isRecord(value) ? value : {};
  const changed = withValueAt(child, rest, next);
  return changed === undefined ? others : { ...others, [key]: changed };
}
