import { CLUSTERSET_DOMAIN } from '../api/names.ts';

/** What was noted when our entries were written. */
export interface StubNote {
  readonly upstream: string;
  /** There was no `stubDomains` before. */
  readonly isCreated: boolean;
  readonly domains: readonly string[];
}

export type StubEdit =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'foreign'; readonly domain: string }
  | { readonly kind: 'unreadable' };

/** An entry of ours as it is written: first, so that taking it out gives the text of before, byte for byte. */
const entry = (domain: string, upstream: string): string => `"${domain}":["${upstream}"]`;

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // kube-dns itself ignores such a text
  }
}

function withoutEntry(text: string, domain: string, upstream: string): string {
  const ours = entry(domain, upstream);
  const at = text.indexOf(ours);
  if (at >= 0) {
    const [before, after] = [text.slice(0, at), text.slice(at + ours.length)];
    // the comma that came with it; where somebody else's entry has come in front, it stands there
    if (after.startsWith(',')) return before + after.slice(1);
    return (before.endsWith(',') ? before.slice(0, -1) : before) + after;
  }
  const value = parse(text);
  if (JSON.stringify(value?.[domain]) !== JSON.stringify([upstream])) return text;
  return JSON.stringify({ ...value, [domain]: undefined }, undefined, 2); // somebody has written the whole text anew
}

/** `stubDomains` without our entries, which stand there only where a note says so; undefined where we had made the key. */
export function unwireStubDomains(text: string | undefined, note: StubNote | undefined): string | undefined {
  if (text === undefined || note === undefined) return text;
  const rest = note.domains.reduce((left, domain) => withoutEntry(left, domain, note.upstream), text);
  return note.isCreated && rest === '{}' ? undefined : rest;
}

/** Whether all stands as it is wanted, wherever: another part of ours may have put its entries in front. */
function isWired(text: string, domains: readonly string[], upstream: string, note: StubNote | undefined): boolean {
  const isNoted = note?.upstream === upstream && note.domains.join() === domains.join();
  return isNoted && domains.every((domain) => text.includes(entry(domain, upstream)));
}

/** `stubDomains` with our entries. An entry for one of the domains that is not ours is reported. */
export function wireStubDomains(text: string | undefined, domains: readonly string[], upstream: string, note: StubNote | undefined): StubEdit {
  const base = unwireStubDomains(text, note) ?? '{}';
  const value = parse(base);
  if (value === undefined) return { kind: 'unreadable' };
  const foreign = domains.find((domain) => value[domain] !== undefined);
  if (foreign !== undefined) return { kind: 'foreign', domain: foreign };
  if (text !== undefined && isWired(text, domains, upstream, note)) return { kind: 'text', text };
  const start = base.indexOf('{') + 1;
  const separator = Object.keys(value).length > 0 ? ',' : '';
  const entries = domains.map((domain) => entry(domain, upstream)).join(',');
  return { kind: 'text', text: base.slice(0, start) + entries + separator + base.slice(start) };
}

/** What a note means that names no domain. */
const USUAL: readonly string[] = [CLUSTERSET_DOMAIN];

/** `10.96.0.9`, `10.96.0.9,created`, with further fields for domains other than clusterset.local. */
export function parseStubNote(text: string | undefined): StubNote | undefined {
  const [upstream = '', ...fields] = text?.split(',') ?? [];
  if (upstream === '') return undefined;
  const isCreated = fields[0] === 'created';
  const domains = fields.slice(isCreated ? 1 : 0);
  return { upstream, isCreated, domains: domains.length > 0 ? domains : USUAL };
}

export function formatStubNote({ upstream, isCreated, domains }: StubNote): string {
  return [upstream, ...(isCreated ? ['created'] : []), ...(domains.join() === USUAL.join() ? [] : domains)].join(',');
}
