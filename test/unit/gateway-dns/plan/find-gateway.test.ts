import { describe, expect, it } from '@jest/globals';
import type { EndpointSlice, GatewayDNSSpec, Node, Service } from '../../../../src/api/types/index.ts';
import { findGateway } from '../../../../src/gateway-dns/plan/find-gateway.ts';
import type { GatewayLookup, GatewayView } from '../../../../src/gateway-dns/plan/gateway-lookup.ts';
import { ENVOY, gatewayDNS, ruleOf } from '../../../helpers/gateway-dns.ts';

type Ingress = NonNullable<NonNullable<NonNullable<Service['status']>['loadBalancer']>['ingress']>;

function service(ingress: Ingress, spec: Service['spec'] = {}): Service {
  const ports = [{ name: 'quic', port: 443, protocol: 'UDP' as const, nodePort: 30443 }, { name: 'http', port: 80, nodePort: 30080 }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'envoy', namespace: 'projectcontour' }, spec: { type: 'LoadBalancer', ports, ...spec }, status: { loadBalancer: { ingress } } };
}

interface NodeOptions {
  ready?: boolean;
  external?: string[];
  labels?: Record<string, string>;
}

function node(name: string, internal: string[], { ready = true, external = [], labels = {} }: NodeOptions = {}): Node {
  const addresses = [...internal.map((address) => ({ type: 'InternalIP', address })), ...external.map((address) => ({ type: 'ExternalIP', address })), { type: 'Hostname', address: name }];
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { addresses, conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] } };
}

function slice(...endpoints: readonly [nodeName: string | undefined, ready?: boolean][]): EndpointSlice {
  const list = endpoints.map(([nodeName, ready]) => ({ addresses: ['10.244.0.9'], ...(nodeName !== undefined && { nodeName }), conditions: { ...(ready !== undefined && { ready }) } }));
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'envoy-1' }, addressType: 'IPv4', endpoints: list };
}

function find(view: Partial<GatewayView>, spec: GatewayDNSSpec = {}, allowLoopback = false): GatewayLookup {
  return findGateway(ruleOf(gatewayDNS('n/g', { ...ENVOY, ...spec })), { nodes: [], slices: [], ...view }, { allowLoopback });
}

describe('findGateway, loadBalancer', () => {
  it.each<[string, Ingress, object]>([
    ['XC-3: takes the addresses of all ingresses, sorted, each once', [{ ip: '172.18.0.241' }, { ip: '172.18.0.240' }, { ip: '172.18.0.241' }], { kind: 'found', addresses: ['172.18.0.240', '172.18.0.241'], hostnames: [], port: 80 }],
    ['XC-8: takes IPv6 addresses, in one form', [{ ip: 'FD00:0::1' }, { ip: '172.18.0.240' }], { kind: 'found', addresses: ['172.18.0.240', 'fd00::1'] }],
    ['XC-8: takes a hostname, in lower case and without the last dot', [{ hostname: 'LB-1.Elb.Amazonaws.com.' }], { kind: 'found', addresses: [], hostnames: ['lb-1.elb.amazonaws.com'] }],
    ['XC-8: takes both', [{ hostname: 'lb.example.com', ip: '' }, { ip: '172.18.0.240' }], { kind: 'found', addresses: ['172.18.0.240'], hostnames: ['lb.example.com'] }],
    ['XC-8: says which names are none, and takes the others', [{ hostname: 'lb_1.example.com' }, { hostname: 'localhost' }, { hostname: '1.2.3.4' }, { hostname: 'b.c' }], { kind: 'found', hostnames: ['b.c'], notes: [expect.stringContaining('lb_1.example.com'), expect.stringContaining('localhost'), expect.stringContaining('1.2.3.4')] }],
    ['leaves special addresses out', [{ ip: '127.0.0.1' }, { ip: '169.254.1.1' }, { ip: '224.0.0.1' }, { ip: '0.0.0.0' }, { ip: 'fe80::1' }, { ip: '::ffff:1.2.3.4' }, { ip: '9.9.9.9' }], { kind: 'found', addresses: ['9.9.9.9'], notes: { length: 6 } }],
    ['XC-7: finds none without ingress', [], { kind: 'none', message: 'its load balancer has no address yet' }],
    ['finds none where nothing can be published', [{ ip: '127.0.0.1' }], { kind: 'none', message: 'its load balancer has no address yet; "127.0.0.1" is left out: it leads to no other cluster' }],
  ])('%s', (_name, ingress, expected) => {
    expect(find({ service: service(ingress) })).toMatchObject(expected);
  });

  it('takes loopback in the sandbox only', () => {
    expect(find({ service: service([{ ip: '127.1.0.5' }]) }, {}, true)).toMatchObject({ kind: 'found', addresses: ['127.1.0.5'] });
  });

  it('takes addresses whatever their ipMode is', () => {
    expect(find({ service: service([{ ip: '172.18.0.240', ipMode: 'Proxy' } as Ingress[number]]) })).toMatchObject({ addresses: ['172.18.0.240'] });
  });

  it.each<[string, Partial<GatewayView>, string]>([
    ['XC-7: no Service', {}, 'there is no Service "projectcontour/envoy"'],
    ['XC-7: a Service that is being deleted', { service: { ...service([{ ip: '1.2.3.4' }]), metadata: { name: 'envoy', deletionTimestamp: '2026-01-01T00:00:00Z' } } }, 'there is no Service "projectcontour/envoy"'],
    ['XC-7: a Service of another type', { service: service([{ ip: '1.2.3.4' }], { type: 'NodePort' }) }, 'its Service is of type NodePort, not LoadBalancer'],
  ])('%s is no gateway', (_name, view, message) => {
    expect(find(view)).toEqual({ kind: 'none', message });
  });

  it('asks no port where the Service has none of TCP', () => {
    expect(find({ service: service([{ ip: '1.2.3.4' }], { ports: [{ port: 53, protocol: 'UDP' }] }) })).not.toHaveProperty('port');
  });
});

const NODES = [node('a', ['172.18.0.2', 'fd00::2']), node('b', ['172.18.0.3'], { external: ['9.9.9.3'] }), node('c', ['172.18.0.4'], { ready: false })];

describe('findGateway, nodePort (issues 44, 71)', () => {
  const nodePort = (view: Partial<GatewayView>, spec: GatewayDNSSpec = {}, more: Service['spec'] = {}): GatewayLookup => find({ service: service([], { type: 'NodePort', ...more }), ...view }, { resolutionType: 'nodePort', ...spec });

  it('takes ready nodes: the ExternalIP of those that have one, else the InternalIP; asks the node port', () => {
    expect(nodePort({ nodes: NODES })).toEqual({ kind: 'found', addresses: ['172.18.0.2', '9.9.9.3', 'fd00::2'], hostnames: [], notes: [], port: 30080 });
  });

  it.each<[string, Partial<GatewayView>, GatewayDNSSpec, Service['spec'], string[]]>([
    ['the type of address that is asked for', { nodes: NODES }, { nodeAddressType: 'InternalIP' }, {}, ['172.18.0.2', '172.18.0.3', 'fd00::2']],
    ['no node without that type', { nodes: NODES }, { nodeAddressType: 'ExternalIP' }, {}, ['9.9.9.3']],
    ['a node that is not ready where no other one has such an address', { nodes: [node('a', []), node('c', ['172.18.0.4'], { ready: false })] }, {}, {}, ['172.18.0.4']],
    ['no node that load balancers leave out', { nodes: [...NODES, node('d', ['172.18.0.5'], { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } })] }, { nodeAddressType: 'InternalIP' }, {}, ['172.18.0.2', '172.18.0.3', 'fd00::2']],
    ['with externalTrafficPolicy Local only nodes with ready endpoints', { nodes: NODES, slices: [slice(['b'], ['a', false])] }, {}, { externalTrafficPolicy: 'Local' }, ['9.9.9.3']],
    ['with externalTrafficPolicy Local nodes whose endpoints may become ready, where none is', { nodes: NODES, slices: [slice(['b', false])] }, {}, { externalTrafficPolicy: 'Local' }, ['9.9.9.3']],
    ['the node ports of a load balancer', { nodes: NODES }, { nodeAddressType: 'ExternalIP' }, { type: 'LoadBalancer' }, ['9.9.9.3']],
  ])('takes %s', (_name, view, spec, more, addresses) => {
    expect(nodePort(view, spec, more)).toMatchObject({ kind: 'found', addresses });
  });

  it.each<[string, Partial<GatewayView>, Service['spec'], RegExp]>([
    ['without node ports', { nodes: NODES }, { type: 'ClusterIP', ports: [{ port: 80 }] }, /has no node port/],
    ['without nodes', {}, {}, /none of its nodes has an address/],
    ['with externalTrafficPolicy Local and no endpoint', { nodes: NODES }, { externalTrafficPolicy: 'Local' }, /no endpoint on any node/],
  ])('finds none %s', (_name, view, more, message) => {
    expect(nodePort(view, {}, more)).toEqual({ kind: 'none', message: expect.stringMatching(message) });
  });
});

describe('findGateway, hostPort (issues 44, 45)', () => {
  const hostPort = (slices: readonly EndpointSlice[]): GatewayLookup => find({ service: service([], { type: 'ClusterIP' }), nodes: NODES, slices }, { resolutionType: 'hostPort', nodeAddressType: 'InternalIP' });

  it.each<[string, EndpointSlice[], string[]]>([
    ['nodes of ready endpoints', [slice(['a'], ['b', false])], ['172.18.0.2', 'fd00::2']],
    ['endpoints of several slices', [slice(['a', true]), slice(['b'])], ['172.18.0.2', '172.18.0.3', 'fd00::2']],
    ['no node that is not ready while another one is', [slice(['b'], ['c'])], ['172.18.0.3']],
    ['a node that is not ready where it is the last', [slice(['c'])], ['172.18.0.4']],
  ])('takes %s', (_name, slices, addresses) => {
    expect(hostPort(slices)).toMatchObject({ kind: 'found', addresses, port: 80 });
  });

  it.each<[string, EndpointSlice[]]>([
    ['no endpoints', []],
    ['endpoints without node', [slice([undefined])]],
    ['a list that is null', [{ ...slice(), endpoints: null }]],
  ])('finds none with %s', (_name, slices) => {
    expect(hostPort(slices)).toEqual({ kind: 'none', message: 'its Service has no endpoint on any node' });
  });
});
