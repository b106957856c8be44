import type { IpFamily } from '../../api/types/index.ts';
import type { CableDriver } from '../../discovery/cable-drivers.ts';

const OUTER_HEADER: Readonly<Record<IpFamily, number>> = { IPv4: 20, IPv6: 40 };
const UDP_HEADER = 8;
/** What a driver puts between the outer UDP header and the packet, bytes. */
const INNER_HEADERS: Readonly<Record<CableDriver, number>> = {
  /** VXLAN header (RFC 7348, section 5) and the inner Ethernet header. */
  vxlan: 8 + 14,
  /** Type, receiver and counter (16) and the authentication tag (16) of a transport message. */
  wireguard: 32,
};
/** What every link carries (RFC 8200, section 5), and every IPv4 host takes (RFC 791, 3.1), bytes. */
const LEAST: Readonly<Record<IpFamily, number>> = { IPv4: 576, IPv6: 1280 };

/** Largest packet of a tunnel over an interface of `uplinkMtu`, bytes; `family` is that of the outer packets. */
export function tunnelMtu(driver: CableDriver, uplinkMtu: number, family: IpFamily): number {
  return Math.max(LEAST.IPv4, uplinkMtu - OUTER_HEADER[family] - UDP_HEADER - INNER_HEADERS[driver]);
}

/** MTU of a device whose largest packet is that, bytes: the kernel has no IPv6 on one with less than IPv6 asks for. */
export function deviceMtu(largest: number, families: readonly IpFamily[]): number {
  return Math.max(largest, ...families.map((family) => LEAST[family]));
}

/** MTU of a route over a device, where it says more than the device does; undefined else. */
export function routeMtu(family: IpFamily, device: number, ...limits: readonly (number | undefined)[]): number | undefined {
  const mtu = Math.max(LEAST[family], Math.min(device, ...limits.filter((limit) => limit !== undefined)));
  return mtu < device ? mtu : undefined;
}
