import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { requireWritableReport, writeReportFile } from '../../../../src/cli/report/report-file.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'mcs-report-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('writeReportFile', () => {
  it.each(['nothing', 'an older page'])('writes the whole page where there is %s, and nothing beside it', async (before) => {
    const path = join(folder, 'page.html');
    if (before !== 'nothing') writeFileSync(path, before);
    await requireWritableReport(path);
    expect(readdirSync(folder)).toEqual(before === 'nothing' ? [] : ['page.html']);
    await writeReportFile(path, 'page');
    expect(readFileSync(path, 'utf8')).toBe('page');
    expect(readdirSync(folder)).toEqual(['page.html']);
  });

  it('writes to where a link leads, and leaves the link', async () => {
    writeFileSync(join(folder, 'real.html'), 'older');
    symlinkSync('real.html', join(folder, 'link.html'));
    await writeReportFile(join(folder, 'link.html'), 'page');
    expect(lstatSync(join(folder, 'link.html')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real.html'), 'utf8')).toBe('page');
  });

  it.each([
    ['a folder', (): string => folder],
    ['a device', (): string => '/dev/null'],
    ['a file in a folder that is not there', (): string => join(folder, 'none', 'page.html')],
    ['a file in a folder in which there can be none', (): string => '/proc/page.html'],
    ['a file in a file', (): string => join(folder, 'file', 'page.html')],
  ])('refuses %s before and after', async (_name, pathOf) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'kept'));
    const refused = { code: 'MCS_REPORT_WRITE', message: expect.stringContaining(`Cannot write the report "${pathOf()}": `) };
    await expect(requireWritableReport(pathOf())).rejects.toMatchObject(refused);
    await expect(writeReportFile(pathOf(), 'page')).rejects.toMatchObject(refused);
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'kept']);
  });
});
