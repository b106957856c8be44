import { describe, expect, it } from '@jest/globals';
import { clockChecks, judgeClocks, judgeVersions } from '../../../../src/diagnose/checks/agreement.ts';
import { findClockOffset } from '../../../../src/diagnose/clock-offset.ts';
import type { DiagnoseContext } from '../../../../src/diagnose/context.ts';
import { ReadOnce } from '../../../../src/diagnose/read-once.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

describe('findClockOffset', () => {
  const lease = (renewTime: string | undefined, time: string | undefined, field = 'f:renewTime') => ({
    metadata: { name: 'west', managedFields: [{ manager: 'kubectl', time: '2020-01-01T00:00:00Z', fieldsV1: { 'f:metadata': {} } }, { manager: 'mcs-controller', time, fieldsV1: { 'f:spec': { [field]: {} } } }] },
    spec: { ...(renewTime !== undefined && { renewTime }) },
  });

  it.each([
    ['ahead', lease('2026-01-01T00:10:00.000000Z', '2026-01-01T00:00:00Z'), 600_000],
    ['behind, in a Lease that is old', lease('2024-12-31T23:50:00.000000Z', '2025-01-01T00:00:00Z'), -600_000],
    ['not known without a renewal', lease(undefined, '2026-01-01T00:00:00Z'), undefined],
    ['not known where nobody noted the renewal', lease('2026-01-01T00:10:00Z', '2026-01-01T00:00:00Z', 'f:holderIdentity'), undefined],
    ['not known without managedFields', { metadata: { name: 'west' }, spec: { renewTime: '2026-01-01T00:10:00Z' } }, undefined],
  ])('%s', (_title, given, expected) => {
    expect(findClockOffset(given)).toBe(expected);
  });
});

describe('judgeClocks', () => {
  it.each([
    ['no Lease', [], 'skip'],
    ['clocks that agree', [{ cluster: 'west', offsetMs: -900 }], 'pass'],
    ['a clock that is wrong', [{ cluster: 'west', offsetMs: 600_000 }, { cluster: 'east', offsetMs: 0 }], 'warn'],
  ])('%s', (_title, offsets, status) => {
    expect(judgeClocks(offsets).status).toBe(status);
  });

  it('names the cluster, by how much, and in which direction', () => {
    const outcome = judgeClocks([{ cluster: 'west', offsetMs: -600_400 }, { cluster: 'east', offsetMs: 61_000 }]);
    expect(outcome.evidence.slice(0, 2)).toEqual([`the clock of "west" is 600 s behind the broker's`, `the clock of "east" is 61 s ahead of the broker's`]);
    expect(outcome.fix).toHaveLength(2);
  });
});

describe('MCS-DEP-06', () => {
  it('looks at the Leases of members only, in the namespace of the broker', async () => {
    const lease = (name: string) => ({ metadata: { name, managedFields: [{ time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:renewTime': {} } } }] }, spec: { renewTime: '2026-01-01T00:10:00Z' } });
    const asked: string[] = [];
    const getPath = (path: string) => {
      asked.push(path);
      return Promise.resolve({ items: [lease('west'), lease('mcs-desk')] });
    };
    const client = stubClient({ getPath: getPath as unknown as KubeClient['getPath'] });
    const state = { broker: { namespace: 'b', members: [{ clusterID: 'west' }, { clusterID: 'east' }] } };
    const outcome = await clockChecks[0]?.run({ readings: new ReadOnce(), cluster: { client, state } } as unknown as DiagnoseContext, new AbortController().signal);
    expect(asked).toEqual(['/apis/coordination.k8s.io/v1/namespaces/b/leases']);
    expect(outcome).toMatchObject({ status: 'warn', fix: [expect.stringContaining('"west"')] });
  });
});

describe('judgeVersions', () => {
  const cluster = (...versions: string[]) => ({ context: 'w', state: { workloads: versions.map((version, index) => ({ component: `part${index}`, version })) } }) as unknown as DiagnoseContext['cluster'];
  const judge = (own: DiagnoseContext['cluster'], ...others: DiagnoseContext['cluster'][]) => judgeVersions({ cluster: own, fleet: { clusters: [own, ...others], unread: [], leftOut: [] } });

  it.each([
    ['the same everywhere', cluster('1.2.0', '1.2.0'), cluster('1.2.0'), 'pass'],
    ['another cluster is older', cluster('1.10.0'), cluster('1.9.0'), 'pass'],
    ['another cluster is newer', cluster('1.9.0'), cluster('1.10.0'), 'warn'],
    ['one part of the cluster is older', cluster('1.10.0', '1.9.0'), cluster('1.10.0'), 'warn'],
    ['nobody tells', cluster(''), cluster(''), 'skip'],
  ])('%s', (_title, own, other, status) => {
    expect(judge(own, other).status).toBe(status);
  });

  it('names the older parts and the command that cures', () => {
    expect(judge(cluster('1.10.0', '1.9.0'))).toMatchObject({ evidence: ['part1 is of version 1.9.0; the newest in these clusters is 1.10.0'], fix: ['mcs upgrade --context w'] });
  });
});
