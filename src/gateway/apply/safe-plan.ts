import { familyOf, parseCidr } from '../../api/cidr.ts';
import type { NetworkPlan, WireguardPeerPlan } from '../plan/types.ts';
import { WIREGUARD_KEY } from '../../api/wireguard-key.ts';

const MAC = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/;
const ENDPOINT = /^(?:\[([^\]]+)\]|([^:]+)):([1-9]\d{0,4})$/;

function isAddress(text: string | undefined): boolean {
  return text === undefined || familyOf(text) !== undefined;
}

function isNumber(value: number | undefined): boolean {
  return value === undefined || Number.isInteger(value);
}

function isCidr(text: string): boolean {
  return parseCidr(text)?.text === text;
}

function isPeer({ publicKey, endpoint, allowedIPs }: WireguardPeerPlan): boolean {
  const [, ipv6, ipv4, port] = ENDPOINT.exec(endpoint) ?? [];
  return WIREGUARD_KEY.test(publicKey) && familyOf(ipv6 ?? ipv4 ?? '') !== undefined && Number(port) < 65536 && allowedIPs.every(isCidr);
}

/**
 * Leaves out what is not well formed. Parts of a plan come from other clusters, and become lines
 * that `ip` and its like read: one cluster's bad value must neither hold up the others nor be a
 * command of its own.
 */
export function keepSafeParts(plan: NetworkPlan): { readonly plan: NetworkPlan; readonly refused: readonly string[] } {
  const refused: string[] = [];
  const keep = <T>(items: readonly T[], isSafe: (item: T) => boolean, describe: (item: T) => unknown): T[] => items.filter((item) => {
    if (isSafe(item)) return true;
    refused.push(JSON.stringify(describe(item)));
    return false;
  });
  const itself = (item: unknown): unknown => item;
  const { wireguard } = plan;
  return {
    plan: {
      links: keep(plan.links, (link) => Number.isInteger(link.mtu) && Number.isInteger(link.port) && (link.kind === 'wireguard' || (MAC.test(link.mac) && isAddress(link.local))), itself),
      neighbors: keep(plan.neighbors, ({ address, mac }) => isAddress(address) && MAC.test(mac), itself),
      forwarding: keep(plan.forwarding, ({ mac, destination, port }) => MAC.test(mac) && isAddress(destination) && isNumber(port), itself),
      routes: keep(plan.routes, ({ destination, via, source, mtu, metric }) => isCidr(destination) && isAddress(via) && isAddress(source) && isNumber(mtu) && isNumber(metric), itself),
      rules: plan.rules,
      filters: plan.filters.map((filter) => ({
        ...filter, localCIDRs: keep(filter.localCIDRs, isCidr, itself), remoteCIDRs: keep(filter.remoteCIDRs, isCidr, itself),
        guards: filter.guards.map((guard) => ({ ...guard, senders: keep(guard.senders, isCidr, itself) })),
      })),
      ...(wireguard && { wireguard: { ...wireguard, peers: keep(wireguard.peers, isPeer, ({ publicKey, endpoint }) => ({ publicKey, endpoint })) } }),
    },
    refused,
  };
}
