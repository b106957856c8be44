import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { packTar, readTar, type TarFile } from '../../../src/base/tar.ts';
import { thrown } from '../../helpers/thrown.ts';

const LONG = `a/${'long-part/'.repeat(30)}end.log`;
const FILES: readonly TarFile[] = [
  { path: 'a/empty', content: Buffer.alloc(0) },
  { path: 'a/text.json', content: Buffer.from('{"a":1}\n') },
  { path: 'a/block', content: Buffer.alloc(512, 7) },
  { path: `${'n'.repeat(96)}.txt`, content: Buffer.from('100 bytes of name') },
  { path: `${'n'.repeat(97)}.txt`, content: Buffer.from('101 bytes of name') },
  { path: `${'p'.repeat(60)}/${'q'.repeat(60)}`, content: Buffer.from('121 bytes of path') },
  { path: LONG, content: Buffer.alloc(70_000, 1) },
];
const pack = (files: readonly TarFile[]): Buffer => Buffer.concat(packTar(files, 1_700_000_000));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcs-tar-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('packTar', () => {
  it('writes what the tar of the system unpacks, paths of any length included', () => {
    writeFileSync(join(folder, 'x.tar'), pack(FILES));
    execFileSync('tar', ['-xf', 'x.tar'], { cwd: folder });
    for (const { path, content } of FILES) expect(readFileSync(join(folder, path)).equals(content)).toBe(true);
  });
});

describe('readTar', () => {
  it('gives back what packTar was given', () => {
    expect([...readTar(pack(FILES))].map(([path, content]) => [path, content.toString('base64')])).toEqual(FILES.map(({ path, content }) => [path, content.toString('base64')]));
  });

  it.each(['gnu', 'ustar', 'posix'])('reads what the tar of the system packs in the format %s', (format) => {
    const files = FILES.filter(({ path }) => format !== 'ustar' || (path.length <= 255 && basename(path).length <= 100));
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    execFileSync('tar', ['--format', format, '-cf', 'x.tar', ...files.map(({ path }) => path)], { cwd: folder });
    const read = readTar(readFileSync(join(folder, 'x.tar')));
    expect([...read.keys()]).toEqual(files.map(({ path }) => path));
    for (const { path, content } of files) expect(read.get(path)?.equals(content)).toBe(true);
  });

  it.each([
    ['cut short', pack(FILES).subarray(0, 1600), 'it is cut short'],
    ['without its end', pack(FILES).subarray(0, 512), 'it is cut short'],
    ['of other bytes', Buffer.alloc(2048, 'x'), 'a header is damaged'],
    ['with a changed header', Buffer.concat([Buffer.from('X'), pack(FILES).subarray(1)]), 'a header is damaged'],
  ])('refuses an archive that is %s', (_, archive, message) => {
    expect(thrown(() => readTar(archive))).toEqual(new SyntaxError(message));
  });
});
