import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { IpFamily } from './types/index.ts';

/** Parsed range of addresses; `text` is its canonical form, without host bits. */
export interface Cidr {
  readonly text: string;
  readonly family: IpFamily;
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly prefix: number;
}

const STRICT_IPV4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/;

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (!text.includes(':')) return parseIPv4(text);
  // its own test is a parse whose result it throws away
  return isIPv6(text) && !text.includes('%') ? ipaddr.IPv6.parse(text) : undefined;
}

/** Thousands are read after a start; ipaddr.js tries four forms of each, among them "10.1", "0x0a.1.1.1" and "012.1.1.1" (octal), which Kubernetes does not take. */
function parseIPv4(text: string): ipaddr.IPv4 | undefined {
  const octets = STRICT_IPV4.test(text) ? text.split('.').map(Number) : [];
  return octets.length === 4 && octets.every((octet) => octet <= 255) ? new ipaddr.IPv4(octets) : undefined;
}

/** Family of an IP address in text form; undefined if it is none. */
export function familyOf(text: string): IpFamily | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  return address.kind() === 'ipv4' ? 'IPv4' : 'IPv6';
}

/** An IP address as the kernel and Kubernetes write it (RFC 5952); undefined if the text is none. */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

/** Parses `10.16.0.0/16` or `fd00::/48`; undefined if the text is no CIDR. Host bits are dropped. */
export function parseCidr(text: string): Cidr | undefined {
  const [host = '', bits = '', ...rest] = text.trim().split('/');
  const address = parseAddress(host);
  if (address === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return undefined;
  const prefix = Number(bits);
  const family = address.kind() === 'ipv4' ? 'IPv4' : 'IPv6';
  if (prefix > (family === 'IPv4' ? 32 : 128)) return undefined;
  const network = withoutHostBits(address, prefix);
  return { text: `${network.toString()}/${prefix}`, family, address: network, prefix };
}

function withoutHostBits(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.fromByteArray(address.toByteArray().map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - index * 8)))));
}

/** The range that holds one address only; undefined if the text is no address. */
export function hostCidr(address: string): Cidr | undefined {
  const family = familyOf(address);
  return family === undefined ? undefined : parseCidr(`${address}/${family === 'IPv4' ? 32 : 128}`);
}

/** Whether two ranges share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  if (a.family !== b.family) return false;
  const prefix = Math.min(a.prefix, b.prefix);
  return matches(a.address, b, prefix);
}

/** Whether an address in text form lies in a range. */
export function cidrContains(cidr: Cidr, address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && matches(parsed, cidr, cidr.prefix);
}

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, cidr: Cidr, prefix: number): boolean {
  return address.kind() === cidr.address.kind() && address.match([cidr.address, prefix] as [never, number]);
}

/** Ranges in which no endpoint of another cluster can lie, with what they are. */
const SPECIAL_RANGES = ['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast', 'ipv4Mapped'] as const;
export type SpecialRange = (typeof SPECIAL_RANGES)[number];

/** Which special range an address lies in; undefined for an ordinary address or for no address. */
export function specialRangeOf(address: string): SpecialRange | undefined {
  const range = parseAddress(address)?.range();
  return SPECIAL_RANGES.find((special) => special === range);
}
