import type { CheckResult } from '../../src/diagnose/check.ts';
import { scale } from '../../src/diagnose/repairs.ts';
import { type DiagnoseReport, makeReport } from '../../src/diagnose/report.ts';

const base = { topic: 'dns' as const, durationMs: 7 };

/** Results of all kinds, in two clusters: what a report can hold. */
export function sampleReport(): DiagnoseReport {
  const west: CheckResult[] = [
    { ...base, id: 'MCS-DEP-01', title: 'The controller is ready', status: 'pass', evidence: ['1 of 1 ready'] },
    { ...base, id: 'MCS-DEP-02', title: 'The name server is ready', status: 'fail', evidence: ['0 of 0 ready, image <none> & "x"'], fix: ['kubectl logs x'], repairs: [scale({ kind: 'Deployment', namespace: 'submariner-operator', name: 'mcs-dns' }, 1)] },
    { ...base, id: 'MCS-DNS-01', title: 'Every pod answers', status: 'skip', evidence: ['caused by MCS-DEP-02'], causedBy: 'MCS-DEP-02' },
    { ...base, id: 'MCS-SD-02', title: 'No conflict', status: 'warn', evidence: ['shop/a: PortConflict'] },
  ];
  const east: CheckResult[] = [
    { ...base, id: 'MCS-NET-07', title: 'Connected', peer: 'west', status: 'skip', evidence: ['caused by MCS-DEP-02 in west'], causedBy: 'MCS-DEP-02', causedIn: 'west' },
    { ...base, id: 'MCS-SD-01', title: 'Exports are valid', status: 'skip', evidence: ['suppressed: fail', 'shop/b'], suppressed: 'fail' },
  ];
  return makeReport([{ context: 'admin@west', name: 'west', clusterID: 'west', checks: west }, { context: 'east', name: 'east', clusterID: 'east', checks: east }], [{ context: 'other', reason: 'mcs is not installed' }]);
}
