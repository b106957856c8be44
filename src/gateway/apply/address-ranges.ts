import ipaddr from 'ipaddr.js';

interface Range {
  readonly first: bigint;
  last: bigint;
}

/** How `nft -j` shows an element of an interval set. */
export type SetElement = string | { readonly prefix?: { readonly addr: string; readonly len: number }; readonly range?: readonly [string, string] };

function valueOf(address: string): bigint {
  return BigInt(`0x${Buffer.from(ipaddr.parse(address).toByteArray()).toString('hex')}`);
}

function rangeOf(element: SetElement): Range {
  if (typeof element === 'string') {
    const [address = '', length] = element.split('/');
    if (length !== undefined) return rangeOf({ prefix: { addr: address, len: Number(length) } });
    return { first: valueOf(address), last: valueOf(address) };
  }
  const { prefix, range } = element;
  if (range !== undefined) return { first: valueOf(range[0]), last: valueOf(range[1]) };
  if (prefix === undefined) return { first: 0n, last: 0n };
  const first = valueOf(prefix.addr);
  return { first, last: first + (1n << BigInt((prefix.addr.includes(':') ? 128 : 32) - prefix.len)) - 1n };
}

function byFirst(a: Range, b: Range): number {
  return a.first < b.first ? -1 : Number(a.first > b.first);
}

/** The addresses that elements hold, as text that is the same however they are cut into elements. */
export function describeRanges(elements: readonly SetElement[]): string {
  const merged: Range[] = [];
  for (const range of elements.map(rangeOf).sort(byFirst)) {
    const last = merged.at(-1);
    if (last !== undefined && range.first <= last.last + 1n) last.last = range.last > last.last ? range.last : last.last;
    else merged.push(range);
  }
  return merged.map(({ first, last }) => `${first.toString(16)}-${last.toString(16)}`).join(' ');
}

/** Leaves out ranges within others: nft refuses sets with both. */
export function withoutNested(cidrs: readonly string[]): string[] {
  const sorted = cidrs.map((cidr) => ({ cidr, range: rangeOf(cidr) })).sort((a, b) => byFirst(a.range, b.range) || (a.range.last > b.range.last ? -1 : 1));
  const kept: typeof sorted = [];
  for (const each of sorted) if ((kept.at(-1)?.range.last ?? -1n) < each.range.last) kept.push(each);
  return kept.map(({ cidr }) => cidr);
}
