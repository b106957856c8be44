import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../helpers/built-program.ts';

const DECISIONS = 'docs/decisions';

function markdownFiles(): string[] {
  const below = (folder: string): string[] => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return [...readdirSync(root), ...below('docs'), ...below('src')].filter((name) => name.endsWith('.md'));
}

/** The heading that GitHub jumps to for an anchor: small letters, words joined by dashes. */
const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^\w\s-]/g, '').trim().replaceAll(/\s/g, '-');

function hasTarget(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, file) : join(root, dirname(file), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].some(([, heading = '']) => anchorOf(heading) === anchor);
}

describe('the documentation', () => {
  it.each(markdownFiles())('has no link in %s that leads nowhere', (file) => {
    const links = [...readFileSync(join(root, file), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !/^https?:/.test(link) && !hasTarget(file, link))).toEqual([]);
  });

  it('lists every decision, under its number and title', () => {
    const pages = readdirSync(join(root, DECISIONS)).filter((name) => name !== 'README.md').sort();
    const titles = pages.map((page) => /^# (.*)\n/.exec(readFileSync(join(root, DECISIONS, page), 'utf8'))?.[1] ?? '');
    const listed = [...readFileSync(join(root, DECISIONS, 'README.md'), 'utf8').matchAll(/^(\d+)\. \[(.*)\]\((.*)\)$/gm)].map(([, number = '', title = '', page = '']) => [page, `${number}. ${title}`]);
    expect(listed).toEqual(pages.map((page, index) => [page, titles[index]]));
    expect(pages.map((page) => Number(page.slice(0, 4)))).toEqual(pages.map((_, index) => index + 1));
  });
});
