import { describe, expect, it } from '@jest/globals';
import { describeRanges, withoutNested } from '../../../../src/gateway/apply/address-ranges.ts';
import { differ } from '../../../../src/gateway/apply/differ.ts';
import { planForwardSteps } from '../../../../src/gateway/apply/forward-accepts.ts';
import { searchMtu } from '../../../../src/gateway/apply/measure-path-mtu.ts';
import { findSource, findUplinkMtu } from '../../../../src/gateway/apply/node-network.ts';
import { keepSafeParts } from '../../../../src/gateway/apply/safe-plan.ts';
import type { WireguardState } from '../../../../src/gateway/apply/wireguard-state.ts';
import { planWireguardSteps } from '../../../../src/gateway/apply/wireguard-steps.ts';
import { parseCidr } from '../../../../src/api/cidr.ts';
import { EMPTY_PLAN, type WireguardPlan } from '../../../../src/gateway/plan/types.ts';

describe('differ', () => {
  const compare = (current: readonly string[], wanted: readonly string[]): unknown => differ(current, wanted, (text) => text.charAt(0), (text) => text);
  it.each([
    { current: ['a1'], wanted: ['a1'], put: [], drop: [] },
    { current: ['a1', 'b1'], wanted: ['a2'], put: ['a2'], drop: ['b1'] },
    { current: ['a1', 'a2'], wanted: ['a2'], put: [], drop: ['a1'] },
    { current: [], wanted: ['a1', 'a2'], put: ['a1'], drop: [] },
  ])('makes $wanted of $current', ({ current, wanted, put, drop }) => {
    expect(compare(current, wanted)).toEqual({ put, drop });
  });
});

describe('searchMtu', () => {
  it.each([
    { max: 1450, real: 9000, found: 1450 },
    { max: 1450, real: 1350, found: 1350 },
    { max: 8950, real: 1280, found: 1280 },
    { max: 1450, real: 1000, found: 1000 },
    { max: 1450, real: 500, found: undefined },
    { max: 1280, real: 1279, found: 1279 },
  ])('finds $found up to $max where $real pass', async ({ max, real, found }) => {
    let asked = 0;
    expect(await searchMtu(max, (size) => {
      asked += 1;
      return Promise.resolve(size <= real);
    })).toBe(found);
    expect(asked).toBeLessThanOrEqual(16);
  });
});

describe('describeRanges', () => {
  it('is the same however ranges are cut', () => {
    expect(describeRanges(['10.0.0.0/15'])).toBe(describeRanges([{ prefix: { addr: '10.1.0.0', len: 16 } }, { range: ['10.0.0.0', '10.0.255.255'] }]));
    expect(describeRanges(['10.0.0.7'])).toBe(describeRanges(['10.0.0.7/32']));
    expect(describeRanges(['10.0.0.0/16'])).not.toBe(describeRanges(['10.0.0.0/17']));
  });
});

describe('withoutNested', () => {
  it('keeps the widest', () => {
    expect(withoutNested(['10.1.0.0/16', '10.0.0.0/8', '10.0.0.0/9', '11.0.0.0/8'])).toEqual(['10.0.0.0/8', '11.0.0.0/8']);
  });
});

describe('planForwardSteps', () => {
  const OURS = ['-A FORWARD -i mcs-+ -m comment --comment mcs-clusterset -j ACCEPT', '-A FORWARD -o mcs-+ -m comment --comment mcs-clusterset -j ACCEPT'];
  const argsOf = (lines: readonly string[], isWanted = true): string[] => planForwardSteps({ command: 'iptables-nft', lines }, isWanted).map(({ args }) => args.slice(2, 5).join(' '));
  it.each([
    { what: 'nothing where all passes', lines: ['-P FORWARD ACCEPT', '-A FORWARD -i docker0 -j DROP'], expected: [] },
    { what: 'them at the end where the policy drops', lines: ['-P FORWARD DROP', '-A FORWARD -j POLICIES'], expected: ['-A FORWARD -i', '-A FORWARD -o'] },
    { what: 'them before a rule that drops all, after policies', lines: ['-P FORWARD ACCEPT', '-A FORWARD -j POLICIES', '-A FORWARD -j REJECT --reject-with icmp-host-prohibited'], expected: ['-I FORWARD 2', '-I FORWARD 2'] },
    { what: 'them before a chain that drops all', lines: ['-P FORWARD ACCEPT', '-N last', '-A FORWARD -j last', '-A last -j DROP'], expected: ['-I FORWARD 1', '-I FORWARD 1'] },
    { what: 'nothing where they stand', lines: ['-P FORWARD DROP', ...OURS], expected: [] },
    { what: 'them anew where something drops before them', lines: ['-P FORWARD DROP', '-A FORWARD -j DROP', ...OURS], expected: ['-D FORWARD -i', '-D FORWARD -o', '-I FORWARD 1', '-I FORWARD 1'] },
    { what: 'them away where all passes again', lines: ['-P FORWARD ACCEPT', ...OURS], expected: ['-D FORWARD -i', '-D FORWARD -o'] },
  ])('puts $what', ({ lines, expected }) => {
    expect(argsOf(lines)).toEqual(expected);
  });

  it('takes them away on leave', () => {
    expect(argsOf(['-P FORWARD DROP', ...OURS], false)).toEqual(['-D FORWARD -i', '-D FORWARD -o']);
  });
});

describe('planWireguardSteps', () => {
  const key = `${'A'.repeat(43)}=`;
  const plan: WireguardPlan = { device: 'mcs-cable', privateKey: key, port: 4500, peers: [{ publicKey: key, endpoint: '192.0.2.1:4500', allowedIPs: ['10.2.0.0/16'] }] };
  const state = (endpoint: string): WireguardState => ({ privateKey: key, port: 4500, peers: new Map([[key, { endpoint, allowedIPs: ['10.2.0.0/16'], lastHandshake: 1, received: 1, keepalive: '10' }]]) });
  it.each([
    { what: 'nothing where all stands', current: state('192.0.2.1:4500'), before: '192.0.2.1:4500', config: undefined },
    { what: 'nothing where a peer has moved', current: state('192.0.2.9:4500'), before: '192.0.2.1:4500', config: undefined },
    { what: 'nothing after a restart where a peer has moved', current: state('192.0.2.9:4500'), before: undefined, config: undefined },
    { what: 'the endpoint where the plan has changed', current: state('192.0.2.9:4500'), before: '192.0.2.9:4500', config: 'Endpoint = 192.0.2.1:4500' },
    { what: 'the endpoint where nothing comes from a peer', current: state('192.0.2.9:4500'), before: '192.0.2.1:4500', isSilent: true, config: 'Endpoint = 192.0.2.1:4500' },
    { what: 'everything on a new device', current: undefined, before: undefined, config: 'ListenPort = 4500' },
  ])('sets $what', ({ current, before, isSilent = false, config }) => {
    const steps = planWireguardSteps(plan, current, { endpointOf: () => before, isSilent: () => isSilent });
    if (config === undefined) expect(steps).toEqual([]);
    else expect(steps[0]?.input).toContain(config);
  });

  it('shows no key of ours in what it changes, and lets nobody repeat its input', () => {
    const secret = `${'S'.repeat(43)}=`;
    const [step] = planWireguardSteps({ ...plan, privateKey: secret }, undefined, { endpointOf: () => undefined, isSilent: () => false });
    expect(JSON.stringify(step?.changes)).not.toContain(secret);
    expect(step?.isSecret).toBe(true);
  });
});

describe('keepSafeParts', () => {
  it.each([
    { forwarding: [{ device: 'mcs-cable', mac: '02:00:00:00:00:01\nlink del eth0', destination: '192.0.2.1' }] },
    { forwarding: [{ device: 'mcs-cable', mac: 'ff:ff:ff:ff:ff:ff', destination: '192.0.2.1' }] },
    { forwarding: [{ device: 'mcs-cable', mac: '02:00:00:00:00:01', destination: '192.0.2.1', port: Number.NaN }] },
    { filters: [{ family: 'IPv4' as const, localCIDRs: [], remoteCIDRs: [], guards: [{ port: 4800, senders: ['192.0.2.1/32 }; flush ruleset'] }] }] },
    { neighbors: [{ device: 'mcs-cable', mac: '02:00:00:00:00:01', address: '192.0.2.1 dev eth0' }] },
    { routes: [{ family: 'IPv4' as const, table: 4500, kind: 'unicast' as const, destination: '10.0.0.0/16 table main' }] },
    { wireguard: { device: 'mcs-cable', privateKey: '', port: 1, peers: [{ publicKey: 'short', endpoint: '192.0.2.1:1', allowedIPs: [] }] } },
    { wireguard: { device: 'mcs-cable', privateKey: '', port: 1, peers: [{ publicKey: `${'A'.repeat(43)}=`, endpoint: 'example.com:1', allowedIPs: [] }] } },
  ])('leaves out %j', (part) => {
    const { plan, refused } = keepSafeParts({ ...EMPTY_PLAN, ...part });
    expect(refused).toHaveLength(1);
    expect([...plan.forwarding, ...plan.neighbors, ...plan.routes, ...(plan.wireguard?.peers ?? []), ...plan.filters.flatMap(({ guards }) => guards.flatMap(({ senders }) => senders))]).toEqual([]);
  });
});

describe('findSource', () => {
  const address = (ifname: string, local: string, prefixlen: number) => ({ ifname, flags: ['UP'], mtu: 1500, addr_info: [{ local, prefixlen, scope: 'global' }] });
  const ranges = [parseCidr('10.1.0.0/16')!];
  it.each([
    { what: 'a bridge before pods', interfaces: [address('veth1', '10.1.0.1', 32), address('cni0', '10.1.0.1', 24), address('eth0', '192.0.2.1', 24)], expected: '10.1.0.1' },
    { what: 'a tunnel of the CNI', interfaces: [address('tunl0', '10.1.7.0', 32)], expected: '10.1.7.0' },
    { what: 'none outside the pod ranges', interfaces: [address('eth0', '192.0.2.1', 24)], expected: undefined },
  ])('finds $what', ({ interfaces, expected }) => {
    expect(findSource(interfaces, ranges, 'IPv4')).toBe(expected);
  });
});

describe('findUplinkMtu', () => {
  const address = (local: string) => ({ local, prefixlen: 24, scope: 'global' });
  const interfaces = [
    { ifname: 'lo', flags: ['UP', 'LOOPBACK'], mtu: 65_536, addr_info: [address('127.0.0.1')] },
    { ifname: 'eth0', flags: ['UP'], mtu: 9000, addr_info: [address('192.0.2.1'), address('2001:db8::1')] },
    { ifname: 'eth1', flags: ['UP'], mtu: 1500, addr_info: [address('198.51.100.1')] },
    { ifname: 'eth2', flags: [], mtu: 576, addr_info: [address('203.0.113.1')] },
  ];
  const jumbo = [{ dev: 'eth0' }];
  it.each([
    { what: 'the interface of the default route', routes: [jumbo, []], own: undefined, expected: 9000 },
    { what: 'that of the best default route', routes: [[{ dev: 'eth0', metric: 100 }, { dev: 'eth1', metric: 50 }]], own: undefined, expected: 1500 },
    { what: 'the route itself', routes: [[{ dev: 'eth0', metrics: [{ mtu: 1400 }] }]], own: undefined, expected: 1400 },
    { what: 'the route of the other family', routes: [[], jumbo], own: undefined, expected: 9000 },
    { what: "the interface with the node's address, which is narrower", routes: [jumbo], own: '198.51.100.1', expected: 1500 },
    { what: 'the default route, which is narrower', routes: [[{ dev: 'eth1' }]], own: '192.0.2.1', expected: 1500 },
    { what: 'an interface by an address in another spelling, without any default route', routes: [[], []], own: '2001:db8:0::1', expected: 9000 },
    { what: 'the narrowest that is up, where nothing is known', routes: [[], []], own: undefined, expected: 1500 },
    { what: 'the narrowest that is up, where nobody has the address', routes: [[], []], own: '192.0.2.99', expected: 1500 },
  ])('is that of $what', ({ routes, own, expected }) => {
    expect(findUplinkMtu(interfaces, routes, own)).toBe(expected);
  });

  it('is not known without interfaces', () => {
    expect(findUplinkMtu([], [], '192.0.2.1')).toBeUndefined();
  });
});
