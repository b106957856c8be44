import { describe, expect, it } from '@jest/globals';
import type { CableEndpoint, MemberConfig } from '../../../../src/api/types/index.ts';
import { judgeConnections, judgePaths } from '../../../../src/diagnose/checks/connections.ts';
import { judgeActive, judgeAgent, judgeDrivers, judgeGatewayNodes, judgeHosts, judgeRanges } from '../../../../src/diagnose/checks/gateways.ts';
import type { CheckOutcome } from '../../../../src/diagnose/check.ts';
import type { DiagnoseContext } from '../../../../src/diagnose/context.ts';
import type { ClusterState, DataPlaneState, WorkloadState } from '../../../../src/inspect/cluster-state.ts';
import { gateway, type GatewayOptions, labelledNode, routeAgent } from '../../../helpers/gateways.ts';
import { cableSpec } from '../../../helpers/member-records.ts';

const CONFIG: Omit<MemberConfig, 'clusterID'> = { clusterUID: '', podCIDRs: ['10.2.0.0/16'], serviceCIDRs: [], nodeCIDRs: [], components: ['connectivity'], brokerNamespace: 'b', settings: { cableDriver: 'vxlan' } };

function endpoint(cluster: string, backend = 'vxlan'): CableEndpoint {
  return { apiVersion: 'submariner.io/v1', kind: 'Endpoint', metadata: { name: cluster }, spec: cableSpec(cluster, '192.0.2.1', { backend, hostname: 'node-1' }) };
}

interface Scene {
  readonly gateways?: DataPlaneState['gateways'];
  readonly endpoints?: readonly CableEndpoint[];
  readonly routeAgents?: DataPlaneState['routeAgents'];
  readonly workloads?: readonly WorkloadState[];
  readonly config?: Partial<MemberConfig>;
}

function member(clusterID: string, { gateways = [], endpoints = [], routeAgents = [], workloads = [], config = {} }: Scene): DiagnoseContext['cluster'] {
  const state: ClusterState = { uid: clusterID, kubernetesVersion: '', workloads, member: { config: { ...CONFIG, clusterID, ...config }, dataPlane: { gateways, endpoints, routeAgents }, exports: [], imports: [], slices: [] } };
  return { context: `ctx-${clusterID}`, client: {} as never, state };
}

function contextOf(scene: Scene, ...others: readonly DiagnoseContext['cluster'][]): DiagnoseContext {
  const cluster = member('west', scene);
  return { cluster, fleet: { clusters: [cluster, ...others], unread: [], leftOut: [] }, clock: {} as never };
}

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

describe('judgeHosts', () => {
  it.each([
    ['nobody has reported', [], 'skip: no agent has reported on its node yet'],
    ['all nodes are fit', [routeAgent('a', [], ['HostReady=True HostReady'])], 'pass: 1 node'],
    ['a module is missing', [routeAgent('a', [], ['HostReady=False VxlanMissing the kernel has no vxlan']), routeAgent('b')], 'fail: a: VxlanMissing: the kernel has no vxlan'],
    ['the network could not be set', [routeAgent('a', [], ['NetworkApplied=False CommandFailed ip: no such device'])], 'fail: a: CommandFailed: ip: no such device'],
  ])('where %s', (_case, routeAgents, expected) => {
    expect(seen(judgeHosts(contextOf({ routeAgents })))).toBe(expected);
  });

  it('says what to do on the node, by the reason', () => {
    const fixes = (reason: string) => judgeHosts(contextOf({ routeAgents: [routeAgent('a', [], [`HostReady=False ${reason} x`])] })).fix;
    expect(fixes('ForwardingOff')).toEqual([expect.stringContaining('net.ipv4.ip_forward=1')]);
    expect(fixes('SomethingElse')).toEqual(['kubectl --context ctx-west -n submariner-operator describe routeagents.submariner.io a']);
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

describe('judgeConnections', () => {
  const here = (connection: string): Scene => ({ endpoints: [endpoint('west'), endpoint('east')], gateways: [gateway('west', 'node-1', { connections: [connection] })] });
  const east = (...connections: string[]) => member('east', { gateways: [gateway('east', 'node-9', { connections })] });

  it.each<[string, Scene, readonly DiagnoseContext['cluster'][], string]>([
    ['nobody else has a gateway', { endpoints: [endpoint('west')] }, [], 'skip: no other member has a gateway that is known here'],
    ['both ends are connected', here('east'), [east('west')], 'pass: 1 connection'],
    ['the other end cannot be read', here('east'), [], 'pass: 1 connection'],
    ['nothing is to be probed', { ...here('east=none'), config: { settings: { healthCheck: false } } }, [], 'pass: 1 connection'],
    ['nothing can be probed', here('east=none no address that answers'), [], 'warn: west to east: none (192.0.2.1): no address that answers'],
    ['probes are not answered', here('east=error no answer for 6s'), [east('west=error no answer for 6s')], 'fail: west to east: error (192.0.2.1): no answer for 6s'],
    ['it is coming up', here('east=connecting'), [], 'warn: west to east: connecting (192.0.2.1)'],
    ['there is no connection at all', { ...here('south'), gateways: [gateway('west', 'node-1')] }, [], 'fail: west to east: no connection'],
    ['only the other end hears nothing', here('east'), [east('west=error no answer')], 'fail: west to east: connected (192.0.2.1); one side only, east to west: error (192.0.2.1): no answer'],
    ['only this end hears nothing', here('east=error no answer'), [east('west')], 'fail: west to east: error (192.0.2.1): no answer; one side only, east to west: connected (192.0.2.1)'],
  ])('where %s', (_case, scene, others, expected) => {
    expect(seen(judgeConnections(contextOf(scene, ...others)))).toBe(expected);
  });
});

describe('judgePaths', () => {
  it.each([
    ['nobody has probed', [], 'skip: no node has probed a way to another cluster'],
    ['all get through', [routeAgent('a', ['east']), routeAgent('b', ['east', 'south=none'])], 'pass: 3 ways from 2 nodes'],
    ['one node does not', [routeAgent('a', ['east']), routeAgent('b', ['east=error no answer'])], 'fail: b to east: no answer'],
  ])('where %s', (_case, routeAgents, expected) => {
    expect(seen(judgePaths(contextOf({ routeAgents })))).toBe(expected);
  });
});
