import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../../src/api/types/index.ts';
import { isGatewayNode, readNodeOptions, toNodeView } from '../../../../src/gateway/view/node-facts.ts';

function node(more: Partial<Node['metadata']> = {}, rest: Partial<Node> = {}): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', ...more }, ...rest };
}

describe('toNodeView', () => {
  it('takes internal addresses in their order and canonical form, and no others', () => {
    const addresses = [{ type: 'Hostname', address: 'n1' }, { type: 'InternalIP', address: '10.0.0.1' }, { type: 'ExternalIP', address: '1.2.3.4' }, { type: 'InternalIP', address: 'FD00:0::1' }];
    expect(toNodeView(node({}, { status: { addresses }, spec: { podCIDR: '10.1.1.0/24', podCIDRs: ['10.1.1.0/24', 'fd01::/64'] } }))).toEqual({ name: 'n1', addresses: ['10.0.0.1', 'fd00::1'], podCIDRs: ['10.1.1.0/24', 'fd01::/64'] });
  });

  it.each([
    [{ podCIDR: '10.1.1.0/24' }, ['10.1.1.0/24']],
    [{ podCIDR: '' }, []],
    [undefined, []],
  ])('has the pod ranges of %j', (spec, podCIDRs) => {
    expect(toNodeView(node({}, spec === undefined ? {} : { spec }))).toEqual({ name: 'n1', addresses: [], podCIDRs });
  });
});

describe('isGatewayNode', () => {
  it.each([['true', true], ['false', false], ['', false], [undefined, false]])('label %s: %s', (value, expected) => {
    expect(isGatewayNode(node(value === undefined ? {} : { labels: { 'submariner.io/gateway': value } }))).toBe(expected);
  });
});

describe('readNodeOptions', () => {
  it.each([
    [{ 'public-ip': 'ipv4:1.2.3.4' }, { publicIP: { kind: 'address', address: '1.2.3.4' }, warnings: [] }],
    [{ 'public-ip': 'ipv6:2001:DB8::1' }, { publicIP: { kind: 'address', address: '2001:db8::1' }, warnings: [] }],
    [{ 'public-ip': 'dns:gw.example.com' }, { publicIP: { kind: 'dns', name: 'gw.example.com' }, warnings: [] }],
    [{ 'public-ip': 'lb:submariner-gateway' }, { publicIP: { kind: 'service', name: 'submariner-gateway' }, warnings: [] }],
    [{ 'public-ip': 'api:ip.example.com/me' }, { publicIP: { kind: 'resolver', url: 'https://ip.example.com/me' }, warnings: [] }],
    [{ 'udp-port': '4501', 'natt-discovery-port': '4491' }, { udpPort: 4501, nattDiscoveryPort: 4491, warnings: [] }],
    [{ 'public-ip': 'ipv4:fd00::1' }, { warnings: ['annotation gateway.submariner.io/public-ip: "fd00::1" is no IPv4 address'] }],
    [{ 'public-ip': '1.2.3.4' }, { warnings: ['annotation gateway.submariner.io/public-ip: "1.2.3.4" is none of ipv4:ADDRESS, ipv6:ADDRESS, dns:NAME, lb:SERVICE, api:HOST'] }],
    [{ 'public-ip': 'api:a b' }, { warnings: ['annotation gateway.submariner.io/public-ip: "a b" is no host name'] }],
    [{ 'udp-port': '0' }, { warnings: ['annotation gateway.submariner.io/udp-port is "0", which is no port'] }],
    [{ 'preferred-server': 'true' }, { warnings: ['annotation gateway.submariner.io/preferred-server is not known'] }],
  ])('%j', (annotations, options) => {
    const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`gateway.submariner.io/${key}`, value]));
    expect(readNodeOptions(node({ annotations: { ...prefixed, 'other.io/udp-port': 'x' } }))).toEqual(options);
  });
});
