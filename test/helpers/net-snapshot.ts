import type { Netns } from './netns.ts';

/** Everything of a node's network that somebody could find changed, without counters. */
export function snapshotOf({ sh }: Netns): string {
  return sh([
    'ip -details link show', 'ip address show', 'ip rule show', 'ip -6 rule show', 'ip route show table all', 'ip -6 route show table all', 'ip neigh show nud permanent', 'bridge fdb show',
    'nft -s list ruleset', 'iptables-nft-save', 'ip6tables-nft-save', 'iptables-legacy-save', 'ip6tables-legacy-save', 'wg show', 'sysctl -a --pattern "^net.ipv[46]" 2>/dev/null',
  ].map((command) => `echo "== ${command.replaceAll('"', '')}"; ${command}`).join('\n'))
    .split('\n')
    // times and counts, not state
    .filter((line) => !/^#|^:|nf_conntrack|\.(icmp_|stable_secret|max_addresses)|_(count|entries)\b|dst_entries|expires/.test(line))
    .map((line) => line.replace(/ (valid_lft|preferred_lft) .*/, '').replace(/\[\d+:\d+\]/, '')).join('\n');
}
