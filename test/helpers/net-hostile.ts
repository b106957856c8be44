import { macOf } from '../../src/api/mac.ts';
import { CABLE_DEVICE, FILTER_TABLE, INNER_DEVICE, INNER_PORT } from '../../src/gateway/plan/types.ts';
import { DEFAULT_PORT, type TestCluster, type TestNode } from './net-clusters.ts';

/** UDP port by which packets that nobody wants are known. */
export const MARKED_PORT = 7777;
/** UDP port that the services of a node lead to `MARKED_PORT` of a pod. */
export const NODE_PORT = 30777;
/** Addresses of services of cluster a. */
export const SERVICE_ADDRESSES = ['10.96.0.10', 'fd96::10'] as const;

/**
 * Takes away what a gateway of ours would keep to, and leads marked packets, wherever they go, into the
 * tunnel to cluster a. `peerKey`, of WireGuard, is that of cluster a.
 */
export async function makeHostile({ netns }: TestNode, { podCIDRs: [range = '', range6 = ''] }: TestCluster, peerKey?: string): Promise<void> {
  netns.sh(`nft delete table ip ${FILTER_TABLE}; nft delete table ip6 ${FILTER_TABLE}; iptables-nft -t nat -F; ip6tables-nft -t nat -F`);
  if (peerKey !== undefined) {
    const { stdout } = await netns.exec('wg', ['show', CABLE_DEVICE, 'peers']);
    const others = stdout.trim().split('\n').filter((key) => key !== peerKey).flatMap((key) => ['peer', key, 'remove']);
    await netns.exec('wg', ['set', CABLE_DEVICE, 'peer', peerKey, 'allowed-ips', '0.0.0.0/0,::/0', ...others]);
  }
  for (const [ip, pods] of [['ip', range], ['ip -6', range6]]) {
    netns.sh(`set -- $(${ip ?? ''} route show ${pods ?? ''} table 4500 type unicast); shift; ${ip ?? ''} route add default $(echo "$@" | sed 's/ metric .*//') table 99`);
    for (const port of [MARKED_PORT, NODE_PORT]) netns.sh(`${ip ?? ''} rule add priority 10 ipproto udp dport ${port} table 99`);
  }
}

/** Leads marked packets to another node by the device that is meant for the nodes of one cluster. */
export function leadToNode({ netns }: TestNode, target: TestNode, cluster: string): void {
  const mac = macOf('inner', cluster, target.name, target.address);
  netns.sh(`bridge fdb replace ${mac} dev ${INNER_DEVICE} dst ${target.address} self permanent; ip neigh replace 169.254.9.9 lladdr ${mac} dev ${INNER_DEVICE} nud permanent; ip route replace default via 169.254.9.9 dev ${INNER_DEVICE} onlink table 99`);
}

/** What a filter counts in a namespace: packets that have come, and those that were let pass. */
export interface Counts {
  readonly arrived: number;
  readonly passed: number;
  /** Packets of the tunnels from the address that nobody knows. */
  readonly outer: number;
}

export const UNKNOWN_ADDRESS = '198.51.100.9';

/** Counts marked packets before anybody filters them, and where they would be taken in or sent on. */
export function countMarked({ netns }: TestNode): void {
  const ports = `{ ${MARKED_PORT}, ${NODE_PORT} }`;
  netns.sh(`nft -f - <<'END'
table inet seen {
  counter arrived { }
  counter passed { }
  counter outer { }
  chain first { type filter hook prerouting priority -300; iifname "mcs-*" udp dport ${ports} counter name arrived; ip saddr ${UNKNOWN_ADDRESS} udp dport { ${DEFAULT_PORT}, ${INNER_PORT} } counter name outer; }
  chain input { type filter hook input priority 10; iifname "mcs-*" udp dport ${ports} counter name passed; }
  chain forward { type filter hook forward priority 10; iifname "mcs-cable" udp dport ${ports} counter name passed; }
}
END`);
}

/** Counts since the last time. */
export async function takeCounts({ netns }: TestNode): Promise<Counts> {
  const { stdout } = await netns.exec('nft', ['-j', 'reset', 'counters', 'table', 'inet', 'seen']);
  const { nftables } = JSON.parse(stdout) as { nftables: { counter?: { name: string; packets: number } }[] };
  const of = (name: string): number => nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? 0;
  return { arrived: of('arrived'), passed: of('passed'), outer: of('outer') };
}

/** What kube-proxy does for two services, by their addresses and by a port of every node. */
export function serveServices({ netns, podAddresses: [pod = '', pod6 = ''] }: TestNode): void {
  netns.sh(`nft -f - <<'END'
table inet services {
  chain first { type nat hook prerouting priority -100;
    ip daddr ${SERVICE_ADDRESSES[0]} dnat ip to ${pod}
    ip6 daddr ${SERVICE_ADDRESSES[1]} dnat ip6 to ${pod6}
    fib daddr type local meta nfproto ipv4 udp dport ${NODE_PORT} dnat ip to ${pod}:${MARKED_PORT}
  }
}
END`);
}
