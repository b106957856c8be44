import { canonicalAddress } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';

/** Next hop addresses of a device's peers. */
export interface NextHops {
  /** Throws RangeError for a MAC that is no peer's. */
  of(mac: string, family: IpFamily): string;
}

/** 169.254.1.0 to 169.254.254.255: link-local without the reserved ends (RFC 3927, 2.1). */
const FIRST = 0x0100;
const COUNT = 0xfe00;

/** Link-local address of a MAC (RFC 4291, appendix A). */
function ipv6Of(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((part) => Number.parseInt(part, 16));
  const words = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  const text = `fe80::${words.map((word) => word.toString(16)).join(':')}`;
  return canonicalAddress(text) ?? text;
}

function ipv4Of(slot: number): string {
  const host = FIRST + slot;
  return `169.254.${host >> 8}.${host & 0xff}`;
}

/**
 * Gives every peer of one device an address that only this node's routes and neighbours know, so it
 * has to differ only from those of the device's other peers. A peer keeps its address while others
 * come and go, except where two want the same one.
 */
export function assignNextHops(macs: readonly string[]): NextHops {
  const taken = new Set<number>();
  const slots = new Map<string, number>();
  for (const mac of [...new Set(macs)].sort()) {
    let slot = Number.parseInt(mac.replaceAll(':', '').slice(-8), 16) % COUNT;
    while (taken.has(slot)) slot = (slot + 1) % COUNT;
    taken.add(slot);
    slots.set(mac, slot);
  }
  return {
    of: (mac, family) => {
      const slot = slots.get(mac);
      if (slot === undefined) throw new RangeError(`Cannot find the next hop of "${mac}": it is no peer`);
      return family === 'IPv4' ? ipv4Of(slot) : ipv6Of(mac);
    },
  };
}
