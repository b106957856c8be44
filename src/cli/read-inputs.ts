import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { errorMessage, McsError } from '../base/errors.ts';
import type { LintInput } from '../inspect/lint/lint.ts';

/** Texts of files; `-` is the standard input. Throws MCS_USAGE for one that cannot be read. */
export function readInputs(files: readonly string[], stdin: NodeJS.ReadableStream): Promise<LintInput[]> {
  if (files.filter((file) => file === '-').length > 1) throw new McsError('MCS_USAGE', 'Cannot read the standard input twice: "-" stands for it once');
  return Promise.all(files.map(async (file) => ({ file, text: await readOne(file, stdin) })));
}

async function readOne(file: string, stdin: NodeJS.ReadableStream): Promise<string> {
  try {
    return file === '-' ? await text(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new McsError('MCS_USAGE', `Cannot read "${file}": ${errorMessage(error)}`, { hints: ['mcs lint shop.yaml'], cause: error });
  }
}
