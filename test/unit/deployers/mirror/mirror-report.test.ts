import { describe, expect, it } from '@jest/globals';
import type { Lease, Workload } from '../../../../src/api/types/index.ts';
import { fixOf, isWell, judgeLife, type MirrorReportEntry } from '../../../../src/deployers/mirror/mirror-report.ts';
import { parseMirrorStatus } from '../../../../src/deployers/mirror/read-mirror-status.ts';
import { sourcesLack } from '../../../../src/deployers/mirror/wait-sources.ts';
import type { MirrorStatus, SourceStatus } from '../../../../src/mirror/status.ts';
import { schemaErrors } from '../../../helpers/schemas.ts';

const NOW = Date.parse('2026-01-01T00:01:00Z');
const lease = (renewTime: string, holderIdentity = 'pod'): Lease => ({ metadata: { name: 'l' }, spec: { holderIdentity, renewTime, leaseDurationSeconds: 15 } }) as Lease;
const deployment = (replicas: number): Workload => ({ metadata: { name: 'd' }, spec: { replicas } }) as Workload;
const FRESH = lease('2026-01-01T00:00:50Z');
const OLD = lease('2026-01-01T00:00:30Z');

describe('judgeLife()', () => {
  it.each([
    ['a Lease that was just renewed', { deployment: deployment(1), before: FRESH, after: FRESH }, 'alive'],
    ['a Lease that is older than its duration', { deployment: deployment(1), before: OLD, after: OLD }, 'dead'],
    ['an old Lease that moves: its holder has another clock', { deployment: deployment(1), before: OLD, after: lease('2026-01-01T00:00:31Z') }, 'alive'],
    ['a Lease that nobody holds', { deployment: deployment(1), before: lease('2026-01-01T00:00:59Z', ''), after: lease('2026-01-01T00:00:59Z', '') }, 'dead'],
    ['a Deployment without a Lease', { deployment: deployment(1), before: undefined, after: undefined }, 'starting'],
    ['a status without Deployment and Lease', { deployment: undefined, before: undefined, after: undefined }, 'dead'],
    ['a Deployment of no replicas', { deployment: deployment(0), before: OLD, after: OLD }, 'scaled-down'],
  ] as const)('takes %s as it is', (_what, readings, life) => {
    expect(judgeLife({ ...readings, now: NOW })).toMatchObject({ life, evidence: expect.stringMatching(/./) });
  });
});

const SOURCE: SourceStatus = { name: 'west', server: 'https://west', state: 'synced', since: '', message: '', selected: 1, mirrored: 1, waiting: 0, pending: 0, oldestPendingSeconds: 0 };
const STATUS: MirrorStatus = { formatVersion: 1, name: 'default', preset: 'none', version: '1', updatedAt: '', sources: [SOURCE], objects: { services: 0, endpointSlices: 0, endpoints: 0, namespaces: 0 }, problems: [], problemCount: 0, settingsError: '' };

describe('isWell()', () => {
  const entry = { ...STATUS, context: 'c', namespace: 'n', life: 'alive', evidence: '', problems: [] } as MirrorReportEntry;
  it.each([
    ['a mirror that follows its sources', {}, true],
    ['one with problems of single services', { problemCount: 3 }, true],
    ['a dead one', { life: 'dead' }, false],
    ['one with a stale source', { sources: [{ ...SOURCE, state: 'stale' }] }, false],
    ['one that does not take its configuration', { settingsError: 'x' }, false],
  ] as const)('of %s', (_what, change, expected) => {
    expect(isWell({ ...entry, ...change })).toBe(expected);
  });
});

describe('docs/schemas/mirror-status.schema.json', () => {
  const problem = { reason: 'ForeignObject', source: 'west', service: 'shop/web', target: 'shop/web', message: 'm', fix: 'f' } as const;
  const { formatVersion, ...status } = STATUS;
  const { name, ...entry } = { ...status, context: 'c', namespace: 'n', life: 'alive', evidence: 'e', problems: [problem] };
  const unread = [{ context: 'dead', code: 'MCS_CLUSTER_UNREACHABLE', message: 'm', hints: [] }];

  it('describes what mcs mirror status prints, and nothing else', () => {
    const report = { formatVersion, mirrors: [{ ...entry, name, deployment: { name: 'd', ready: 1, wanted: 1 }, sources: [{ ...SOURCE, lagMs: { p50: 1.5, p95: 2 } }] }], unread };
    expect(schemaErrors('mirror-status', report)).toEqual([]);
    expect(schemaErrors('mirror-status', { ...report, more: 1 })).toEqual([expect.stringContaining('additional')]);
    expect(schemaErrors('mirror-status', { ...report, mirrors: [entry] })).toEqual([expect.stringContaining('"name"')]);
  });
});

describe('sourcesLack()', () => {
  it.each([
    ['no status', undefined, /status yet/],
    ['a source that is not taken up', { ...STATUS, sources: [] }, /"west" is not taken up/],
    ['a source that is not given up', { ...STATUS, sources: [SOURCE, { ...SOURCE, name: 'old' }] }, /"old" is not given up/],
    ['a source that is being listed', { ...STATUS, sources: [{ ...SOURCE, state: 'syncing' as const }] }, /being listed/],
  ])('waits for %s', (_what, status, lack) => {
    expect(sourcesLack(status, ['west'])).toMatch(lack);
  });

  it.each([
    ['followed', STATUS],
    ['not to be reached', { ...STATUS, sources: [{ ...SOURCE, state: 'syncing' as const, message: 'connection refused' }] }],
    ['not taken up because the configuration is wrong', { ...STATUS, sources: [], settingsError: 'sources[0]: no' }],
  ])('does not wait for sources that are %s', (_what, status) => {
    expect(sourcesLack(status, ['west'])).toBeUndefined();
  });
});

describe('parseMirrorStatus()', () => {
  it.each([undefined, '', 'null', '{', '{"formatVersion":2}'])('takes %j for none', (text) => {
    expect(parseMirrorStatus(text === undefined ? {} : { data: { 'status.json': text } })).toBeUndefined();
  });
});

describe('fixOf()', () => {
  it('names a command with the object that it is about', () => {
    expect(fixOf({ reason: 'NamespaceMissing', source: 'west', service: 'shop/web', target: 'shop/web', message: '' })).toBe('kubectl create namespace shop   # or --namespace-policy create');
    expect(fixOf({ reason: 'ForeignObject', source: 'west', service: 'shop/web', target: 'shop/web', message: '' })).toContain('kubectl -n shop get service web');
  });
});
