/** What was noted when our entry was written. */
export interface StubNote {
  readonly upstream: string;
  /** There was no `stubDomains` before. */
  readonly isCreated: boolean;
}

export type StubEdit =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'foreign'; readonly servers: string }
  | { readonly kind: 'unreadable' };

/** Our entry as it is written: first, so that taking it out gives the text of before, byte for byte. */
const entry = (domain: string, upstream: string): string => `"${domain}":["${upstream}"]`;

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // kube-dns itself ignores such a text
  }
}

function withoutOurs(text: string, domain: string, { upstream }: StubNote): string {
  const start = text.indexOf('{') + 1;
  const ours = entry(domain, upstream);
  if (text.startsWith(ours, start)) {
    const rest = text.slice(start + ours.length);
    return text.slice(0, start) + (rest.startsWith(',') ? rest.slice(1) : rest);
  }
  const value = parse(text);
  if (JSON.stringify(value?.[domain]) !== JSON.stringify([upstream])) return text;
  return JSON.stringify({ ...value, [domain]: undefined }, undefined, 2); // somebody has written the whole text anew
}

/** `stubDomains` without our entry, which stands there only where a note says so; undefined where we had made the key. */
export function unwireStubDomains(text: string | undefined, domain: string, note: StubNote | undefined): string | undefined {
  if (text === undefined || note === undefined) return text;
  const rest = withoutOurs(text, domain, note);
  return note.isCreated && rest === '{}' ? undefined : rest;
}

/** `stubDomains` with our entry. An entry for the domain that is not ours is reported. */
export function wireStubDomains(text: string | undefined, domain: string, upstream: string, note: StubNote | undefined): StubEdit {
  const base = unwireStubDomains(text, domain, note) ?? '{}';
  const value = parse(base);
  if (value === undefined) return { kind: 'unreadable' };
  const foreign = value[domain];
  if (foreign !== undefined) return { kind: 'foreign', servers: JSON.stringify(foreign) };
  const start = base.indexOf('{') + 1;
  const separator = Object.keys(value).length > 0 ? ',' : '';
  return { kind: 'text', text: base.slice(0, start) + entry(domain, upstream) + separator + base.slice(start) };
}

/** `10.96.0.9` or `10.96.0.9,created`, as it stands in the annotation. */
export function parseStubNote(text: string | undefined): StubNote | undefined {
  const [upstream = '', created] = text?.split(',') ?? [];
  return upstream === '' ? undefined : { upstream, isCreated: created === 'created' };
}

export function formatStubNote({ upstream, isCreated }: StubNote): string {
  return isCreated ? `${upstream},created` : upstream;
}
