import type { Netns } from './netns.ts';

/** Takes a fault away again. */
export type Heal = () => void;

/** Puts a rule of nftables over what a router passes on, as `udp dport 4500 drop`. */
export function filterOn(router: Netns, rule: string): Heal {
  const table = `fault${faults += 1}`;
  router.sh(`nft '${['table ip', table, '{\nchain passing {\ntype filter hook forward priority 0\n', rule, '\n}\n}'].join(' ')}'`);
  return () => void router.sh(`nft delete table ip ${table}`);
}

let faults = 0;

/** Counts the packets that a node itself sends to a UDP port, from now on. */
export function countSent(netns: Netns, port: number): () => number {
  netns.sh(`nft 'table ip counted {\nchain sent {\ntype filter hook output priority 0\nudp dport ${port} counter\n}\n}\nflush table ip counted\ntable ip counted {\nchain sent {\ntype filter hook output priority 0\nudp dport ${port} counter\n}\n}'`);
  return () => Number(/counter packets (\d+)/.exec(netns.sh('nft list table ip counted'))?.[1]);
}
