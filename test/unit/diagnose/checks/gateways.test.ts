import { describe, expect, it } from '@jest/globals';
import { formatHostProblems } from '../../../../src/api/host-problems.ts';
import type { CableEndpoint, MemberConfig } from '../../../../src/api/types/index.ts';
import { connectionPeers, judgeConnection, judgePaths, pathPeers } from '../../../../src/diagnose/checks/connections.ts';
import { judgeActive, judgeAgent, judgeDrivers, judgeGatewayNodes, judgeHosts, judgeRanges } from '../../../../src/diagnose/checks/gateways.ts';
import type { CheckOutcome } from '../../../../src/diagnose/check.ts';
import { type DiagnoseContext, memberOf } from '../../../../src/diagnose/context.ts';
import type { WorkloadState } from '../../../../src/inspect/cluster-state.ts';
import { contextAmong, contextOf, endpoint, member, type Scene } from '../../../helpers/diagnose-scene.ts';
import { gateway, type GatewayOptions, labelledNode, routeAgent } from '../../../helpers/gateways.ts';

const seen = ({ status, evidence }: CheckOutcome): string => `${status}: ${evidence.join('; ')}`;

describe('judgeGatewayNodes', () => {
  it.each([
    ['no node is labelled', [labelledNode('a', false)], 'fail: no node has the label submariner.io/gateway=true, so nothing connects this cluster'],
    ['all is well', [labelledNode('a', true), labelledNode('b', false)], 'pass: a'],
    ['the only one is not ready', [labelledNode('a', true, false), labelledNode('b', false)], 'fail: no gateway node is ready: a'],
    ['one of two is not ready', [labelledNode('a', true), labelledNode('b', true, false)], 'warn: gateway nodes that are not ready: b'],
  ])('where %s', (_case, nodes, expected) => {
    const outcome = judgeGatewayNodes(nodes, 'ctx');
    expect(seen(outcome)).toBe(expected);
    expect(outcome.status === 'pass' || (outcome.fix ?? []).includes('mcs gateway label <node> --context ctx')).toBe(true);
  });
});

describe('judgeAgent', () => {
  const agent = (ready: number): WorkloadState => ({ component: 'gateway', kind: 'DaemonSet', namespace: 'n', name: 'mcs-gateway', image: 'i', version: '1', wanted: 3, ready });

  it.each([
    ['it is missing', [], 'fail'],
    ['it is ready everywhere', [agent(3)], 'pass'],
    ['one node lacks it: that node has no way out', [agent(2)], 'fail'],
  ])('where %s', (_case, workloads, status) => {
    expect(judgeAgent(contextOf({ workloads })).status).toBe(status);
  });
});

const MISSING = formatHostProblems([{ reason: 'VxlanMissing', message: 'the kernel has no vxlan', fix: 'modprobe vxlan' }]);

describe('judgeHosts', () => {
  it.each([
    ['nobody has reported', [], 'skip: no agent has reported on its node yet'],
    ['all nodes are fit', [routeAgent('a', [], ['HostReady=True HostReady'])], 'pass: 1 node'],
    ['a module is missing', [routeAgent('a', [], [`HostReady=False VxlanMissing ${MISSING}`]), routeAgent('b')], 'fail: a: VxlanMissing: the kernel has no vxlan'],
    ['the network could not be set', [routeAgent('a', [], ['NetworkApplied=False CommandFailed ip: no such device'])], 'fail: a: CommandFailed: ip: no such device'],
  ])('where %s', (_case, routeAgents, expected) => {
    expect(seen(judgeHosts(contextOf({ routeAgents })))).toBe(expected);
  });

  it.each<[string, GatewayOptions[], string]>([
    ['no gateway is active, which another check tells', [], 'pass: 2 nodes'],
    ['the gateway is passive, which another check tells', [{ haStatus: 'passive' }], 'pass: 2 nodes'],
    ['a gateway is active', [{}], 'fail: b: This cluster has no active gateway'],
  ])('judges a node that says that it fails, where %s', (_case, options, expected) => {
    const failing = routeAgent('b');
    const routeAgents = [routeAgent('a'), { ...failing, status: { version: '1', remoteEndpoints: [], conditions: [], statusFailure: 'This cluster has no active gateway' } }];
    expect(seen(judgeHosts(contextOf({ routeAgents, gateways: options.map((one) => gateway('west', 'a', one)) })))).toBe(expected);
  });

  it('says what to do on the node, by the reason', () => {
    const fixes = (text: string) => judgeHosts(contextOf({ routeAgents: [routeAgent('a', [], [text])] })).fix;
    expect(fixes(`HostReady=False VxlanMissing ${MISSING}`)).toEqual(['On node a: modprobe vxlan']);
    expect(fixes('NetworkApplied=False WireguardKeyInvalid x')).toEqual(['mcs gateway rotate-key --context ctx-west']);
    expect(fixes('NetworkApplied=False ApplyFailed x')).toEqual(['kubectl --context ctx-west -n submariner-operator describe routeagents.submariner.io a']);
  });

  it('has each of several faults with its cure', () => {
    const several = formatHostProblems([{ reason: 'PortTaken', message: 'port 4500 is taken', fix: 'mcs join --nattport 4600' }, { reason: 'ForwardBlocked', message: 'firewalld decides', fix: 'firewall-cmd --reload' }]);
    const agent = { ...routeAgent('a'), status: { version: '1', statusFailure: '', remoteEndpoints: [], conditions: [{ type: 'HostReady', status: 'False' as const, reason: 'PortTaken', message: several, lastTransitionTime: '' }] } };
    expect(judgeHosts(contextOf({ routeAgents: [agent] }))).toMatchObject({ evidence: ['a: PortTaken: port 4500 is taken', 'a: ForwardBlocked: firewalld decides'], fix: ['On node a: mcs join --nattport 4600', 'On node a: firewall-cmd --reload'] });
  });
});

describe('judgeActive', () => {
  it.each<[string, GatewayOptions[], string]>([
    ['there is none', [], 'fail: none of 0 gateways is active'],
    ['all stand by', [{ haStatus: 'passive' }], 'fail: none of 1 gateway is active'],
    ['one is', [{}, { haStatus: 'passive' }], 'pass: node-0 of 2 gateways'],
    ['it says that it fails', [{ failure: 'no address' }], 'fail: node-0: no address'],
    ['two are', [{}, {}], 'warn: several call themselves active: node-0, node-1'],
  ])('where %s', (_case, options, expected) => {
    expect(seen(judgeActive(contextOf({ gateways: options.map((one, index) => gateway('west', `node-${index}`, one)) })))).toBe(expected);
  });
});

describe('judgeActive of a gateway whose agent has fallen silent', () => {
  it.each<[string, Scene, string]>([
    ['it has just reported', { leaseAge: 2 }, 'pass: node-1 of 1 gateway'],
    ['it has not', { leaseAge: 40 }, 'fail: the gateway agent of node-1 has not reported for 40 s: its node may be gone, and no other gateway takes over'],
    ['other nodes get answers through it', { leaseAge: 40, routeAgents: [routeAgent('node-2', ['east'])] }, 'fail: the gateway agent of node-1 has not reported for 40 s: it still forwards to 1 cluster, but no other gateway takes over'],
  ])('where %s', (_case, scene, expected) => {
    const outcome = judgeActive(contextOf({ gateways: [gateway('west', 'node-1', { connections: ['east'] })], ...scene }));
    expect(seen(outcome)).toBe(expected);
    expect(outcome.status === 'pass' || (outcome.fix ?? []).includes('kubectl --context ctx-west describe node node-1')).toBe(true);
  });
});

describe('judgeDrivers', () => {
  it.each([
    ['all are the same', [endpoint('west'), endpoint('east')], 'pass: cable driver vxlan'],
    ['another member has another', [endpoint('west'), endpoint('east', 'wireguard')], 'fail: "east" has cable driver wireguard, "west" has vxlan'],
    ['the own gateway has not spoken yet', [endpoint('east', 'wireguard')], 'fail: "east" has cable driver wireguard, "west" has vxlan'],
  ])('where %s', (_case, endpoints, expected) => {
    expect(seen(judgeDrivers(contextOf({ endpoints })))).toBe(expected);
  });
});

describe('judgeRanges', () => {
  const healthCheckIP = '10.2.0.1';
  it.each<[string, GatewayOptions[], Partial<MemberConfig>, string]>([
    ['no gateway is active', [], {}, 'skip: no gateway is active'],
    ['all agrees', [{ healthCheckIP }], {}, 'pass: 10.2.0.0/16'],
    ['the gateway announces something else', [{ healthCheckIP, subnets: ['10.2.0.0/24'] }], {}, 'fail: the gateway announces 10.2.0.0/24, but west joined with 10.2.0.0/16'],
    ['the node has no address among the pods', [{}], {}, 'fail: node node-1 has no address in the pod ranges, so nobody can probe this cluster'],
    ['nobody probes', [{}], { settings: { healthCheck: false } }, 'pass: 10.2.0.0/16'],
    ['its address lies elsewhere', [{ healthCheckIP: '10.9.0.1' }], {}, 'fail: healthCheckIP 10.9.0.1 lies outside of the pod ranges'],
  ])('where %s', (_case, options, config, expected) => {
    expect(seen(judgeRanges(contextOf({ config, gateways: options.map((one) => gateway('west', 'node-1', one)) })))).toBe(expected);
  });
});

describe('judgeConnection', () => {
  const here = (connection: string): Scene => ({ endpoints: [endpoint('west'), endpoint('east')], gateways: [gateway('west', 'node-1', { connections: [connection] })] });
  const east = (...connections: string[]) => member('east', { gateways: [gateway('east', 'node-9', { connections })] });
  const HERE = 'west to east: connected (192.0.2.1)';

  it.each<[string, Scene, readonly DiagnoseContext['cluster'][], string]>([
    ['both ends are connected', here('east'), [east('west')], `pass: ${HERE}`],
    ['the other end cannot be read', here('east'), [], `pass: ${HERE}`],
    ['nothing is to be probed', { ...here('east=none'), config: { settings: { healthCheck: false } } }, [], 'pass: west to east: none (192.0.2.1)'],
    ['nothing can be probed', here('east=none no address that answers'), [], 'warn: west to east: none (192.0.2.1): no address that answers'],
    ['probes are not answered', here('east=error no answer for 6s'), [east('west=error no answer for 6s')], 'fail: west to east: error (192.0.2.1): no answer for 6s'],
    ['it is coming up', here('east=connecting'), [], 'warn: west to east: connecting (192.0.2.1)'],
    ['there is no connection at all', { ...here('south'), gateways: [gateway('west', 'node-1')] }, [], 'fail: west to east: no connection'],
    ['only the other end hears nothing', here('east'), [east('west=error no answer')], `fail: ${HERE} | one side only, east to west: error (192.0.2.1): no answer`],
    ['only this end hears nothing', here('east=error no answer'), [east('west')], 'fail: west to east: error (192.0.2.1): no answer | one side only, east to west: connected (192.0.2.1)'],
    ['the own gateway is silent', { ...here('east'), leaseAge: 40 }, [], 'fail: west to east: error (192.0.2.1): gateway agent of node-1 has not reported for 40 s'],
    ['the gateway of the other end is silent', here('east'), [member('east', { gateways: [gateway('east', 'node-9', { connections: ['west'] })], leaseAge: 30 })], `fail: ${HERE} | one side only, east to west: error (192.0.2.1): gateway agent of node-9 has not reported for 30 s`],
    ['the own gateway is silent, and other nodes get answers through it', { ...here('east'), leaseAge: 40, routeAgents: [routeAgent('node-2', ['east'])] }, [], `pass: ${HERE}: gateway agent of node-1 has not reported for 40 s; other nodes get answers through it`],
  ])('where %s', (_case, scene, others, expected) => {
    const { status, evidence } = judgeConnection(contextOf(scene, ...others), 'east');
    expect(`${status}: ${evidence.join(' | ')}`).toBe(expected);
  });

  it('names the ports of both ends that are to be let through, as their Endpoints have them', () => {
    const withPort = (cluster: string, port: string): CableEndpoint => ({ ...endpoint(cluster), spec: { ...endpoint(cluster).spec, backend_config: { 'udp-port': port, 'natt-discovery-port': '4491' } } });
    const scene = { ...here('east=error no answer'), endpoints: [withPort('west', '4501'), withPort('east', '4600')] };
    expect(judgeConnection(contextOf(scene), 'east').fix?.[0]).toBe('Let UDP 4600 and 4491 to the gateway of "east" and UDP 4501 and 4491 to the gateway of "west" pass, and the answers');
  });
});

describe('connectionPeers', () => {
  it('takes clusters with an Endpoint here, whether they can be read or not', () => {
    expect(connectionPeers(contextOf({ endpoints: [endpoint('west'), endpoint('zeta'), endpoint('east')] }))).toEqual(['east', 'zeta']);
  });

  it('leaves a connection to the cluster whose name comes first, where that one can be read and knows this one', () => {
    const east = (...endpoints: CableEndpoint[]) => member('east', { endpoints });
    const scene = { endpoints: [endpoint('west'), endpoint('east')] };
    expect(connectionPeers(contextOf(scene, east(endpoint('west'))))).toEqual([]);
    expect(connectionPeers(contextOf(scene, east()))).toEqual(['east']);
  });

  it('takes members of the same broker that have sent no Endpoint, and no others', () => {
    const withBroker = (id: string, server: string) => {
      const { state, ...rest } = member(id, {});
      return { ...rest, state: { ...state, member: { ...memberOf({ cluster: { ...rest, state } }), credential: { server } as never } } };
    };
    const own = withBroker('west', 'https://a');
    const context = contextAmong(own, [withBroker('xray', 'https://a'), withBroker('yoke', 'https://b')]);
    expect(connectionPeers(context)).toEqual(['xray']);
  });
});

describe('judgePaths', () => {
  it.each([
    ['all get through', [routeAgent('a', ['east']), routeAgent('b', ['east', 'south=none'])], 'pass: 2 nodes'],
    ['one node does not', [routeAgent('a', ['east']), routeAgent('b', ['east=error no answer'])], 'fail: b to east: no answer'],
    ['one node does not reach another cluster', [routeAgent('a', ['east', 'south=error no answer'])], 'pass: 1 node'],
  ])('where %s', (_case, routeAgents, expected) => {
    const context = contextOf({ routeAgents });
    expect(pathPeers(context)).toContain('east');
    expect(seen(judgePaths(context, 'east'))).toBe(expected);
  });
});
