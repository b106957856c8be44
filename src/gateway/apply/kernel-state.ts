import { familyOf, hostCidr, parseCidr } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';
import { CABLE_DEVICE, FILTER_TABLE, type ForwardingPlan, INNER_DEVICE, type NeighborPlan, PROBE_DEVICE, REMOTE_TABLE, RETURN_TABLE, ROUTE_PROTOCOL, type RoutePlan, type RulePlan } from '../plan/types.ts';
import type { Exec } from '../../base/exec.ts';
import { readList, readLists } from './read-json.ts';

/** A device of ours, as it stands. */
export interface LinkState {
  readonly name: string;
  readonly kind: string;
  readonly isUp: boolean;
  readonly mtu: number;
  readonly mac: string;
  /** How it makes itself link-local addresses; undefined where the kernel has no IPv6. */
  readonly addrGenMode?: string;
  readonly vxlan?: { readonly vni: number; readonly port: number; readonly local: string; readonly learning: boolean; readonly df: string };
}

/** What of ours is in the kernel, the filters of iptables and WireGuard apart. */
export interface KernelState {
  readonly hasIPv6: boolean;
  readonly links: readonly LinkState[];
  readonly neighbors: readonly NeighborPlan[];
  readonly forwarding: readonly ForwardingPlan[];
  readonly routes: readonly RoutePlan[];
  readonly rules: readonly RulePlan[];
  /** Listing of our table, per family where there is one. */
  readonly filters: { readonly [family in IpFamily]?: string };
}

interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address?: string;
  readonly inet6_addr_gen_mode?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly id?: number; readonly port?: number; readonly local?: string; readonly local6?: string; readonly learning?: boolean; readonly df?: string } };
}

interface IpNeighbor {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
}

interface FdbEntry {
  readonly ifname: string;
  readonly mac: string;
  readonly dst?: string;
  readonly port?: number;
}

interface IpRoute {
  readonly type?: string;
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly table?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly metrics?: readonly { readonly mtu?: number }[];
}

interface IpRule {
  readonly priority: number;
  readonly iif?: string;
  readonly table?: string;
  readonly protocol?: string;
}

const DEVICES: readonly string[] = [CABLE_DEVICE, INNER_DEVICE, PROBE_DEVICE];
const TABLES: readonly number[] = [REMOTE_TABLE, RETURN_TABLE];
const KINDS = ['throw', 'unreachable'] as const;
const NFT_FAMILIES = { IPv4: 'ip', IPv6: 'ip6' } as const;
/** What the kernel gives to routes without a metric. */
const USUAL_METRIC: Readonly<Record<IpFamily, number>> = { IPv4: 0, IPv6: 1024 };

/** In few programs: to start one takes longer than to read what it says. */
export async function readKernelState(exec: Exec, signal: AbortSignal): Promise<KernelState> {
  const [[allLinks, neighbors, routes, rules4], forwarding, rules6, ip, ip6] = await Promise.all([
    readLists<[IpLink, IpNeighbor, IpRoute, IpRule]>(exec, ['link show', 'neigh show nud permanent', `route show table all proto ${ROUTE_PROTOCOL}`, 'rule show'], signal),
    // of all devices: those that are asked for by name have to be there
    readList<FdbEntry>(exec, 'bridge', ['-j', 'fdb', 'show'], signal),
    // a kernel without IPv6 has no such rules
    readList<IpRule>(exec, 'ip', ['-6', '-d', '-j', 'rule', 'show'], signal).catch((): IpRule[] => []),
    readTable(exec, 'IPv4', signal),
    readTable(exec, 'IPv6', signal),
  ]);
  return {
    hasIPv6: allLinks.some((link) => link.inet6_addr_gen_mode !== undefined),
    links: allLinks.flatMap(ourLinks),
    forwarding: forwarding.flatMap(({ ifname, mac, dst = '', port }) => (DEVICES.includes(ifname) ? [{ device: ifname, mac, destination: dst, ...(port !== undefined && { port }) }] : [])),
    neighbors: neighbors.flatMap(({ dst, dev, lladdr }) => (DEVICES.includes(dev) && lladdr !== undefined ? [{ device: dev, address: dst, mac: lladdr }] : [])),
    routes: routes.flatMap(toRoute),
    rules: [...rules4.flatMap((rule) => toRule('IPv4', rule)), ...rules6.flatMap((rule) => toRule('IPv6', rule))],
    filters: { ...(ip !== undefined && { IPv4: ip }), ...(ip6 !== undefined && { IPv6: ip6 }) },
  };
}

function ourLinks({ ifname, flags, mtu, address = '', inet6_addr_gen_mode: addrGenMode, linkinfo }: IpLink): LinkState[] {
  if (!DEVICES.includes(ifname)) return [];
  const kind = linkinfo?.info_kind ?? '';
  const data = linkinfo?.info_data;
  const vxlan = kind === 'vxlan' ? { vni: data?.id ?? 0, port: data?.port ?? 0, local: data?.local ?? data?.local6 ?? '', learning: data?.learning ?? true, df: data?.df ?? 'unset' } : undefined;
  return [{ name: ifname, kind, isUp: flags.includes('UP'), mtu, mac: address, ...(addrGenMode !== undefined && { addrGenMode }), ...(vxlan && { vxlan }) }];
}

function toRoute({ type, dst, gateway, dev, table, prefsrc, metric, metrics }: IpRoute): RoutePlan[] {
  if (!TABLES.includes(Number(table))) return [];
  const family = dst.includes(':') ? 'IPv6' : 'IPv4';
  const prefix = dst.includes('/') ? dst : `${dst}/${family === 'IPv4' ? 32 : 128}`;
  const kind = KINDS.find((known) => known === type) ?? 'unicast';
  const mtu = metrics?.find((entry) => entry.mtu !== undefined)?.mtu;
  return [{
    family, table: Number(table), destination: family === 'IPv4' ? prefix : (parseCidr(prefix)?.text ?? prefix), kind,
    // the kernel hangs IPv6 routes without a device on the loopback device
    ...(kind === 'unicast' && dev !== undefined && { device: dev }),
    ...(gateway !== undefined && { via: gateway }),
    ...(prefsrc !== undefined && { source: prefsrc }),
    ...(mtu !== undefined && { mtu }),
    ...(metric !== undefined && metric !== USUAL_METRIC[family] && { metric }),
  }];
}

function toRule(family: IpFamily, { priority, iif, table, protocol }: IpRule): RulePlan[] {
  if (protocol !== String(ROUTE_PROTOCOL) && !TABLES.includes(Number(table))) return [];
  return [{ family, priority, table: Number(table), ...(iif !== undefined && { inputDevice: iif }) }];
}

async function readTable(exec: Exec, family: IpFamily, signal: AbortSignal): Promise<string | undefined> {
  const { stdout, code } = await exec('nft', ['-j', 'list', 'table', NFT_FAMILIES[family], FILTER_TABLE], { signal });
  return code === 0 ? stdout : undefined;
}

/** Whether two addresses or MACs in text form are the same, whatever their spelling. */
export function sameAddress(a: string, b: string): boolean {
  return a === b || (familyOf(a) !== undefined && hostCidr(a)?.text === hostCidr(b)?.text);
}
