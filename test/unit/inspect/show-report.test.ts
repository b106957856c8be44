import { describe, expect, it } from '@jest/globals';
import type { MemberConfig, ServiceExport, ServiceImport } from '../../../src/api/types/index.ts';
import { McsError } from '../../../src/base/errors.ts';
import type { ClusterState, WorkloadState } from '../../../src/inspect/cluster-state.ts';
import { makeShowReport, SHOW_TOPICS } from '../../../src/inspect/show-report.ts';
import type { Fleet, FleetMember } from '../../../src/inspect/survey-fleet.ts';

const workload = (component: string, ready: number, wanted = 1): WorkloadState => ({ component, kind: 'Deployment', namespace: 'n', name: `mcs-${component}`, image: 'localhost/mcs:1', version: '1', ready, wanted });
const config = (clusterID: string): MemberConfig => ({
  clusterID,
  clusterUID: clusterID,
  podCIDRs: ['10.1.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  nodeCIDRs: [],
  components: ['service-discovery'],
  brokerNamespace: 'b',
  settings: {},
});

function exported(...conditions: [string, 'True' | 'False' | 'Unknown', string][]): ServiceExport {
  const all = conditions.map(([type, status, reason]) => ({ type, status, reason, message: '', lastTransitionTime: '' }));
  return { apiVersion: '', kind: '', metadata: { name: 'web', namespace: 'shop' }, status: { conditions: all } };
}

const imported: ServiceImport = { apiVersion: '', kind: '', metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterSetIP', ips: ['10.96.0.9'], ports: [{ name: 'http', port: 80 }] } };

function member(id: string, exports: ServiceExport[], imports: ServiceImport[], extra: Partial<ClusterState> = {}): FleetMember {
  const state: ClusterState = { uid: id, kubernetesVersion: 'v1', workloads: [workload('dns', 2, 2)], member: { config: config(id), exports, imports, readyEndpoints: new Map() }, ...extra };
  return { context: `ctx-${id}`, client: {} as never, state };
}

const fleetOf = (...clusters: FleetMember[]): Fleet => ({ clusters, unread: [], leftOut: [] });

describe('makeShowReport', () => {
  it('says for each network how the DNS of the cluster leads to ours, where its controller has said so', () => {
    const [wired, silent] = [member('west', [], []), member('east', [], [])];
    const status = { state: 'conflict', kind: 'coredns', message: 'a block of somebody else', hints: [], places: [], upstream: undefined, servers: [], notes: [] } as const;
    const clusters = [{ ...wired, state: { ...wired.state, member: { ...wired.state.member, dnsWiring: status } as NonNullable<ClusterState['member']> } }, silent];
    const { networks = [] } = makeShowReport(fleetOf(...clusters), ['networks']);
    expect(networks.map(({ cluster, dnsWiring }) => [cluster, dnsWiring])).toEqual([['west', { state: 'conflict', message: 'a block of somebody else' }], ['east', undefined]]);
  });

  it('has what was asked for and nothing else', () => {
    const keys = (topics: Parameters<typeof makeShowReport>[1]): string[] => Object.keys(makeShowReport(fleetOf(), topics)).sort();
    expect(keys(['services'])).toEqual(['leftOut', 'services', 'unread']);
    expect(keys(SHOW_TOPICS)).toEqual([...SHOW_TOPICS, 'leftOut', 'unread'].sort());
  });

  it('says that the data plane is not installed', () => {
    const { gateways, connections, endpoints } = makeShowReport(fleetOf(member('west', [], [])), SHOW_TOPICS);
    for (const part of [gateways, connections, endpoints]) expect(part).toEqual({ installed: false, message: 'the data plane is not installed' });
  });

  const states: [string, ServiceExport[], ServiceImport[], string][] = [
    ['all is well', [exported(['Valid', 'True', 'Valid'], ['Ready', 'True', 'Ready'], ['Conflict', 'False', 'NoConflicts'])], [imported], 'ok'],
    ['an export is not valid', [exported(['Valid', 'False', 'NoService'])], [], 'west: Valid=False NoService'],
    ['exports disagree', [exported(['Valid', 'True', 'Valid'], ['Conflict', 'True', 'PortConflict'])], [imported], 'west: Conflict=True PortConflict'],
    ['nobody has imported it', [exported(['Ready', 'True', 'Ready'])], [], 'not imported yet'],
    ['its exporter is not among the clusters', [], [imported], 'exported by clusters not shown here'],
  ];
  it.each(states)('state of a service where %s', (_case, exports, imports, state) => {
    const [row] = makeShowReport(fleetOf(member('west', exports, imports)), ['services']).services ?? [];
    expect(row?.state).toBe(state);
  });

  it('joins the view of all clusters into one row per service', () => {
    const fleet = fleetOf(member('west', [exported(['Ready', 'True', 'Ready'])], [imported]), member('east', [], [{ ...imported, spec: { ...imported.spec, ips: ['10.97.0.3'] } }]));
    expect(makeShowReport(fleet, ['services']).services).toEqual([
      {
        namespace: 'shop',
        name: 'web',
        type: 'ClusterSetIP',
        exportedBy: ['west'],
        importedIn: ['west', 'east'],
        ips: { west: ['10.96.0.9'], east: ['10.97.0.3'] },
        ports: ['http 80/TCP'],
        conditions: { west: [{ type: 'Ready', status: 'True', reason: 'Ready', message: '' }] },
        state: 'ok',
      },
    ]);
  });

  it('calls a desk ready only where its pod is', () => {
    const broker = { namespace: 'b', members: [{ clusterID: 'west', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], joinedAt: '', exports: 2 }] };
    const deskOf = (...workloads: WorkloadState[]) => makeShowReport(fleetOf(member('west', [], [], { broker, workloads })), ['brokers']).brokers?.[0];
    expect(deskOf(workload('desk', 1))).toEqual({ cluster: 'west', namespace: 'b', desk: 'ready', members: ['west'], exports: 2 });
    expect([deskOf(workload('desk', 0))?.desk, deskOf(workload('desk', 0, 0))?.desk, deskOf()?.desk]).toEqual(['not ready', 'not ready', 'not ready']);
  });

  it('names the contexts that could not be read, with the code', () => {
    const fleet: Fleet = { ...fleetOf(), unread: [{ context: 'gone', error: new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach it: no route') }] };
    expect(makeShowReport(fleet, ['networks'])).toEqual({ networks: [], unread: [{ context: 'gone', code: 'MCS_CLUSTER_UNREACHABLE', message: 'Cannot reach it: no route', hints: [] }], leftOut: [] });
  });
});
