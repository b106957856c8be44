import { APP_MCS } from '../../src/api/labels.ts';
import { formatHostProblems } from '../../src/api/host-problems.ts';
import type { Lease, Pod, ServiceExport, ServiceImport } from '../../src/api/types/index.ts';
import { formatDiagnose } from '../../src/cli/present-diagnose.ts';
import type { WiringStatus } from '../../src/cluster-dns/wiring-status.ts';
import type { CheckOutcome } from '../../src/diagnose/check.ts';
import { judgeClocks, judgeVersions } from '../../src/diagnose/checks/agreement.ts';
import { judgeOutside, judgeOverlap } from '../../src/diagnose/checks/cidrs.ts';
import { judgeConnection, judgePaths } from '../../src/diagnose/checks/connections.ts';
import { expectReady, judgeExpiry, judgePods } from '../../src/diagnose/checks/deployment.ts';
import { describeMismatch, judgeMismatches, judgeVersion } from '../../src/diagnose/checks/dns.ts';
import { judgeActive, judgeAgent, judgeDrivers, judgeGatewayNodes, judgeHosts, judgeRanges } from '../../src/diagnose/checks/gateways.ts';
import { judgeFallthrough } from '../../src/diagnose/checks/fallthrough.ts';
import { judgeClaim } from '../../src/diagnose/checks/duplicate-ids.ts';
import { judgeStaleCopies } from '../../src/diagnose/checks/stale-copies.ts';
import { judgeDerived } from '../../src/diagnose/checks/derived-services.ts';
import { judgePlugin, judgeProxyMode } from '../../src/diagnose/checks/network.ts';
import { judgeOrphans } from '../../src/diagnose/checks/orphans.ts';
import { judgeSilence } from '../../src/diagnose/checks/silent-members.ts';
import { judgePolicies } from '../../src/diagnose/checks/ingress-policies.ts';
import { judgeKubernetes, judgeOwnApis } from '../../src/diagnose/checks/k8s-version.ts';
import { judgeRejections } from '../../src/diagnose/checks/rejections.ts';
import { judgeConflicts } from '../../src/diagnose/checks/conflicts.ts';
import { judgeEmpty } from '../../src/diagnose/checks/empty-imports.ts';
import { judgeExports, judgeImports } from '../../src/diagnose/checks/service-discovery.ts';
import type { DiagnoseContext } from '../../src/diagnose/context.ts';
import { ALL_CHECKS, reportUnread } from '../../src/diagnose/diagnose.ts';
import { judgeWiring } from '../../src/diagnose/judge-wiring.ts';
import { judgeDiscovery, judgeInner, judgeNodes, judgeSizes, judgeTunnelPort } from '../../src/diagnose/probes/paths/judge-paths.ts';
import { makeReport } from '../../src/diagnose/report.ts';
import type { WorkloadState } from '../../src/inspect/cluster-state.ts';
import { sharedServices } from '../../src/inspect/shared-services.ts';
import { McsError } from '../../src/base/errors.ts';
import { configMap, facts } from './cluster-facts.ts';
import { contextAmong, contextOf, endpoint, member } from './diagnose-scene.ts';
import { gateway, labelledNode, routeAgent } from './gateways.ts';
import { exposed, networkPolicy } from './network-policies.ts';
import { pathCluster, pathFindings } from './path-findings.ts';
import { POD_EXAMPLES } from './pod-examples.ts';

const CONTEXT = 'ctx-west';
const KUBECTL = `kubectl --context ${CONTEXT}`;
const NO_VXLAN = { reason: 'VxlanMissing', message: 'The kernel has no VXLAN, by which nodes reach their gateway', fix: 'Load the module: modprobe vxlan (some distributions have it in a package such as kernel-modules-extra)' };
const BOTH = [endpoint('west'), endpoint('east')];
const connected = (...connections: string[]) => [gateway('west', 'node-1', { connections, healthCheckIP: '10.2.0.1' })];

function workload(component: string, counts: Partial<WorkloadState> = {}): WorkloadState {
  return { component, kind: 'Deployment', namespace: 'submariner-operator', name: `mcs-${component}`, image: 'localhost/mcs:0.1.0', version: '0.1.0', wanted: 1, ready: 0, ...counts };
}

const AGENT = workload('gateway', { kind: 'DaemonSet', wanted: 3, ready: 2 });

function crashingPod(): Pod {
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  const lastState = { terminated: { exitCode: 1, message: 'MCS_CONFIG_INVALID: Cannot read the configuration' } };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mcs-controller-7d4b9', labels: { app: APP_MCS } }, spec: { containers: [] }, status: { phase: 'Running', containerStatuses: [{ name: 'controller', ready: false, restartCount: 7, state, lastState }] } } as unknown as Pod;
}

function serviceExport(name: string, conditions: readonly string[]): ServiceExport {
  const parsed = conditions.map((text) => {
    const [, type = '', status = '', reason = '', message = ''] = /^(\w+)=(\w+) (\w+) ?(.*)$/.exec(text) ?? [];
    return { type, status: status as 'True', reason, message, lastTransitionTime: '' };
  });
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', metadata: { name, namespace: 'shop' }, status: { conditions: parsed } };
}

function serviceImport(name: string, ...ips: string[]): ServiceImport {
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata: { name, namespace: 'shop' }, spec: { type: 'ClusterSetIP', ports: [], ips } };
}

/** A context whose clusters "west" and "east" share these objects. */
function sharing(own: { readonly exports?: readonly ServiceExport[]; readonly imports?: readonly ServiceImport[] }, theirs: readonly ServiceExport[] = []): DiagnoseContext {
  const withServices = (cluster: DiagnoseContext['cluster'], exports: readonly ServiceExport[], imports: readonly ServiceImport[]): DiagnoseContext['cluster'] => {
    const { state } = cluster;
    return { ...cluster, state: { ...state, ...(state.member && { member: { ...state.member, exports, imports } }) } };
  };
  const cluster = withServices(member('west', {}), own.exports ?? [], own.imports ?? []);
  return contextAmong(cluster, [withServices(member('east', {}), theirs, [])], { now: () => 0 });
}

const NOT_LOADED: WiringStatus = {
  state: 'not-loaded',
  kind: 'coredns',
  message: 'ConfigMap kube-system/coredns is written, but not loaded by 10.2.0.3',
  hints: ['kubectl -n kube-system logs -l k8s-app=kube-dns'],
  places: ['ConfigMap kube-system/coredns'],
  upstream: '10.102.0.9',
  servers: [{ server: '10.2.0.3', isLoaded: false, answer: 'NXDOMAIN' }],
  notes: [],
};
const READY = serviceExport('cart', ['Valid=True Valid', 'Ready=True Ready']);
const LACKING = sharing({}, [READY]);
const UNREACHABLE = new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach https://192.0.2.10:6443: no answer within 5 s', { hints: [`${KUBECTL} get --raw /readyz`] });
const PATHS = [pathCluster('west'), pathCluster('east')];
const PAIR = { own: 'west', peer: 'east' };
const withWorkload = (...workloads: WorkloadState[]): DiagnoseContext => contextOf({ workloads });

/** What the example of each page is of. */
const EXAMPLES: Readonly<Record<string, CheckOutcome>> = {
  ...POD_EXAMPLES,
  'MCS-API-01': reportUnread({ context: CONTEXT, error: UNREACHABLE }).checks[0] ?? { status: 'skip', evidence: [] },
  'MCS-K8S-01': judgeKubernetes(new Set(['v1', 'apps/v1', 'apiextensions.k8s.io/v1', 'rbac.authorization.k8s.io/v1', 'coordination.k8s.io/v1']), 'Kubernetes v1.20.4'),
  'MCS-K8S-02': judgeOwnApis(new Map(), contextOf({})),
  'MCS-DEP-01': expectReady(withWorkload(workload('controller', { wanted: 0 })), 'controller'),
  'MCS-DEP-02': expectReady(withWorkload(workload('dns', { wanted: 2 })), 'dns'),
  'MCS-DEP-03': judgeExpiry({ renewsAt: '2026-01-01T12:00:00Z', expiresAt: '2026-01-02T00:00:00Z' }, Date.parse('2026-01-03T00:00:00Z'), CONTEXT),
  'MCS-DEP-04': expectReady(withWorkload(workload('desk', { namespace: 'submariner-k8s-broker' })), 'desk'),
  'MCS-DEP-05': judgePods([crashingPod()], ['submariner-operator'], KUBECTL),
  'MCS-DEP-06': judgeClocks([{ cluster: 'west', offsetMs: 0 }, { cluster: 'east', offsetMs: -600_000 }]),
  'MCS-BRK-01': judgeSilence('east', { lease: { metadata: { name: 'east', managedFields: [{ time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:renewTime': {} } } }] }, spec: { leaseDurationSeconds: 60 } } as unknown as Lease, joinedAt: 0, now: Date.parse('2026-01-01T00:07:03Z') }, `${KUBECTL} -n submariner-k8s-broker`),
  'MCS-DEP-07': judgeVersions(contextOf({ workloads: [workload('dns', { version: '0.0.9' })] }, member('east', { workloads: [workload('dns')] }))),
  'MCS-DEP-09': judgeClaim({ name: 'west', uid: '7b1f03d2', joinedUID: '2c9ae641' }, { id: 'west', context: CONTEXT, holderUID: '2c9ae641', others: [] }),
  'MCS-CIDR-01': judgeOutside('pod', '--clustercidr', ['10.2.0.0/16'], ['shop/cart-5f6d 10.9.0.4'], contextOf({})),
  'MCS-CIDR-02': judgeOutside('service', '--servicecidr', ['10.102.0.0/16'], ['shop/cart 10.103.7.1'], contextOf({})),
  'MCS-CIDR-03': judgeOverlap(contextOf({}, member('east', { config: { podCIDRs: ['10.2.128.0/17'] } }))),
  'MCS-CNI-01': judgePlugin(facts({ configMaps: [configMap('calico-config', {})], apiVersions: new Set(['crd.projectcalico.org/v1']), ipPools: [{ apiVersion: '', kind: 'IPPool', metadata: { name: 'own' }, spec: { cidr: '10.2.0.0/16' } }] }), [{ cluster: 'east', range: '10.1.0.0/16' }], CONTEXT),
  'MCS-KP-01': judgeProxyMode(configMap('kube-proxy', { 'config.conf': 'mode: ipvs' })),
  'MCS-NET-01': judgeGatewayNodes([labelledNode('node-1', true, false), labelledNode('node-2', false)], CONTEXT),
  'MCS-NET-02': judgeAgent(withWorkload(AGENT)),
  'MCS-NET-03': judgeHosts(contextOf({ routeAgents: [routeAgent('node-1'), routeAgent('node-2', [], [`HostReady=False VxlanMissing ${formatHostProblems([NO_VXLAN])}`])] })),
  'MCS-NET-04': judgeActive(contextOf({ gateways: connected('east'), leaseAge: 42 })),
  'MCS-NET-05': judgeDrivers(contextOf({ endpoints: [endpoint('west'), endpoint('east', 'wireguard')] })),
  'MCS-NET-06': judgeRanges(contextOf({ gateways: [gateway('west', 'node-1', { subnets: ['10.2.0.0/24'], healthCheckIP: '10.2.0.1' })] })),
  'MCS-NET-07': judgeConnection(contextOf({ endpoints: BOTH, gateways: connected('east') }, member('east', { gateways: [gateway('east', 'node-9', { connections: ['west=error no answer to probes for 6s'] })] })), 'east'),
  'MCS-NET-08': judgePaths(contextOf({ routeAgents: [routeAgent('node-1', ['east']), routeAgent('node-2', ['east=error no answer to probes for 6s'])] }), 'east'),
  'MCS-NET-09': judgeNodes({ found: pathFindings(PATHS, { fate: ({ kind, from }) => (kind === 'nodes' && from.node === 'node-2' ? 'filtered' : 'delivered') }) }, 'west', false),
  'MCS-NET-10': judgeTunnelPort({ found: pathFindings(PATHS, { fate: ({ kind, from }) => (kind === 'tunnel' && from.cluster === 'east' ? 'lost' : 'delivered') }) }, PAIR, false),
  'MCS-NET-11': judgeDiscovery({ found: pathFindings(PATHS, { fate: ({ kind, from }) => (kind === 'discovery' && from.cluster === 'east' ? 'lost' : 'delivered'), nat: { from: '203.0.113.7', fromPort: 30_001 } }) }, PAIR, true),
  'MCS-NET-12': judgeInner({ found: pathFindings(PATHS, { fate: ({ kind, from }) => (kind === 'inner' && from.node === 'node-2' && from.cluster === 'west' ? 'lost' : 'delivered') }) }, PAIR),
  'MCS-NET-13': judgeSizes({ found: pathFindings(PATHS, { largest: 1320 }) }, PAIR),
  'MCS-NP-01': judgePolicies([exposed(networkPolicy('deny-all'))], [{ cluster: 'east', range: '10.1.0.0/16' }], KUBECTL),
  'MCS-SD-01': judgeExports(sharing({ exports: [serviceExport('ghost', ['Valid=False NoService Service "shop/ghost" does not exist'])] })),
  'MCS-SD-02': judgeConflicts([{ key: 'shop/cart', evidence: 'shop/cart: Conflict=True PortConflict: ports differ: west has http 81/TCP; east has http 80/TCP, which decides', losers: ['west'] }], { cluster: 'west', context: CONTEXT, names: new Map([['west', 'west']]) }),
  'MCS-SD-03': judgeImports(LACKING, new Set(['shop']), sharedServices(LACKING.fleet.clusters.map(({ state }) => state))),
  'MCS-SD-04': judgeEmpty([{ key: 'shop/cart', offers: [{ cluster: 'west', name: 'west', endpoints: { ready: 0, all: 2 } }] }], { cluster: 'west', kubectl: KUBECTL, total: 1 }),
  'MCS-SD-05': judgeRejections({ east: { total: 2, reasons: { AddressNotGranted: 2 }, examples: [{ object: 'EndpointSlice cart-x7k2p.shop.east', reason: 'AddressNotGranted', message: '2 endpoints outside the ranges granted to the cluster' }] } }, KUBECTL),
  'MCS-SD-06': judgeStaleCopies([{ key: 'shop/cart', exporter: 'east', differences: ['endpoint 10.1.0.5: "ready" at "west", "none" in the original'], changed: 0, seconds: 184 }], { cluster: 'west', kubectl: KUBECTL, total: 1, suspects: [] }),
  'MCS-SD-07': judgeOrphans({ imported: [{ resource: 'ServiceImport', namespace: 'shop', name: 'cart', reason: 'no cluster exports shop/cart any more' }], strangers: [], exported: [] }, { kubectl: KUBECTL, brokerKubectl: KUBECTL }),
  'MCS-SD-08': judgeDerived([{ serviceImport: serviceImport('cart', '10.102.0.7'), derived: undefined }], KUBECTL),
  'MCS-DNS-01': judgeVersion([{ pod: 'mcs-dns-6c9f', answer: { Status: 2 } }], KUBECTL),
  'MCS-DNS-02': judgeMismatches([describeMismatch(serviceImport('cart', '10.102.0.7'), 'mcs-dns-6c9f', { Status: 3 }) ?? ''], '', sharing({})),
  'MCS-DNS-05': judgeFallthrough({ namespaces: new Set(['shop']), status: { state: 'wired', message: '', hints: [], servers: [] }, drift: [], servers: 0, mismatches: [] }, KUBECTL),
  'MCS-DNS-03': judgeWiring({ status: NOT_LOADED, plan: undefined }, CONTEXT),
};

/** Ids of the checks that have an example. */
export const EXAMPLE_IDS: readonly string[] = Object.keys(EXAMPLES);

/** What `mcs diagnose` prints of the example of a check, in cluster "west". */
export function checkExample(id: string): string {
  const check = ALL_CHECKS.find((one) => one.id === id);
  const outcome = EXAMPLES[id];
  if (check === undefined || outcome === undefined) throw new Error(`no example of ${id}`);
  const { title, topic, scope } = check;
  return formatDiagnose(makeReport([{ context: CONTEXT, name: 'west', checks: [{ ...outcome, id, title, topic, ...(scope === 'pair' && { peer: 'east' }), durationMs: 0 }] }])).split('\n\n')[0] ?? '';
}
