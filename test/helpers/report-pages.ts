import type { CheckResult } from '../../src/diagnose/check.ts';
import { type ClusterReport, type DiagnoseReport, makeReport } from '../../src/diagnose/report.ts';
import type { ReportPage } from '../../src/cli/report/report-page.ts';
import { findLatencies, type Latency } from '../../src/inspect/latency.ts';
import { makeMatrix, type MatrixPair } from '../../src/inspect/matrix/make-matrix.ts';
import type { Fleet } from '../../src/inspect/survey-fleet.ts';
import { makeTopology } from '../../src/inspect/topology.ts';
import { matrixFleet, matrixMember, mixedFleet } from './matrix-fleet.ts';
import { sampleReport } from './sample-report.ts';

/** All of this is markup, an end of an attribute, or an end of a script where it is not escaped. */
export const HOSTILE = `"'><script>document.title='taken'</script><img src=http://192.0.2.9/x onerror=alert(1)>&amp;\`</style>\u202E`;

const PAGE = '# MCS-DEP-02: The name server is ready\n\nIt answers for `clusterset.local`; see [MCS-DNS-01](MCS-DNS-01.md).\n\n## Example\n\n```\nan example\n```\n\n## What to do\n\nLook.\n';

const AT = new Date('2026-01-02T03:04:05Z');

function pageOf(report: DiagnoseReport, fleet: Fleet, more: Partial<ReportPage> = {}): ReportPage {
  return { report, matrix: makeMatrix(fleet), latencies: findLatencies(fleet), checkPages: new Map([['MCS-DEP-02', PAGE]]), at: AT, version: '1.2.3', ...more };
}

/** Faults, warnings, folded checks; a matrix with all that can be in it; a picture. */
export function samplePage(): ReportPage {
  const fleet = mixedFleet();
  return pageOf(sampleReport(), fleet, { topology: makeTopology(fleet) });
}

/** A page with `HOSTILE` wherever a text of a cluster can be. */
export function hostilePage(): ReportPage {
  const peer = { id: 'MCS-NET-07', title: HOSTILE, topic: 'connections' as const, peer: HOSTILE, durationMs: 1 };
  const checks: CheckResult[] = [
    { id: 'MCS-DEP-02', title: HOSTILE, topic: 'dns', status: 'fail', evidence: [HOSTILE], fix: [`kubectl ${HOSTILE}`, `See ${HOSTILE}`], durationMs: 1 },
    { id: HOSTILE, title: HOSTILE, topic: 'dns', status: 'warn', evidence: [HOSTILE], durationMs: 1 },
    { ...peer, status: 'skip', evidence: [HOSTILE], causedBy: 'MCS-DEP-02', causedIn: HOSTILE },
    { ...peer, status: 'pass', evidence: [HOSTILE] },
  ];
  const report = makeReport([{ context: `${HOSTILE}2`, name: HOSTILE, checks }], [{ context: HOSTILE, reason: HOSTILE }]);
  const fleet = matrixFleet([matrixMember(HOSTILE, { tunnels: ['east=error'], broker: { [HOSTILE]: 3, east: 300 } }), matrixMember('east', { tunnels: [HOSTILE] })]);
  return pageOf(report, fleet, { topology: makeTopology(fleet), version: HOSTILE, gatheredBy: HOSTILE, checkPages: new Map([['MCS-DEP-02', `# ${HOSTILE}\n\n${HOSTILE}\n\n## ${HOSTILE}\n\n\`\`\`\n${HOSTILE}\n\`\`\``]]) });
}

/** All is well in three clusters, near and far from each other. */
export function healthyPage(): ReportPage {
  const checks: CheckResult[] = [{ id: 'MCS-API-01', title: 'The API server answers', topic: 'k8s-version', status: 'pass', evidence: ['Kubernetes v1.34.0'], durationMs: 3 }];
  const fleet = matrixFleet([
    matrixMember('west', { tunnels: ['east', 'far'], rtt: { far: '149ms' }, broker: { west: 1, east: 1, far: 1 } }),
    matrixMember('east', { tunnels: ['west', 'far'], rtt: { west: '5.5ms', far: '301ms' } }),
    matrixMember('far', { tunnels: ['west', 'east'], rtt: { west: '45ms', east: '300ms' } }),
  ]);
  return pageOf(makeReport(['west', 'east', 'far'].map((name): ClusterReport => ({ context: name, name, clusterID: name, checks }))), fleet, { topology: makeTopology(fleet), checkPages: new Map() });
}

const CHECKS = 34;
const PAIR_CHECKS = ['MCS-NET-07', 'MCS-NET-08', 'MCS-NET-09'];

/** `size` clusters that all have tunnels to each other; the network between them fails for as many pairs as `isBroken` says. */
export function largePage(size: number, isBroken: (from: number, to: number) => boolean): ReportPage {
  const names = Array.from({ length: size }, (_, index) => `cluster-${index + 1}`);
  const ways = names.flatMap((from, index) => names.flatMap((to, other) => (from === to ? [] : [{ from, to, broken: isBroken(index, other) }])));
  const clusters = names.map((name): ClusterReport => {
    const single = Array.from({ length: CHECKS }, (_, index): CheckResult => ({ id: `MCS-DEP-${String(index + 1).padStart(2, '0')}`, title: 'Deployment submariner-operator/something is ready', topic: 'deployment', status: 'pass', evidence: ['Deployment submariner-operator/mcs-controller: 1 of 1 ready, image localhost/mcs:0.1.0'], durationMs: 1 }));
    const pairs = ways.filter(({ from }) => from === name).flatMap(({ to, broken }) => PAIR_CHECKS.map((id, index): CheckResult => ({ id, title: 'Connected both ways', topic: 'connections', peer: to, durationMs: 1, ...resultOf(broken, index) })));
    return { context: `admin@${name}`, name, clusterID: name, checks: [...single, ...pairs] };
  });
  // without a fleet: to judge one of this size takes longer than to draw it
  const well = { verdict: 'ok', state: 'ok', message: '' } as const;
  const pairs = ways.map(({ from, to, broken }): MatrixPair => ({ from, to, control: well, dns: well, data: broken ? { verdict: 'bad', state: 'error', message: 'no answer to probes for 6s' } : { verdict: 'ok', state: 'connected', message: '', averageRTT: '12.5ms' } }));
  const latencies = ways.filter(({ broken }) => !broken).map(({ from, to }): Latency => ({ from, gateway: `${from}-1`, to, remoteGateway: `${to}-1`, status: 'connected', average: 12.5, min: 8, max: 400, last: 11 }));
  return { report: makeReport(clusters), matrix: { clusters: names.map((cluster) => ({ cluster, clusterID: cluster })), pairs, unread: [], leftOut: [] }, latencies, checkPages: new Map(), at: AT, version: '1.2.3' };
}

/** The first check of a pair fails, and explains the others. */
function resultOf(isBroken: boolean, index: number): Pick<CheckResult, 'status' | 'evidence' | 'causedBy' | 'fix'> {
  if (!isBroken) return { status: 'pass', evidence: ['connected'] };
  return index === 0 ? { status: 'fail', evidence: ['error: no answer to probes for 6s'], fix: ['mcs ports --for a,b'] } : { status: 'skip', evidence: ['caused by MCS-NET-07'], causedBy: 'MCS-NET-07' };
}
