/** Most different values that are remembered; what is common comes back soon after they are forgotten. */
const MAX_KNOWN = 1_024;
/** Longer ones are rarely alike. */
const MAX_LENGTH = 512;

/** Gives one copy of what is equal; see `createSharing`. */
export interface Sharing {
  readonly text: (text: string) => string;
  /** The copy is frozen, not in depth. Order of keys counts. */
  readonly value: <T extends object>(value: T) => T;
}

/**
 * Parsed JSON has a copy of a text or a small object for each place where it stands, which is a
 * large part of the memory of many objects that are alike.
 */
export function createSharing(): Sharing {
  const texts = new Map<string, string>();
  const values = new Map<string, object>();
  return {
    text: (text) => shared(texts, text, () => text),
    value: <T extends object>(value: T): T => {
      const json = JSON.stringify(value);
      return json.length > MAX_LENGTH ? value : (shared(values, json, () => Object.freeze(value)) as T);
    },
  };
}

function shared<V>(known: Map<string, V>, key: string, make: () => V): V {
  const standing = known.get(key);
  if (standing !== undefined) return standing;
  if (known.size >= MAX_KNOWN) known.clear();
  const value = make();
  known.set(key, value);
  return value;
}
