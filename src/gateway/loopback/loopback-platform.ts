import { familyOf } from '../../api/cidr.ts';
import type { GatewayPlatform } from '../platform.ts';

/** MTU of loopback devices. */
const LOOPBACK_MTU = 65_536;

/**
 * A simulated node: nothing to set up, because all clusters share one loopback network. Its own
 * address stands for the one in the pod ranges, so that probes go where real ones would.
 */
export function createLoopbackPlatform(nodeAddress: string): GatewayPlatform {
  const family = familyOf(nodeAddress) ?? 'IPv4';
  const nothing = { commands: 0, changes: [] };
  return {
    network: { apply: () => Promise.resolve(nothing), remove: () => Promise.resolve(nothing) },
    readNode: () => Promise.resolve({ uplinkMtu: LOOPBACK_MTU, sources: { [family]: nodeAddress } }),
    checkHost: () => Promise.resolve([]),
    measurePathMtu: () => Promise.resolve(undefined),
    watch: () => ({ name: 'watch of nothing', start: () => Promise.resolve(), stop: () => Promise.resolve() }),
  };
}
