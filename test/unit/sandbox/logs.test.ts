import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readLog } from '../../../src/sandbox/kubelet/logs.ts';

describe('readLog', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcs-logs-'));
    path = join(folder, 'x.log');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });
  const read = async (tailLines?: number): Promise<string> => Buffer.concat(await collect(readLog(path, { follow: false, tailLines }, new AbortController().signal))).toString();

  it.each<[string, string, number | undefined, string]>([
    ['all', 'a\nb\nc\n', undefined, 'a\nb\nc\n'],
    ['the last line', 'a\nb\nc\n', 1, 'c\n'],
    ['a last line without its end', 'a\nb\nc', 2, 'b\nc'],
    ['all, where fewer lines stand', 'a\nb\n', 5, 'a\nb\n'],
    ['nothing for 0', 'a\n', 0, ''],
    ['nothing of an empty file', '', 3, ''],
  ])('gives %s', async (_title, content, tailLines, expected) => {
    await writeFile(path, content);
    expect(await read(tailLines)).toBe(expected);
  });

  it('finds the last lines of a log that is longer than what is read at once', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    await writeFile(path, `${lines.join('\n')}\n`);
    expect(await read(15_000)).toBe(`${lines.slice(-15_000).join('\n')}\n`);
  });

  it('follows what is added until the signal ends it', async () => {
    await writeFile(path, 'a\n');
    const end = new AbortController();
    const chunks = readLog(path, { follow: true }, end.signal);
    expect(String((await chunks.next()).value)).toBe('a\n');
    const next = chunks.next();
    await appendFile(path, 'b\n');
    expect(String((await next).value)).toBe('b\n');
    const last = chunks.next();
    end.abort();
    expect((await last).done).toBe(true);
  });
});

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}
