import { createHash } from 'node:crypto';
import type { IpFamily } from '../../api/types/index.ts';
import { FILTER_TABLE, type FilterPlan } from '../plan/types.ts';
import { describeRanges, type SetElement, withoutNested } from './address-ranges.ts';
import type { Step } from './step.ts';

/** nftables' own words for a family. */
const WORDS: Readonly<Record<IpFamily, { readonly table: 'ip' | 'ip6'; readonly type: string }>> = { IPv4: { table: 'ip', type: 'ipv4_addr' }, IPv6: { table: 'ip6', type: 'ipv6_addr' } };

interface Chain {
  readonly name: string;
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
}

/**
 * Before 100, where iptables and others translate: a connection gets one source translation, and the
 * kernel asks no further chain for it.
 */
const POSTROUTING: Chain = { name: 'postrouting', type: 'nat', hook: 'postrouting', priority: 50 };
const FORWARD: Chain = { name: 'forward', type: 'filter', hook: 'forward', priority: -150 };

interface Rule {
  readonly chain: Chain;
  readonly text: string;
}

function rulesOf({ family, source }: FilterPlan): Rule[] {
  const ip = WORDS[family].table;
  const out = `${ip} saddr @local ${ip} daddr @remote`;
  const back = `${ip} saddr @remote ${ip} daddr @local`;
  // the kernel takes the smaller MTU of both ways, less the headers, and never raises what the packet says
  const clamp = 'tcp flags syn / syn,rst tcp option maxseg size set rt mtu';
  return [
    // a translation into what is there already: nobody else makes another of it
    { chain: POSTROUTING, text: `${out} snat to ${ip} saddr` },
    { chain: POSTROUTING, text: `${back} snat to ${ip} saddr` },
    ...(source === undefined ? [] : [{ chain: POSTROUTING, text: `${ip} saddr != @local oifname "mcs-*" ${ip} daddr @remote snat to ${source}` }]),
    { chain: FORWARD, text: `${out} ${clamp}` },
    { chain: FORWARD, text: `${back} ${clamp}` },
  ];
}

/** By their comments rules are known again: how nft prints a rule depends on its version. */
function commentOf(text: string): string {
  return `mcs-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

function renderTable(plan: FilterPlan): string {
  const { table, type } = WORDS[plan.family];
  const set = (name: string, cidrs: readonly string[]): string => {
    const elements = withoutNested(cidrs);
    return `  set ${name} { type ${type}; flags interval;${elements.length === 0 ? '' : ` elements = { ${elements.join(', ')} };`} }`;
  };
  const rules = rulesOf(plan);
  const chain = (wanted: Chain): string[] => [
    `  chain ${wanted.name} {`,
    `    type ${wanted.type} hook ${wanted.hook} priority ${wanted.priority}; policy accept;`,
    ...rules.filter((rule) => rule.chain === wanted).map(({ text }) => `    ${text} comment "${commentOf(text)}"`),
    '  }',
  ];
  return [`table ${table} ${FILTER_TABLE} {`, set('local', plan.localCIDRs), set('remote', plan.remoteCIDRs), ...chain(POSTROUTING), ...chain(FORWARD), '}'].join('\n');
}

function describeChain({ name, type, hook, priority }: Chain, policy: string): string {
  return `chain ${name} ${type} ${hook} ${priority} ${policy}`;
}

function describePlan(plan: FilterPlan): string {
  const chains = [POSTROUTING, FORWARD].map((chain) => describeChain(chain, 'accept'));
  const sets = [`set local ${describeRanges(plan.localCIDRs)}`, `set remote ${describeRanges(plan.remoteCIDRs)}`];
  return [...chains, ...sets, ...rulesOf(plan).map(({ chain, text }) => `rule ${chain.name} ${commentOf(text)}`)].join('\n');
}

interface Listed {
  readonly chain?: { readonly name: string; readonly type?: string; readonly hook?: string; readonly prio?: number; readonly policy?: string };
  readonly set?: { readonly name: string; readonly elem?: readonly SetElement[] };
  readonly rule?: { readonly chain: string; readonly comment?: string };
}

function describeListing(listing: string): string {
  const { nftables } = JSON.parse(listing) as { readonly nftables: readonly Listed[] };
  const chains = nftables.flatMap(({ chain }) => (chain === undefined ? [] : [describeChain({ name: chain.name, type: chain.type ?? '', hook: chain.hook ?? '', priority: chain.prio ?? 0 }, chain.policy ?? '')]));
  const sets = nftables.flatMap(({ set }) => (set === undefined ? [] : [`set ${set.name} ${describeRanges(set.elem ?? [])}`]));
  const rules = nftables.flatMap(({ rule }) => (rule === undefined ? [] : [`rule ${rule.chain} ${rule.comment ?? ''}`]));
  return [...chains, ...sets, ...rules].join('\n');
}

/** Replaces our tables where they are not as planned: at once, so that no packet finds half a table. `standing` are listings of what is there. */
export function planFilterSteps(plans: readonly FilterPlan[], standing: { readonly [family in IpFamily]?: string }): Step[] {
  const scripts: string[] = [];
  const changes: string[] = [];
  for (const family of ['IPv4', 'IPv6'] as const) {
    const plan = plans.find((each) => each.family === family);
    const listing = standing[family];
    const { table } = WORDS[family];
    if (listing !== undefined && plan !== undefined && describeListing(listing) === describePlan(plan)) continue;
    if (listing === undefined && plan === undefined) continue;
    // "add" makes the deletion good where there is none
    scripts.push(`add table ${table} ${FILTER_TABLE}`, `delete table ${table} ${FILTER_TABLE}`, ...(plan === undefined ? [] : [renderTable(plan)]));
    changes.push(plan === undefined ? `nft delete table ${table} ${FILTER_TABLE}` : `nft table ${table} ${FILTER_TABLE}: ${plan.localCIDRs.length} local and ${plan.remoteCIDRs.length} remote ranges`);
  }
  return scripts.length === 0 ? [] : [{ command: 'nft', args: ['-f', '-'], input: `${scripts.join('\n')}\n`, changes }];
}
