import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { PUBLIC_IP_RESOLVERS } from '../../../../src/api/data-plane.ts';
import { portsCsv } from '../../../../src/cli/present-ports.ts';
import type { Flow, GatewayFacts, PortsCluster } from '../../../../src/inspect/ports/flow.ts';
import { planFlows } from '../../../../src/inspect/ports/plan-flows.ts';
import { renderNft } from '../../../../src/inspect/ports/render-nft.ts';

const gateway = (node: string, overrides: Partial<GatewayFacts> = {}): GatewayFacts => ({ node, addresses: ['172.18.0.4'], tunnelPort: 4500, discoveryPort: 4490, probePort: 4491, healthCheckIP: '10.1.0.1', ...overrides });
const cluster = (id: string, overrides: Partial<PortsCluster> = {}): PortsCluster => ({
  cluster: id,
  isConnected: true,
  driver: 'wireguard',
  natt: true,
  tunnelPort: 4500,
  hasProbes: true,
  resolvers: PUBLIC_IP_RESOLVERS,
  podCIDRs: [id === 'west' ? '10.1.0.0/16' : '10.2.0.0/16'],
  nodeCIDRs: [id === 'west' ? '172.18.0.4/32' : '172.19.0.4/32'],
  gateways: [],
  brokerURL: 'https://203.0.113.9:6443',
  wiresDns: true,
  ...overrides,
});
/** `scope|protocol|from -> to:port` */
const brief = (flows: readonly Flow[]): string[] => flows.map(({ scope, protocol, from, to, port }) => `${scope}|${protocol}|${from.cluster} ${from.role} -> ${to.cluster} ${to.role}:${port ?? ''}`);
const ofScope = (scope: Flow['scope'], ...clusters: readonly PortsCluster[]): Flow[] => planFlows(clusters).filter((flow) => flow.scope === scope);

describe('planFlows', () => {
  it('lets tunnels, discovery and too-big messages through in both directions', () => {
    expect(brief(ofScope('between clusters', cluster('west'), cluster('east', { tunnelPort: 4501 })))).toEqual([
      'between clusters|UDP|west gateways -> east gateways:4501',
      'between clusters|UDP|west gateways -> east gateways:4490',
      'between clusters|UDP|east gateways -> west gateways:4500',
      'between clusters|UDP|east gateways -> west gateways:4490',
      'between clusters|ICMP|any router on the way -> east gateways:',
      'between clusters|ICMP|any router on the way -> west gateways:',
    ]);
  });

  it.each([
    ['NAT at one end only', { natt: false }, false],
    ['NAT at both ends', {}, true],
  ])('asks for discovery with %s: %j -> %s', (_what, overrides, expected) => {
    expect(ofScope('between clusters', cluster('west', overrides), cluster('east')).some(({ port }) => port === 4490)).toBe(expected);
  });

  it('takes the ports of each gateway, and every node where none is known', () => {
    const east = cluster('east', { gateways: [gateway('a', { addresses: ['198.51.100.1'] }), gateway('b', { tunnelPort: 31_000, addresses: ['198.51.100.2'] })] });
    const flows = ofScope('between clusters', cluster('west'), east).filter(({ why, from }) => why.startsWith('tunnel') && from.cluster === 'west');
    expect(flows.map(({ port, from, to }) => [port, from.addresses, to.addresses])).toEqual([
      [4500, ['172.18.0.4/32'], ['198.51.100.1']],
      [31_000, ['172.18.0.4/32'], ['198.51.100.2']],
    ]);
  });

  it('has the inner VXLAN of each cluster with gateways, and DNS of every one', () => {
    expect(brief(ofScope('within a cluster', cluster('west'), cluster('east', { isConnected: false })))).toEqual([
      'within a cluster|UDP|west nodes -> west nodes:4800',
      'within a cluster|UDP|west pods -> west pods of mcs-dns:53',
      'within a cluster|TCP|west pods -> west pods of mcs-dns:53',
      'within a cluster|UDP|east pods -> east pods of mcs-dns:53',
      'within a cluster|TCP|east pods -> east pods of mcs-dns:53',
    ]);
  });

  it.each([
    ['an address', 'https://203.0.113.9:6443', 6443, ['203.0.113.9'], 'API server'],
    ['an IPv6 address', 'https://[2001:db8::1]:6443', 6443, ['2001:db8::1'], 'API server'],
    ['a name without a port', 'https://broker.example', 443, [], 'API server broker.example'],
    ['nothing', '', 6443, [], 'API server'],
  ])('leads to a broker at %s', (_what, url, port, addresses, role) => {
    const [flow] = ofScope('to the broker', cluster('west', { brokerURL: url }));
    expect(flow).toMatchObject({ protocol: 'TCP', port, to: { addresses, role } });
  });

  it('asks for public addresses only where somebody is asked', () => {
    expect(brief(ofScope('to the internet', cluster('west', { resolvers: ['https://ip.example/x', 'https://b.example:8443'] })))).toEqual(['to the internet|TCP|west gateways -> internet ip.example:443', 'to the internet|TCP|west gateways -> internet b.example:8443']);
    expect(ofScope('to the internet', cluster('west', { resolvers: [] }))).toEqual([]);
  });

  it.each([
    ['both have gateways', {}, ['inside the tunnel|any|west pods -> east pods:', 'inside the tunnel|UDP|west nodes -> east gateways:4491']],
    ['nothing is probed', { hasProbes: false }, ['inside the tunnel|any|west pods -> east pods:']],
    ['one has none', { isConnected: false }, ['between clusters|any|west pods -> east pods:']],
  ])('lets services through where %s', (_what, overrides, expected) => {
    expect(brief(planFlows([cluster('west', overrides), cluster('east')])).filter((line) => /west (pods|nodes) -> east/.test(line))).toEqual(expected);
  });
});

describe('portsCsv', () => {
  it('quotes as RFC 4180 says, and starts no formula', () => {
    const party = { cluster: '=west', role: 'gateways', addresses: ['10.0.0.1', '10.0.0.2'] };
    expect(portsCsv([{ scope: 'between clusters', protocol: 'UDP', from: party, to: party, port: 1, why: 'say "a", b' }]).split('\r\n')[1]).toBe(`between clusters,UDP,'=west gateways,10.0.0.1 10.0.0.2,'=west gateways,10.0.0.1 10.0.0.2,1,"say ""a"", b"`);
  });
});

describe('renderNft', () => {
  const dual = { podCIDRs: ['10.2.0.0/16', 'fd00:2::/56'], nodeCIDRs: ['172.19.0.0/16', '172.19.0.4/32', 'fd00:e::4/128'] };
  const text = renderNft(planFlows([cluster('west', { gateways: [gateway('w"1')], podCIDRs: ['10.1.0.0/16', 'fd00:1::/56'] }), cluster('east', dual), cluster('bare', { nodeCIDRs: [], podCIDRs: [], brokerURL: 'https://broker.example' })]), ['west', 'east', 'bare']);

  it('gives a rule for each family that both ends have, with sets that do not overlap', () => {
    expect(text).toContain('ip saddr { 172.18.0.4 } ip daddr { 172.19.0.0/16 } udp dport 4500 counter accept');
    expect(text).toContain('ip6 saddr { fd00:1::/56 } ip6 daddr { fd00:2::/56 } counter accept');
    expect(text).not.toMatch(/ip6 saddr[^\n]*west gateways: tunnel/);
    expect(text).toContain('ip daddr { 172.18.0.4 } icmp type destination-unreachable icmp code frag-needed counter accept');
  });

  it('never lets everything through where addresses are not known', () => {
    expect(text).not.toMatch(/^ *(?:ip6? [sd]addr \{[^}]*\} )?counter accept/m);
    expect(text).toMatch(/# left out, for the addresses are not known: west pods to bare pods/);
  });

  const check = spawnSync('nft', ['-c', '-f', '-'], { input: 'table inet mcs_test { }\n', encoding: 'utf8' });
  (check.status === 0 ? it : it.skip)('is what nft loads', () => {
    expect(spawnSync('nft', ['-c', '-f', '-'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});
