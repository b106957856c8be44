import { parseCidr } from '../../api/cidr.ts';
import { BugError } from '../../base/errors.ts';

/** Hands out the addresses of one IPv4 range, each to one owner at a time. */
export interface AddressPool {
  /** The next free address, without taking it; undefined when all are taken. */
  next(): string | undefined;
  /** The next free address, which is the owner's then. */
  take(owner: string): string | undefined;
  /** Whether the address lies in the range and nobody else has it. */
  isFree(address: string, owner: string): boolean;
  /** Marks one address as taken; false if another owner has it, or it lies outside the range. */
  claim(address: string, owner: string): boolean;
  release(address: string, owner: string): void;
  contains(address: string): boolean;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/**
 * A pool over an IPv4 CIDR, without its first (network) and last (broadcast) address and without
 * the first `reserved` hosts. Addresses are handed out in turn, so that one just released is not
 * used again at once: its former users may still have connections open.
 */
export function createAddressPool(cidrText: string, reserved = 0): AddressPool {
  const cidr = parseCidr(cidrText);
  if (cidr?.family !== 'IPv4') throw new BugError(`"${cidrText}" is no IPv4 range`);
  const network = toNumber(cidr.text.split('/')[0] ?? '');
  const first = network + 1 + reserved;
  const last = network + 2 ** (32 - cidr.prefix) - 2;
  const owners = new Map<number, string>();
  let cursor = first;
  const findFree = (): number | undefined => {
    for (let tries = first; tries <= last; tries += 1) {
      const candidate = cursor;
      cursor = cursor === last ? first : cursor + 1;
      if (!owners.has(candidate)) return candidate;
    }
    return undefined;
  };
  const inRange = (value: number): boolean => value > network && value <= last;
  const isFree = (value: number, owner: string): boolean => inRange(value) && (owners.get(value) ?? owner) === owner;
  return {
    next: () => {
      const free = findFree();
      return free === undefined ? undefined : toAddress(free);
    },
    take: (owner) => {
      const free = findFree();
      if (free === undefined) return undefined;
      owners.set(free, owner);
      return toAddress(free);
    },
    isFree: (address, owner) => isFree(toNumber(address), owner),
    claim: (address, owner) => {
      const value = toNumber(address);
      if (!isFree(value, owner)) return false;
      owners.set(value, owner);
      return true;
    },
    release: (address, owner) => {
      const value = toNumber(address);
      if (owners.get(value) === owner) owners.delete(value);
    },
    contains: (address) => inRange(toNumber(address)),
  };
}
