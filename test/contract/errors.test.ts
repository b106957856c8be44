import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../src/base/error-codes.ts';
import { EXIT } from '../../src/base/exit-codes.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const codes = Object.keys(ERROR_CODES);

interface Section {
  readonly code: string;
  readonly body: string;
}

const [head = '', ...rest] = page.split(/^## /m);
const sections: readonly Section[] = rest.map((text) => {
  const end = text.indexOf('\n');
  return { code: text.slice(0, end), body: text.slice(end + 1) };
});

/** Codes that source text gives to an McsError, as far as they stand there in full. */
function codesThrownIn(text: string): string[] {
  return [...text.matchAll(/new McsError\(\s*['"`]([^'"`]*)['"`]/g)].map(([, code = '']) => code);
}

describe('docs/errors.md', () => {
  it('has one section for each code of the registry, in its order, and no other', () => {
    expect(sections.map(({ code }) => code)).toEqual(codes);
  });

  it.each(Object.entries(ERROR_CODES))('tells the exit code and the cure of %s', (code, { exitCode }) => {
    const body = sections.find((section) => section.code === code)?.body ?? '';
    const [blank, exit, second, ...text] = body.split('\n');
    expect([blank, exit, second]).toEqual(['', `Exit code: ${exitCode}`, '']);
    expect(text.join('\n')).toMatch(/^\S[^]{20,}\n\nWhat to do: \S/);
  });

  it('explains every exit code in its table', () => {
    const rows = [...head.matchAll(/^\| (\d+) \| \S/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(EXIT));
  });
});

describe('ERROR_CODES', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'));

  it('has names of one form', () => {
    expect(codes.filter((code) => !/^MCS(_[A-Z]+)+$/.test(code))).toEqual([]);
  });

  it('has every code that is thrown', () => {
    const thrown = sources.flatMap(codesThrownIn);
    expect(thrown.length).toBeGreaterThan(50); // else the expression above no longer finds them
    expect(thrown.filter((code) => !codes.includes(code))).toEqual([]);
  });
});
