import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../../src/api/types/index.ts';
import { judgeSilence, silenceChecks } from '../../../../src/diagnose/checks/silent-members.ts';
import type { DiagnoseContext } from '../../../../src/diagnose/context.ts';
import { ReadOnce } from '../../../../src/diagnose/read-once.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

const BEGIN = Date.parse('2026-01-01T00:00:00Z');
const RENEWED = [{ time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:renewTime': {} } } }];
const lease = (leaseDurationSeconds?: number, managedFields: unknown = RENEWED) => ({ metadata: { name: 'east', managedFields }, spec: { leaseDurationSeconds } }) as unknown as Lease;

describe('judgeSilence', () => {
  it.each([
    ['renewed within its time', lease(60), 60, 'pass'],
    ['not renewed within its time', lease(60), 61, 'fail'],
    ['a Lease with a time of its own', lease(5), 6, 'fail'],
    ['a Lease that names no time', lease(), 59, 'pass'],
    ['nobody noted the renewal', lease(60, []), 600, 'skip'],
    ['no Lease, joined just now', undefined, 10, 'pass'],
    ['no Lease, joined long ago', undefined, 600, 'fail'],
  ])('%s', (_title, given, seconds, status) => {
    expect(judgeSilence('east', { lease: given, joinedAt: BEGIN, now: BEGIN + seconds * 1_000 }, 'kubectl').status).toBe(status);
  });

  it('names the member and for how long, and needs the time of the server for it', () => {
    expect(judgeSilence('east', { lease: lease(60), joinedAt: BEGIN, now: BEGIN + 423_000 }, 'kubectl').evidence[0]).toBe('east last gave a sign of life 423 s ago, and 60 s are allowed');
    expect(judgeSilence('east', { lease: lease(60), joinedAt: BEGIN, now: undefined }, 'kubectl').status).toBe('skip');
  });
});

describe('MCS-BRK-01', () => {
  it('is asked of every member that the broker has, by the Lease of its name', async () => {
    const client = stubClient({ getPath: (() => Promise.resolve({ items: [lease(60)] })) as unknown as KubeClient['getPath'], serverTime: () => BEGIN + 90_000 });
    const members = [{ clusterID: 'west', joinedAt: '2026-01-01T00:01:00Z' }, { clusterID: 'east', joinedAt: '2025-01-01T00:00:00Z' }];
    const context = { readings: new ReadOnce(), cluster: { client, context: 'c', state: { broker: { namespace: 'b', members } } } } as unknown as DiagnoseContext;
    const [check] = silenceChecks;
    expect(check?.peersOf(context)).toEqual(['east', 'west']);
    const { signal } = new AbortController();
    await expect(check?.run(context, signal, 'east')).resolves.toMatchObject({ status: 'fail', fix: [expect.any(String), 'kubectl --context c -n b get lease east -o yaml'] });
    await expect(check?.run(context, signal, 'west')).resolves.toMatchObject({ status: 'pass' });
  });
});
