import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../../../src/api/resources.ts';
import { packTar } from '../../../../src/base/tar.ts';
import { diagnose } from '../../../../src/diagnose/diagnose.ts';
import { type ArchivedCluster, folderOf, renderRecording } from '../../../../src/diagnose/gather/archive-format.ts';
import type { TextFile } from '../../../../src/diagnose/gather/fit.ts';
import { fleetOf, openArchive } from '../../../../src/diagnose/gather/open-archive.ts';
import { addObject, collectionOf, createRecording } from '../../../../src/diagnose/gather/recording.ts';
import { openRedactor } from '../../../../src/diagnose/gather/redact.ts';
import { archiveName, writeArchive } from '../../../../src/diagnose/gather/write-archive.ts';
import { makeReport } from '../../../../src/diagnose/report.ts';
import { rejection } from '../../../helpers/thrown.ts';

const signal = new AbortController().signal;
const survey = { signal, timeoutMs: 5000 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcs-archive-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function indexOf(clusters: readonly Partial<ArchivedCluster>[], more: object = {}): TextFile {
  return { path: 'index.json', text: JSON.stringify({ format: 'mcs-gather', formatVersion: 1, mcsVersion: '9.9.9', createdAt: '2026-01-02T03:04:05Z', redacted: true, types: ['logs', 'resources'], clusters, ...more }) };
}
const report: TextFile = { path: 'report.json', text: JSON.stringify(makeReport([])) };
const CLUSTERS = [{ context: 'west', name: 'west', folder: 'west', objects: 1, logs: 0, missing: [] }];

async function write(files: readonly TextFile[], name = 'a.tgz'): Promise<string> {
  await writeArchive(join(folder, name), files, { now: 0, signal });
  return join(folder, name);
}

describe('openArchive', () => {
  it('reads back what was written', async () => {
    const recording = createRecording();
    addObject(recording, resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } });
    collectionOf(recording, resources.services).lists.push({ namespace: 'shop' });
    recording.paths.push({ path: '/version', response: 1 });
    const files = renderRecording(recording, { redactor: openRedactor, own: [], sinceTime: -Infinity }).map(({ path, text }) => ({ path: `clusters/west/${path}`, text }));
    const archive = await openArchive(await write([indexOf(CLUSTERS), report, ...files]));
    expect(archive.index).toMatchObject({ mcsVersion: '9.9.9' });
    expect(archive.recordings.get('west')).toEqual(recording);
  });

  it('keeps what each cluster was: read, not read, left out', async () => {
    const error = { code: 'MCS_UNAUTHORIZED', message: 'Cannot log in', hints: ['try again'] } as const;
    const archive = await openArchive(await write([indexOf([{ context: 'dead', name: 'dead', error, missing: [] }, { context: 'twin', name: 'twin', leftOut: 'the same cluster as "west"', missing: [] }]), report]));
    expect(await fleetOf(archive, survey)).toMatchObject({ clusters: [], unread: [{ context: 'dead', error: { ...error, hints: ['try again'] } }], leftOut: [{ context: 'twin', reason: 'the same cluster as "west"' }] });
  });

  it('takes a cluster whose objects were left out for one that cannot be read', async () => {
    const fleet = await fleetOf(await openArchive(await write([indexOf(CLUSTERS), report])), survey);
    expect(fleet.unread).toMatchObject([{ context: 'west', error: { code: 'MCS_NOT_IN_ARCHIVE' } }]);
    const { ok, clusters } = await diagnose(fleet, { signal, deadlineMs: 5000 });
    expect({ ok, clusters }).toMatchObject({ ok: true, clusters: [{ name: 'west', checks: [{ id: 'MCS-API-01', status: 'skip' }] }] });
  });

  it('refuses to look at objects where there are logs only', async () => {
    const archive = await openArchive(await write([indexOf(CLUSTERS, { types: ['logs'] }), report]));
    expect(await rejection(fleetOf(archive, survey))).toMatchObject({ code: 'MCS_ARCHIVE_MALFORMED' });
  });

  it.each([
    ['no index', [report], 'MCS_ARCHIVE_MALFORMED', 'it has no index.json'],
    ['no report', [indexOf([])], 'MCS_ARCHIVE_MALFORMED', 'it has no report.json'],
    ['another program', [indexOf([], { format: 'other' }), report], 'MCS_ARCHIVE_MALFORMED', 'index.json is not what'],
    ['a later format', [indexOf([], { formatVersion: 2 }), report], 'MCS_ARCHIVE_VERSION', 'its format is 2, written by mcs 9.9.9'],
    ['no time', [indexOf([], { createdAt: 'soon' }), report], 'MCS_ARCHIVE_MALFORMED', 'index.json is not what'],
    ['clusters that are none', [indexOf([null as never]), report], 'MCS_ARCHIVE_MALFORMED', 'index.json is not what'],
    ['an unknown error', [indexOf([{ context: 'a', name: 'a', missing: [], error: { code: 'toString' as never, message: '', hints: [] } }]), report], 'MCS_ARCHIVE_MALFORMED', 'index.json is not what'],
    ['a text that is no JSON', [indexOf(CLUSTERS), report, { path: 'clusters/west/paths.json', text: '{' }], 'MCS_ARCHIVE_MALFORMED', 'clusters/west/paths.json is no JSON'],
    ['objects that are none', [indexOf(CLUSTERS), report, { path: 'clusters/west/objects/pods.json', text: '{"items":[null],"mcs":{"requests":[],"misses":[]}}' }], 'MCS_ARCHIVE_MALFORMED', 'pods.json is not what'],
    ['a list of nothing', [indexOf(CLUSTERS), report, { path: 'clusters/west/objects/pods.json', text: 'null' }], 'MCS_ARCHIVE_MALFORMED', 'pods.json is not what'],
  ] as const)('refuses an archive with %s', async (_, files, code, message) => {
    expect(await rejection(openArchive(await write(files)))).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it.each([
    ['is no gzip', (): Buffer => Buffer.from('PK')],
    ['is empty', (): Buffer => Buffer.alloc(0)],
    ['is cut short', (packed: Buffer): Buffer => packed.subarray(0, packed.length - 40)],
    ['has a changed byte', (packed: Buffer): Buffer => Buffer.concat([packed.subarray(0, 60), Buffer.from([(packed[60] ?? 0) ^ 255]), packed.subarray(61)])],
    ['is cut short before it was packed', (packed: Buffer): Buffer => gzipSync(gunzipSync(packed).subarray(0, 700))],
    ['unpacks to a thousand times its size', (): Buffer => gzipSync(Buffer.alloc(32_000_000))],
  ])('refuses a file that %s', async (_, garble) => {
    const path = await write([indexOf([]), report]);
    writeFileSync(path, garble(readFileSync(path)));
    expect(await rejection(openArchive(path))).toMatchObject({ code: 'MCS_ARCHIVE_MALFORMED', message: expect.stringMatching(/^Cannot read the archive ".*a\.tgz": ./) });
  });

  it('writes nothing and follows nothing: a path that leads out of the folder is a name like another', async () => {
    const escaped = await write([indexOf([]), report, { path: '../../escaped.json', text: '{}' }]);
    expect((await openArchive(escaped)).recordings.size).toBe(0);
    expect(readdirSync(folder)).toEqual(['a.tgz']);
  });

  it('says where there is no file', async () => {
    expect(await rejection(openArchive(join(folder, 'none.tgz')))).toMatchObject({ code: 'MCS_ARCHIVE_UNREADABLE', exitCode: 2 });
  });

  it('reads an archive that was packed again in another folder', async () => {
    const files = [{ path: './renamed/report.json', content: Buffer.from(report.text) }, { path: './renamed/index.json', content: Buffer.from(indexOf([]).text) }];
    writeFileSync(join(folder, 'b.tgz'), gzipSync(Buffer.concat(packTar(files, 0))));
    expect((await openArchive(join(folder, 'b.tgz'))).index.clusters).toEqual([]);
  });
});

describe('writeArchive', () => {
  it('makes a file for its owner only, in a folder that need not exist', async () => {
    const path = await write([report], 'new/a.tgz');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'new'))).toEqual(['a.tgz']);
  });

  it.each([
    ['it cannot be written', signal, 'MCS_ARCHIVE_WRITE'],
    ['it is stopped', AbortSignal.abort(Object.assign(new Error('stopped'), { code: 'STOP' })), 'STOP'],
  ])('leaves nothing behind where %s', async (_, stop, code) => {
    mkdirSync(join(folder, 'a.tgz'));
    writeFileSync(join(folder, 'a.tgz', 'x'), '');
    expect(await rejection(writeArchive(join(folder, 'a.tgz'), [report], { now: 0, signal: stop }))).toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(['a.tgz']);
  });
});

describe('archiveName', () => {
  it('is the time, to the second', () => {
    expect(archiveName(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('mcs-gather-20260102T030405Z.tgz');
  });
});

describe('folderOf', () => {
  it.each([['west', /^west$/], ['kind-west.1', /^kind-west\.1$/], ['arn:aws:eks:eu/west', /^arn_aws_eks_eu_west-[0-9a-f]{8}$/], ['..', /^-[0-9a-f]{8}$/], ['West', /^_est-[0-9a-f]{8}$/], ['', /^-[0-9a-f]{8}$/], ['x'.repeat(300), /^x{60}-[0-9a-f]{8}$/]])('makes of the context "%s" a folder that is safe', (context, expected) => {
    expect(folderOf(context)).toMatch(expected);
  });

  it('gives no two contexts the same folder', () => {
    expect(new Set(['a/b', 'a:b', 'a_b', 'A_b', 'a b'].map(folderOf)).size).toBe(5);
  });
});
