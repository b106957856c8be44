/** Numbers of record and question types (IANA) that are answered or refused by name. */
export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, HINFO: 13, TXT: 16, AAAA: 28, SRV: 33, OPT: 41, IXFR: 251, AXFR: 252, ANY: 255 } as const;

const NAMES = new Map<number, string>(Object.entries(TYPE).map(([name, number]) => [number, name]));

/** Name of a type; `TYPE65` for others (RFC 3597). */
export function typeName(type: number): string {
  return NAMES.get(type) ?? `TYPE${type}`;
}

/** The class of the internet. */
export const CLASS_IN = 1;
