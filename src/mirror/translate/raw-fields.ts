/** An object of which nothing is certain. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields of an object that somebody else wrote; of anything else, none. */
export function fieldsOf(raw: unknown): Fields {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Fields) : {};
}

/** Elements of a list that somebody else wrote; of anything else, none. */
export function elementsOf(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : [];
}
