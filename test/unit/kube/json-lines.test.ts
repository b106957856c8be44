import { describe, expect, it } from '@jest/globals';
import { readLines } from '../../../src/kube/json-lines.ts';

async function lines(...chunks: (string | Buffer)[]): Promise<string[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const found: string[] = [];
  for await (const line of readLines(source)) found.push(line);
  return found;
}

const EURO = Buffer.from('€');

describe('readLines', () => {
  it.each([
    { title: 'one chunk with several lines', chunks: ['a\nb\n'], expected: ['a', 'b'] },
    { title: 'a line over several chunks', chunks: ['a', 'b', 'c\nd\n'], expected: ['abc', 'd'] },
    { title: 'a character cut between chunks', chunks: [EURO.subarray(0, 1), EURO.subarray(1), '\n'], expected: ['€'] },
    { title: 'a line feed at the start of a chunk', chunks: ['a', '\nb\n'], expected: ['a', 'b'] },
    { title: 'empty lines, which say nothing', chunks: ['\n\na\n\n'], expected: ['a'] },
    { title: 'a last line that was cut off', chunks: ['a\n{"b":'], expected: ['a'] },
    { title: 'nothing', chunks: [], expected: [] },
  ])('$title', async ({ chunks, expected }) => {
    await expect(lines(...chunks)).resolves.toEqual(expected);
  });

  it('gives up on a line without an end', async () => {
    const block = Buffer.alloc(8 * 1024 * 1024, 'x');
    await expect(lines(block, block, block, block, block)).rejects.toThrow(RangeError);
  });
});
