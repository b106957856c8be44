import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { replaceFile } from '../../../src/base/replace-file.ts';
import { rejection } from '../../helpers/thrown.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'mcs-replace-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('replaceFile()', () => {
  it.each([0o600, 0o664, 0o644])('replaces the content, with mode %i whatever the umask takes away', async (mode) => {
    const path = join(folder, 'file');
    writeFileSync(path, 'older');
    await replaceFile(path, 'new', { mode });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, readdirSync(folder)]).toEqual(['new', mode, ['file']]);
  });

  it('leaves what stands there, and nothing beside it, where it fails', async () => {
    const path = join(folder, 'folder');
    mkdirSync(path);
    expect(await rejection(replaceFile(path, 'new'))).toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual(['folder']);
  });
});
