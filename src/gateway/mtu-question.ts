import { familyOf } from '../api/cidr.ts';
import type { PathMtuOptions } from './apply/measure-path-mtu.ts';
import { tunnelMtu } from './plan/tunnel-mtu.ts';
import { sourceFor } from './probe-targets.ts';
import type { RemoteFacts } from './remote-facts.ts';
import type { GatewaySettings } from './settings.ts';

/**
 * How the path MTU to an address of another cluster is measured: from the gateway through the tunnel,
 * whose other end is at `cableAddress`; from other nodes through the device towards the gateway too.
 * Undefined where it cannot be.
 */
export function mtuQuestion(driver: GatewaySettings['driver'], facts: RemoteFacts, target: string, cableAddress: string | undefined): PathMtuOptions | undefined {
  const { gatewayAddress, identity, network: { sources, uplinkMtu }, nodeAddresses: [nodeAddress = ''] } = facts;
  const source = sourceFor(sources, target);
  const endpoint = identity === undefined ? gatewayAddress : cableAddress;
  if (source === undefined || endpoint === undefined) return undefined;
  const family = familyOf(nodeAddress) ?? 'IPv4';
  const [cable, inner] = [tunnelMtu(driver, uplinkMtu, family), tunnelMtu('vxlan', uplinkMtu, family)];
  return identity === undefined ? { source, target, max: Math.min(cable, inner), driver: 'vxlan', endpoint } : { source, target, max: cable, driver, endpoint };
}
