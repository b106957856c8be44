import type { AwaitedFlow, DatagramFlow, Passage, PathsRequest, SeenDatagrams } from './paths-request.ts';

type Watch = Pick<PathsRequest, 'table' | 'send' | 'await'>;

/** Before connection tracking and NAT (-300), so that addresses are those of the wire. */
const ARRIVE_PRIORITY = -310;
/** After all filters (at most 225 by kernel convention), so that what is seen here passed them. */
const DELIVER_PRIORITY = 1000;
/** After source NAT (100). */
const LEAVE_PRIORITY = 310;
/** NAT gives one flow few addresses; others are of somebody who repeats what he saw. */
const PASSAGES = 8;

function setsOf({ family }: AwaitedFlow, index: number): string[] {
  const address = family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr';
  return ['arrived', 'delivered'].map((name) => `set ${name}${index} { type ${address} . inet_service . ${address} . inet_service; flags dynamic; size ${PASSAGES}; }`);
}

function note(set: string, { token, family }: AwaitedFlow): string {
  const ip = family === 'IPv4' ? 'ip' : 'ip6';
  return `meta l4proto udp @th,64,64 0x${token} update @${set} { ${ip} saddr . udp sport . ${ip} daddr . udp dport }`;
}

const disguise = ({ token, fromPort }: DatagramFlow): string[] => (fromPort === undefined ? [] : [`meta l4proto udp @th,64,64 0x${token} udp sport set ${fromPort}`]);

function validateWatch({ table, send, await: awaited }: Watch): void {
  const isSafe = /^mcs-probe-[a-z0-9]{1,32}$/.test(table) && [...send, ...awaited].every(({ token }) => /^[0-9a-f]{16}$/.test(token));
  if (!isSafe) throw new Error(`no table can be made of "${table}"`);
}

/**
 * The table that notes what arrives, in one line: by whichever port, since load balancers change it.
 * The tunnel's port is the kernel's, so no socket can listen there; and what is ours goes no further.
 * `isOwned`: the kernel removes it together with its maker.
 */
export function renderTable(watch: Watch, isOwned: boolean): string {
  validateWatch(watch);
  const { table, send, await: awaited } = watch;
  const chain = (name: string, hook: string, priority: number, rules: readonly string[]): string => `chain ${name} { type filter hook ${hook} priority ${priority}; policy accept; ${rules.map((rule) => `${rule}; `).join('')}}`;
  const parts = [
    ...awaited.flatMap(setsOf),
    chain('arrive', 'prerouting', ARRIVE_PRIORITY, awaited.map((flow, index) => note(`arrived${index}`, flow))),
    chain('deliver', 'input', DELIVER_PRIORITY, awaited.map((flow, index) => `${note(`delivered${index}`, flow)} drop`)),
    chain('leave', 'postrouting', LEAVE_PRIORITY, send.flatMap(disguise)),
  ];
  return `table inet ${table} { ${isOwned ? 'flags owner; ' : ''}${parts.map((part) => `${part}; `).join('')}}`;
}

interface ListedSet {
  readonly set?: { readonly name: string; readonly elem?: readonly ListedElement[] };
}
type Concatenation = { readonly concat: readonly [string, number, string, number] };
/** With counters or timeouts, nft puts an element into another object. */
type ListedElement = Concatenation | { readonly elem: { readonly val: Concatenation } };

function toPassage(element: ListedElement): Passage {
  const { concat: [from, fromPort, to, toPort] } = 'concat' in element ? element : element.elem.val;
  return { from, fromPort, to, toPort };
}

/** What the table has noted, of `nft --json list table`. */
export function readTable(text: string, awaited: readonly AwaitedFlow[]): readonly SeenDatagrams[] {
  const { nftables } = JSON.parse(text) as { readonly nftables: readonly ListedSet[] };
  const sets = new Map(nftables.flatMap(({ set }) => (set === undefined ? [] : [[set.name, (set.elem ?? []).map(toPassage)]])));
  return awaited.map(({ token }, index) => ({ token, arrived: sets.get(`arrived${index}`) ?? [], delivered: sets.get(`delivered${index}`) ?? [] }));
}
