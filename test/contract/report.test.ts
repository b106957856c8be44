import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packTar } from '../../src/base/tar.ts';
import type { ArchiveIndex } from '../../src/diagnose/gather/archive-format.ts';
import { makeReport } from '../../src/diagnose/report.ts';
import { runLines } from '../helpers/built-program.ts';
import type { FinishedLine } from '../helpers/run-lines.ts';

let folder: string;

/** An archive of a cluster that could not be read. */
function writeArchiveOf(context: string): string {
  const index: ArchiveIndex = { format: 'mcs-gather', formatVersion: 1, mcsVersion: '9.9.9', createdAt: '2026-01-02T03:04:05Z', redacted: true, types: ['resources'], clusters: [{ context, name: context, objects: 0, logs: 0, missing: [], error: { code: 'MCS_CLUSTER_UNREACHABLE', message: `Cannot reach "${context}"`, hints: ['ping it'] } }] };
  const files = Object.entries({ 'index.json': index, 'report.json': makeReport([]) }).map(([name, value]) => ({ path: `a/${name}`, content: Buffer.from(JSON.stringify(value)) }));
  const path = join(folder, 'a.tgz');
  writeFileSync(path, gzipSync(Buffer.concat(packTar(files, 0))));
  return path;
}

describe('mcs diagnose all --report', () => {
  let finished: readonly FinishedLine[];
  const page = (): string => join(folder, 'page.html');
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mcs-report-'));
    const all = ['diagnose', 'all'];
    finished = await runLines([
      [...all, '--from', writeArchiveOf('<script>west'), '-o', 'json', '--report', page()],
      [...all, '--report', join(folder, 'none', 'page.html')],
      [...all, '--report', page(), '--watch'],
      ['diagnose', 'dns', '--report', page()],
    ]);
  }, 60_000);
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it('writes the page of an archive beside the JSON', () => {
    expect(finished[0]).toMatchObject({ exitCode: 3, stderr: `Written: ${page()}\n` });
    expect(JSON.parse(finished[0]?.stdout ?? '')).toMatchObject({ ok: false, rootCauses: [{ cluster: '<script>west', id: 'MCS-API-01' }] });
    const text = readFileSync(page(), 'utf8');
    for (const part of ['<h1>One fault found</h1>', '&lt;script&gt;west', '<time datetime="2026-01-02T03:04:05.000Z">', 'as gathered by mcs 9.9.9', '<code>ping it</code>', ' id="about-MCS-API-01"']) expect(text).toContain(part);
    expect(text).not.toContain('<script>west');
  });

  it('says that it cannot write before it looks for clusters', () => {
    expect(finished[1]).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('MCS_REPORT_WRITE') });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('is refused beside --watch, and by the diagnosis of a part', () => {
    for (const line of finished.slice(2)) expect(line).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--report') });
  });
});
