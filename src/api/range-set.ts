import { type Cidr, hostCidr } from './cidr.ts';

interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { IPv4: 32, IPv6: 128 } as const;

function rangeOf({ address, family, prefix }: Cidr): Range {
  const first = BigInt(`0x${address.toByteArray().map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
  return { first, last: first + (1n << BigInt(BITS[family] - prefix)) - 1n };
}

/** Index of the first range that ends at or after `first`. */
function search(ranges: readonly Range[], first: bigint): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.last ?? 0n) < first) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Disjoint ranges of addresses, for questions that are asked of hundreds of them. */
export class RangeSet {
  readonly #ranges: Readonly<Record<Cidr['family'], Range[]>> = { IPv4: [], IPv6: [] };

  /** Takes a range in; false, and nothing is changed, where it meets one that is there. */
  add(cidr: Cidr): boolean {
    const ranges = this.#ranges[cidr.family];
    const range = rangeOf(cidr);
    const index = search(ranges, range.first);
    const next = ranges[index];
    if (next !== undefined && next.first <= range.last) return false;
    ranges.splice(index, 0, range);
    return true;
  }

  /** Whether one of the ranges holds the address; false for what is none. */
  holds(address: string): boolean {
    const host = hostCidr(address);
    if (host === undefined) return false;
    const ranges = this.#ranges[host.family];
    const { first } = rangeOf(host);
    const found = ranges[search(ranges, first)];
    return found !== undefined && found.first <= first;
  }
}
