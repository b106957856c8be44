import type { IpFamily } from '../../api/types/index.ts';
import { FILTER_TABLE, type FilterPlan } from '../plan/types.ts';
import { describeRanges, type SetElement, withoutNested } from './address-ranges.ts';
import { type Chain, commentOf, planChains, senderSet, WORDS } from './filter-rules.ts';
import type { KernelState } from './kernel-state.ts';
import type { Step } from './step.ts';

function setsOf({ localCIDRs, remoteCIDRs, guards }: FilterPlan): (readonly [string, readonly string[]])[] {
  return [['local', localCIDRs], ['remote', remoteCIDRs], ...guards.map((guard) => [senderSet(guard), guard.senders] as const)];
}

function renderSet(type: string, name: string, cidrs: readonly string[]): string {
  const elements = withoutNested(cidrs);
  return `  set ${name} { type ${type}; flags interval;${elements.length === 0 ? '' : ` elements = { ${elements.join(', ')} };`} }`;
}

function renderChain({ name, type, hook, priority, rules }: Chain): string[] {
  return [`  chain ${name} {`, `    type ${type} hook ${hook} priority ${priority}; policy accept;`, ...rules.map((rule) => `    ${rule} comment "${commentOf(rule)}"`), '  }'];
}

function renderTable(plan: FilterPlan): string {
  const { table, type } = WORDS[plan.family];
  return [`table ${table} ${FILTER_TABLE} {`, ...setsOf(plan).map(([name, cidrs]) => renderSet(type, name, cidrs)), ...planChains(plan).flatMap(renderChain), '}'].join('\n');
}

function describeChain({ name, type, hook, priority }: Omit<Chain, 'rules'>, policy: string): string {
  return `chain ${name} ${type} ${hook} ${priority} ${policy}`;
}

/** Chains and sets may come in any order, rules may not. */
function describeTable(chains: readonly string[], sets: readonly string[], rules: readonly string[]): string {
  return [...[...chains].sort(), ...[...sets].sort(), ...rules].join('\n');
}

function describePlan(plan: FilterPlan): string {
  const chains = planChains(plan);
  return describeTable(
    chains.map((chain) => describeChain(chain, 'accept')),
    setsOf(plan).map(([name, cidrs]) => `set ${name} ${describeRanges(cidrs)}`),
    chains.flatMap(({ name, rules }) => rules.map((rule) => `rule ${name} ${commentOf(rule)}`)),
  );
}

interface Listed {
  readonly chain?: { readonly name: string; readonly type?: string; readonly hook?: string; readonly prio?: number; readonly policy?: string };
  readonly set?: { readonly name: string; readonly elem?: readonly SetElement[] };
  readonly rule?: { readonly chain: string; readonly comment?: string };
}

function describeListing(listing: string): string {
  const { nftables } = JSON.parse(listing) as { readonly nftables: readonly Listed[] };
  return describeTable(
    nftables.flatMap(({ chain }) => (chain === undefined ? [] : [describeChain({ name: chain.name, type: chain.type ?? '', hook: chain.hook ?? '', priority: chain.prio ?? 0 }, chain.policy ?? '')])),
    nftables.flatMap(({ set }) => (set === undefined ? [] : [`set ${set.name} ${describeRanges(set.elem ?? [])}`])),
    nftables.flatMap(({ rule }) => (rule === undefined ? [] : [`rule ${rule.chain} ${rule.comment ?? ''}`])),
  );
}

function describeChange({ family, localCIDRs, remoteCIDRs, guards }: FilterPlan): string {
  const ports = guards.map(({ port, senders }) => `, port ${port} for ${senders.length}`).join('');
  return `nft table ${WORDS[family].table} ${FILTER_TABLE}: ${localCIDRs.length} local and ${remoteCIDRs.length} remote ranges${ports}`;
}

/**
 * Replaces our tables where they are not as planned: at once, so that no packet finds half a table.
 * A kernel without IPv6 has nothing to filter of it.
 */
export function planFilterSteps(plans: readonly FilterPlan[], { filters, hasIPv6 }: Pick<KernelState, 'filters' | 'hasIPv6'>): Step[] {
  const scripts: string[] = [];
  const changes: string[] = [];
  const families: readonly IpFamily[] = hasIPv6 ? ['IPv4', 'IPv6'] : ['IPv4'];
  for (const family of families) {
    const plan = plans.find((each) => each.family === family);
    const listing = filters[family];
    const { table } = WORDS[family];
    if (listing !== undefined && plan !== undefined && describeListing(listing) === describePlan(plan)) continue;
    if (listing === undefined && plan === undefined) continue;
    // "add" makes the deletion good where there is none
    scripts.push(`add table ${table} ${FILTER_TABLE}`, `delete table ${table} ${FILTER_TABLE}`, ...(plan === undefined ? [] : [renderTable(plan)]));
    changes.push(plan === undefined ? `nft delete table ${table} ${FILTER_TABLE}` : describeChange(plan));
  }
  return scripts.length === 0 ? [] : [{ command: 'nft', args: ['-f', '-'], input: `${scripts.join('\n')}\n`, changes }];
}
