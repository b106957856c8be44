import type { CableDriver } from '../../discovery/cable-drivers.ts';
import { familyOf } from '../../api/cidr.ts';
import { tunnelMtu } from '../plan/tunnel-mtu.ts';
import type { Exec } from '../../base/exec.ts';
import { isEchoAnswered } from '../../probe/paths/icmp-echo.ts';
import { readList } from './read-json.ts';

export interface PathMtuOptions {
  /** Address of this node within the pod ranges. */
  readonly source: string;
  /** The other cluster's healthCheckIP. */
  readonly target: string;
  /** MTU of the tunnel device, bytes. */
  readonly max: number;
  readonly driver: CableDriver;
  /** Where packets of the tunnel are sent to. */
  readonly endpoint: string;
  /** What was found before: as long as packets of that size pass, nothing else is tried. */
  readonly known?: number;
}

/** What IPv6 promises on every link (RFC 8200, section 5), and what IPv4 hosts must take (RFC 791, 3.1). */
const USUAL_LEAST = 1280;
const LEAST = 576;

/** Largest packet (IP header included) that reaches the target and is answered, bytes; undefined where not even the smallest is. */
export async function measurePathMtu(exec: Exec, { source, target, max, driver, endpoint, known }: PathMtuOptions, signal: AbortSignal): Promise<number | undefined> {
  const passes = (size: number): Promise<boolean> => isEchoAnswered(exec, { source, target, size }, signal);
  // asked twice, since on a path that loses packets a search may end too low
  const stands = known !== undefined && known <= max && ((await passes(known)) || (await passes(known)));
  const found = stands ? known : await searchMtu(max, passes);
  if (found === undefined) return undefined;
  const outer = await readKnownMtu(exec, endpoint, signal);
  // wireguard's outer packets pass in fragments too, which is slow, and not to be relied on
  return outer === undefined ? found : Math.min(found, tunnelMtu(driver, outer, familyOf(endpoint) ?? 'IPv4'));
}

/** What routers have told the kernel of the path, in the last ten minutes. */
async function readKnownMtu(exec: Exec, address: string, signal: AbortSignal): Promise<number | undefined> {
  const routes = await readList<{ readonly metrics?: readonly { readonly mtu?: number }[] }>(exec, 'ip', ['-j', '-d', 'route', 'get', address], signal).catch(() => []);
  return routes[0]?.metrics?.find(({ mtu }) => mtu !== undefined)?.mtu;
}

/**
 * Largest size up to `max` that passes, by halving; sizes below 1280 are tried only where that one
 * does not pass. `passes` is taken to hold for all sizes below one for which it holds.
 */
export async function searchMtu(max: number, passes: (size: number) => Promise<boolean>): Promise<number | undefined> {
  if (await passes(max)) return max;
  let low = Math.min(USUAL_LEAST, max);
  let high = max;
  if (low === max || !(await passes(low))) {
    high = low;
    low = LEAST;
    if (high <= low || !(await passes(low))) return undefined;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}
