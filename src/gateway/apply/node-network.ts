import { type Cidr, cidrContains, parseCidr } from '../../api/cidr.ts';
import { McsError } from '../../base/errors.ts';
import type { IpFamily } from '../../api/types/index.ts';
import { CABLE_DEVICE, INNER_DEVICE, PROBE_DEVICE } from '../plan/types.ts';
import type { Exec } from '../../base/exec.ts';
import { sameAddress } from './kernel-state.ts';
import { readList } from './read-json.ts';

export interface NodeNetwork {
  /** Bytes that packets between nodes and to other clusters may have on their way out of this node. */
  readonly uplinkMtu: number;
  /** An address of this node within the pod ranges, per family, where it has one. */
  readonly sources: { readonly [family in IpFamily]?: string };
}

/** As `ip -j address` lists interfaces. */
export interface IpInterface {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number; readonly scope?: string }[];
}

/** As `ip -j route` lists default routes. */
export interface DefaultRoute {
  readonly dev?: string;
  readonly metric?: number;
  readonly metrics?: readonly { readonly mtu?: number }[];
}

const OURS: readonly string[] = [CABLE_DEVICE, INNER_DEVICE, PROBE_DEVICE];

/** What is known of the node before its network is read. */
export interface NodeFacts {
  readonly podCIDRs: readonly string[];
  /** Of the node towards other nodes; undefined while it is not known. */
  readonly address: string | undefined;
}

export async function readNodeNetwork(exec: Exec, { podCIDRs, address }: NodeFacts, signal: AbortSignal): Promise<NodeNetwork> {
  const [interfaces, ipv4, ipv6] = await Promise.all([
    readList<IpInterface>(exec, 'ip', ['-j', 'address', 'show'], signal),
    readList<DefaultRoute>(exec, 'ip', ['-j', 'route', 'show', 'default'], signal),
    // a kernel without IPv6 refuses the question
    readList<DefaultRoute>(exec, 'ip', ['-6', '-j', 'route', 'show', 'default'], signal).catch((): DefaultRoute[] => []),
  ]);
  const others = interfaces.filter(({ ifname }) => !OURS.includes(ifname));
  const ranges = podCIDRs.flatMap((text) => parseCidr(text) ?? []);
  const uplinkMtu = findUplinkMtu(others, [ipv4, ipv6], address);
  if (uplinkMtu === undefined) throw new McsError('MCS_NETWORK_READ', 'Cannot read the MTU of the node: it has no interface that is up');
  const [IPv4, IPv6] = [findSource(others, ranges, 'IPv4'), findSource(others, ranges, 'IPv6')];
  return { uplinkMtu, sources: { ...(IPv4 !== undefined && { IPv4 }), ...(IPv6 !== undefined && { IPv6 }) } };
}

/**
 * Nodes reach each other by the interface that holds the node's address, and other clusters often
 * by that of the default route: what fits both fits everywhere. `routes` are lists of default
 * routes, the preferred family first. Undefined where no interface is up.
 */
export function findUplinkMtu(interfaces: readonly IpInterface[], routes: readonly (readonly DefaultRoute[])[], address: string | undefined): number | undefined {
  const own = interfaces.find(({ addr_info: addresses = [] }) => address !== undefined && addresses.some(({ local = '' }) => sameAddress(local, address)));
  const ofRoute = routes.map((list) => routeMtu(interfaces, list)).find((mtu) => mtu !== undefined);
  const mtus = [own?.mtu, ofRoute].filter((mtu) => mtu !== undefined);
  return mtus.length === 0 ? smallestMtu(interfaces) : Math.min(...mtus);
}

/** MTU of the best default route's interface, or of the route itself where that is smaller. */
function routeMtu(interfaces: readonly IpInterface[], routes: readonly DefaultRoute[]): number | undefined {
  const [best] = [...routes].sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0));
  const device = interfaces.find(({ ifname }) => ifname === best?.dev);
  return device === undefined ? undefined : Math.min(device.mtu, best?.metrics?.find(({ mtu }) => mtu !== undefined)?.mtu ?? device.mtu);
}

/** Where neither says anything: no packet is larger than what every interface with an address takes. */
function smallestMtu(interfaces: readonly IpInterface[]): number | undefined {
  const mtus = interfaces.filter(({ flags, addr_info: addresses = [] }) => flags.includes('UP') && !flags.includes('LOOPBACK') && addresses.some(({ scope }) => scope === 'global')).map(({ mtu }) => mtu);
  return mtus.length === 0 ? undefined : Math.min(...mtus);
}

/** A bridge's or tunnel's address before those of single pods' interfaces, which come and go. */
export function findSource(interfaces: readonly IpInterface[], ranges: readonly Cidr[], family: IpFamily): string | undefined {
  const ofFamily = ranges.filter((range) => range.family === family);
  const candidates = interfaces.flatMap(({ ifname, addr_info: addresses = [] }) => addresses.flatMap(({ local = '', prefixlen = 0, scope }) => (scope === 'global' && ofFamily.some((range) => cidrContains(range, local)) ? [{ ifname, local, prefixlen }] : [])));
  const isOfPod = ({ ifname }: { readonly ifname: string }): number => Number(/^(veth|cali|lxc|eni)/.test(ifname));
  candidates.sort((a, b) => isOfPod(a) - isOfPod(b) || a.prefixlen - b.prefixlen || (a.local < b.local ? -1 : Number(a.local > b.local)));
  return candidates[0]?.local;
}
