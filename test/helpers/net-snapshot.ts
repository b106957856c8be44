import { eventually } from './eventually.ts';
import type { Netns } from './netns.ts';

/** Waits until the kernel has made sure of the IPv6 addresses of new interfaces: until then it changes them by itself. */
export async function waitForAddresses(nodes: readonly { readonly netns: Netns }[]): Promise<void> {
  await eventually(() => nodes.every(({ netns }) => !netns.sh('ip -6 address show').includes('tentative')));
}

/** Everything of a node's network that somebody could find changed, without counters. */
export function snapshotOf({ sh }: Netns): string {
  return sh([
    'ip -details link show', 'ip address show', 'ip rule show', 'ip -6 rule show', 'ip route show table all', 'ip -6 route show table all', 'ip neigh show nud permanent', 'bridge fdb show',
    'nft -s list ruleset', 'iptables-nft-save', 'ip6tables-nft-save', 'iptables-legacy-save', 'ip6tables-legacy-save', 'wg show', 'sysctl -a --pattern "^net.ipv[46]" 2>/dev/null',
  ].map((command) => `echo "== ${command.replaceAll('"', '')}"; ${command}`).join('\n'))
    .split('\n')
    // times and counts, not state
    .filter((line) => !/^#|^:|nf_conntrack|\.(icmp_|stable_secret|max_addresses)|_(count|entries)\b|dst_entries|expires/.test(line))
    .map((line) => line.replace(/ (valid_lft|preferred_lft) .*/, '').replaceAll(/_timer +[\d.]+/g, '').replace(/\[\d+:\d+\]/, '')).join('\n');
}
