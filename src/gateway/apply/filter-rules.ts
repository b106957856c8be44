import { createHash } from 'node:crypto';
import { PROBE_PORT } from '../../api/data-plane.ts';
import type { IpFamily } from '../../api/types/index.ts';
import { type FilterPlan, INNER_DEVICE, type PortGuard } from '../plan/types.ts';

/** nftables' own words for a family. */
export const WORDS: Readonly<Record<IpFamily, { readonly table: 'ip' | 'ip6'; readonly type: string; readonly icmp: string }>> = {
  IPv4: { table: 'ip', type: 'ipv4_addr', icmp: 'icmp' },
  IPv6: { table: 'ip6', type: 'ipv6_addr', icmp: 'icmpv6' },
};

/** A chain of ours, with the rules of a plan. */
export interface Chain {
  readonly name: string;
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  readonly rules: readonly string[];
}

const OURS = 'iifname "mcs-*"';
/** After the kernel has found the connection of a packet (-200), before anybody translates its destination (-100). */
const BEFORE_TRANSLATION = -150;
/**
 * Before 100, where iptables and others translate: a connection gets one source translation, and the
 * kernel asks no further chain for it.
 */
const BEFORE_MASQUERADE = 50;

/** Name of the set of those who may send to a port. */
export function senderSet({ port }: PortGuard): string {
  return `port${port}`;
}

function withTerms({ family }: FilterPlan): { readonly out: string; readonly back: string } {
  const { table: ip } = WORDS[family];
  return { out: `${ip} saddr @local ${ip} daddr @remote`, back: `${ip} saddr @remote ${ip} daddr @local` };
}

/**
 * What may come out of a tunnel, or from a node that has it from one. Here and not where it is
 * forwarded: a service's address would by then be that of one of our pods.
 */
function prerouting(plan: FilterPlan): Chain {
  const { out, back } = withTerms(plan);
  return { name: 'prerouting', type: 'filter', hook: 'prerouting', priority: BEFORE_TRANSLATION, rules: [`${OURS} ${back} accept`, `iifname "${INNER_DEVICE}" ${out} accept`, `${OURS} drop`] };
}

/** Nodes' addresses in the pod range answer probes and pings, and get answers: all else that listens on a node is not for other clusters. */
function input({ family, guards }: FilterPlan): Chain {
  const { table: ip, icmp } = WORDS[family];
  const outer = guards.map((guard) => `udp dport ${guard.port} ${ip} saddr != @${senderSet(guard)} drop`);
  const inner = ['ct state established,related accept', `udp dport ${PROBE_PORT} accept`, `meta l4proto ${icmp} accept`, 'drop'];
  return { name: 'input', type: 'filter', hook: 'input', priority: BEFORE_TRANSLATION, rules: [...outer, ...inner.map((rule) => `${OURS} ${rule}`)] };
}

function forward(plan: FilterPlan): Chain {
  const { out, back } = withTerms(plan);
  // the kernel takes the smaller MTU of both ways, less the headers, and never raises what the packet says
  const clamp = 'tcp flags syn / syn,rst tcp option maxseg size set rt mtu';
  // node ports, which answer at a node's address in the pod range too
  const translated = `${OURS} ct direction original ct status dnat drop`;
  return { name: 'forward', type: 'filter', hook: 'forward', priority: BEFORE_TRANSLATION, rules: [translated, `${out} ${clamp}`, `${back} ${clamp}`] };
}

function postrouting(plan: FilterPlan): Chain {
  const { out, back } = withTerms(plan);
  const { table: ip } = WORDS[plan.family];
  // a translation into what is there already: nobody else makes another of it
  const kept = [`${out} snat to ${ip} saddr`, `${back} snat to ${ip} saddr`];
  const own = plan.source === undefined ? [] : [`${ip} saddr != @local oifname "mcs-*" ${ip} daddr @remote snat to ${plan.source}`];
  return { name: 'postrouting', type: 'nat', hook: 'postrouting', priority: BEFORE_MASQUERADE, rules: [...kept, ...own] };
}

/** The chains of a plan. Their rules speak of the sets `local`, `remote` and those of `senderSet`. */
export function planChains(plan: FilterPlan): Chain[] {
  return [prerouting(plan), input(plan), forward(plan), postrouting(plan)];
}

/** By their comments rules are known again: how nft prints a rule depends on its version. */
export function commentOf(rule: string): string {
  return `mcs-${createHash('sha256').update(rule).digest('hex').slice(0, 12)}`;
}
