import { familyOf } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';

const BOTH: readonly IpFamily[] = ['IPv4', 'IPv6'];

/**
 * Families of the addresses that tunnels of this node lead over. A VXLAN device has one local address,
 * and so one family; a node of which no address is known rules nothing out.
 */
export function outerFamilies(backend: string, nodeAddresses: readonly string[]): readonly IpFamily[] {
  const families = nodeAddresses.flatMap((address) => familyOf(address) ?? []);
  const [first] = families;
  if (first === undefined) return BOTH;
  return backend === 'vxlan' ? [first] : BOTH.filter((family) => families.includes(family));
}
