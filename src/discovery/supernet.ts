import ipaddr from 'ipaddr.js';
import { type Cidr, cidrsOverlap, parseCidr } from '../api/cidr.ts';

function widen(cidr: Cidr, prefix: number): Cidr | undefined {
  return parseCidr(`${cidr.address.toString()}/${prefix}`);
}

/** The smallest range that holds all the given ones of one family; undefined for none. */
export function supernetOf(cidrs: readonly Cidr[]): Cidr | undefined {
  const [first] = cidrs;
  if (first === undefined) return undefined;
  for (let prefix = Math.min(...cidrs.map((cidr) => cidr.prefix)); prefix >= 0; prefix -= 1) {
    const candidate = widen(first, prefix);
    if (candidate && cidrs.every((cidr) => cidrsOverlap(candidate, cidr))) return candidate;
  }
  return undefined;
}

/** Drops ranges that lie in another of the list; the order of the rest stays. */
export function withoutContained(cidrs: readonly Cidr[]): Cidr[] {
  const contains = (outer: Cidr, inner: Cidr, outerFirst: boolean): boolean =>
    cidrsOverlap(outer, inner) && (outer.prefix < inner.prefix || (outer.prefix === inner.prefix && outerFirst));
  return cidrs.filter((cidr, index) => !cidrs.some((other, at) => at !== index && contains(other, cidr, at < index)));
}

/** Number of addresses of a range as a power of two. */
export function sizeBits(cidr: Cidr): number {
  return (cidr.address instanceof ipaddr.IPv4 ? 32 : 128) - cidr.prefix;
}
