import { describe, expect, it } from '@jest/globals';
import { planChains } from '../../../../src/gateway/apply/filter-rules.ts';
import { planFilterSteps } from '../../../../src/gateway/apply/filter-steps.ts';
import type { FilterPlan } from '../../../../src/gateway/plan/types.ts';

const IPV4: FilterPlan = { family: 'IPv4', localCIDRs: ['10.1.0.0/16'], remoteCIDRs: ['10.2.0.0/16', '10.2.7.0/24'], source: '10.1.0.1', guards: [{ port: 4800, senders: ['192.0.2.1/32'] }] };
const IPV6: FilterPlan = { family: 'IPv6', localCIDRs: [], remoteCIDRs: [], guards: [{ port: 4800, senders: [] }] };

describe('planChains', () => {
  const rulesOf = (name: string, plan = IPV4): readonly string[] => planChains(plan).find((chain) => chain.name === name)?.rules ?? [];

  it('drops what is not named, before destinations are translated', () => {
    expect(rulesOf('prerouting')).toEqual(['iifname "mcs-*" ip saddr @remote ip daddr @local accept', 'iifname "mcs-inner" ip saddr @local ip daddr @remote accept', 'iifname "mcs-*" drop']);
    expect(planChains(IPV4).find(({ name }) => name === 'prerouting')?.priority).toBeLessThan(-100);
  });

  it('keeps the node\'s own programs to itself, but for probes and pings', () => {
    expect(rulesOf('input', IPV6)).toEqual(['udp dport 4800 ip6 saddr != @port4800 drop', 'iifname "mcs-*" ct state established,related accept', 'iifname "mcs-*" udp dport 4491 accept', 'iifname "mcs-*" meta l4proto icmpv6 accept', 'iifname "mcs-*" drop']);
  });

  it('gives no source to what the node sends where it has none', () => {
    const { source: _source, ...rest } = IPV4;
    expect(rulesOf('postrouting').length - rulesOf('postrouting', rest).length).toBe(1);
  });
});

describe('planFilterSteps', () => {
  it('writes both families at once, each of them whole', () => {
    const [step, ...others] = planFilterSteps([IPV4, IPV6], { filters: {}, hasIPv6: true });
    expect(others).toEqual([]);
    expect(step?.changes).toEqual(['nft table ip mcs: 1 local and 2 remote ranges, port 4800 for 1', 'nft table ip6 mcs: 0 local and 0 remote ranges, port 4800 for 0']);
    expect(step?.input).toContain('set remote { type ipv4_addr; flags interval; elements = { 10.2.0.0/16 }; }');
    expect(step?.input).toContain('set port4800 { type ipv6_addr; flags interval; }');
  });

  it('writes nothing of IPv6 where the kernel has none', () => {
    expect(planFilterSteps([IPV4, IPV6], { filters: {}, hasIPv6: false })[0]?.changes).toHaveLength(1);
  });

  it('takes away what is not planned', () => {
    expect(planFilterSteps([], { filters: { IPv6: '{"nftables":[]}' }, hasIPv6: true })[0]?.changes).toEqual(['nft delete table ip6 mcs']);
  });
});
