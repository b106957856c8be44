import { chmod, type FileHandle, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readBrokerInfoFile, writeBrokerInfoFile } from '../../../src/broker-info/index.ts';

const NOW = Date.parse('2026-03-04T05:06:07.890Z');
let folder: string;
let path: string;

/** A file that takes a few bytes, and then no more. */
function failingToWrite(file: FileHandle): FileHandle {
  file.writeFile = async () => {
    await file.write('ne');
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  return file;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-file-'));
  path = join(folder, 'broker-info.subm');
});

afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

describe('writeBrokerInfoFile', () => {
  it('writes a private file and leaves nothing else', async () => {
    expect(await writeBrokerInfoFile(path, 'new', { now: NOW })).toEqual({});
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['broker-info.subm']);
  });

  it('keeps an existing file under a timestamped name', async () => {
    await writeFile(path, 'old');
    expect(await writeBrokerInfoFile(path, 'new', { now: NOW })).toEqual({ backup: `${path}.2026-03-04T05_06_07Z` });
    expect(await readFile(`${path}.2026-03-04T05_06_07Z`, 'utf8')).toBe('old');
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it('overwrites no backup of the same second', async () => {
    for (const text of ['first', 'second', 'third']) await writeBrokerInfoFile(path, text, { now: NOW });
    const backups = (await readdir(folder)).filter((name) => name !== 'broker-info.subm').sort();
    expect(await Promise.all(backups.map((name) => readFile(join(folder, name), 'utf8')))).toEqual(['first', 'second']);
  });

  it('fails whole where the directory does not exist', async () => {
    const failure = expect.objectContaining({ code: 'MCS_BROKER_INFO_WRITE', message: expect.stringContaining('Cannot write') });
    await expect(writeBrokerInfoFile(join(folder, 'no', 'file'), 'new', { now: NOW })).rejects.toEqual(failure);
  });

  it('fails whole where the path is a directory, and leaves no temporary file', async () => {
    await mkdir(path);
    await expect(writeBrokerInfoFile(path, 'new', { now: NOW })).rejects.toMatchObject({ code: 'MCS_BROKER_INFO_WRITE' });
    expect(await readdir(folder)).toEqual(['broker-info.subm']);
  });

  // root may write everywhere
  (process.getuid?.() === 0 ? it.skip : it)('keeps the old file in a read-only directory', async () => {
    await writeFile(path, 'old');
    await chmod(folder, 0o500);
    await expect(writeBrokerInfoFile(path, 'new', { now: NOW })).rejects.toMatchObject({ code: 'MCS_BROKER_INFO_WRITE' });
    expect(await readdir(folder)).toEqual(['broker-info.subm']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it.each([
    ['the disk is full', async () => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))],
    ['the disk is full only when it comes to write', async (...args: Parameters<typeof open>) => failingToWrite(await open(...args))],
    ['the file system is read-only', async () => Promise.reject(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }))],
  ])('keeps the old file and writes nothing when %s', async (_name, openFile) => {
    await writeFile(path, 'old');
    await expect(writeBrokerInfoFile(path, 'new', { now: NOW, openFile })).rejects.toMatchObject({ code: 'MCS_BROKER_INFO_WRITE', hints: [expect.stringContaining('space')] });
    expect(await readdir(folder)).toEqual(['broker-info.subm']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});

describe('readBrokerInfoFile', () => {
  it('gives the text of a file, also through a link', async () => {
    await writeFile(path, 'text');
    await symlink(path, join(folder, 'link'));
    expect(await readBrokerInfoFile(join(folder, 'link'))).toBe('text');
  });

  it.each([
    ['is missing', 'nowhere', 'MCS_BROKER_INFO_NOT_FOUND'],
    ['lies below a file', 'large/file', 'MCS_BROKER_INFO_NOT_FOUND'],
    ['is a directory', '.', 'MCS_BROKER_INFO_MALFORMED'],
    ['is too large', 'large', 'MCS_BROKER_INFO_MALFORMED'],
  ])('refuses what %s', async (_name, name, code) => {
    await writeFile(join(folder, 'large'), Buffer.alloc(200_000));
    await expect(readBrokerInfoFile(join(folder, name))).rejects.toMatchObject({ code });
  });
});
