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
/** Every IPv6 link carries so much (RFC 8200, section 5), and nothing sensible on IPv4 carries less. */
const LEAST = 1280;

/** MTU of a tunnel device over an interface of `uplinkMtu`, bytes; `family` is that of the outer packets. */
export function tunnelMtu(driver: CableDriver, uplinkMtu: number, family: IpFamily): number {
  return Math.max(LEAST, uplinkMtu - OUTER_HEADER[family] - UDP_HEADER - INNER_HEADERS[driver]);
}
