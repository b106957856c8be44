import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { renderReport } from '../../../../src/cli/report/render-report.ts';
import type { ReportPage } from '../../../../src/cli/report/report-page.ts';
import { healthyPage, hostilePage, largePage, samplePage } from '../../../helpers/report-pages.ts';

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole);
/** What a reader sees, without tags. */
const textOf = (page: string): string => page.replaceAll(/<(style|script|title|desc)[^>]*>[^]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
const section = (page: string, id: string): string => page.slice(page.indexOf(`<section id="${id}"`)).split('\n</div></section>')[0]?.split('<section id=')[1] ?? '';

const PAGES: readonly (readonly [string, () => ReportPage])[] = [['with faults', samplePage], ['in which all is well', healthyPage], ['of hostile clusters', hostilePage], ['of 30 clusters', () => largePage(30, (from, to) => from === 3 || to === 7)]];

describe.each(PAGES)('renderReport, for a page %s', (_name, make) => {
  const page = renderReport(make());

  it('has each id once, and something behind each link and each label', () => {
    const ids = all(page, /\sid="([^"]*)"/g);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const targets = [...all(page, /href="#([^"]*)"/g), ...all(page, /aria-(?:labelledby|describedby)="([^"]*)"/g).flatMap((value) => value.split(' '))];
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  });

  it('has the landmarks, one first heading, and no step left out below it', () => {
    for (const tag of ['<header>', '<nav aria-label=', '<main id="main"', '<footer>', '<h1>']) expect(page.split(tag)).toHaveLength(2);
    const levels = all(page, /<h([1-6])\b/g).map(Number);
    for (const [index, level] of levels.entries()) expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('<a class="jump" href="#main">');
  });

  it('has a caption and headers in each table', () => {
    for (const table of all(page, /<table [^]*?<\/table>/g)) {
      expect(table).toMatch(/^<table [^>]*><caption>/);
      expect(table).toContain('<th scope="col">');
      expect(table.split('<tbody>')[1]).not.toMatch(/<tr>(?!<th scope="row">)/);
    }
  });

  it('allows itself nothing from elsewhere, and just its own style and script', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    const hash = (tag: string): string => createHash('sha256').update(new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)?.[1] ?? '').digest('base64');
    expect(policy).toBe(`default-src 'none'; script-src 'sha256-${hash('script')}'; style-src 'sha256-${hash('style')}'; img-src data:; base-uri 'none'; form-action 'none'`);
    expect(all(page, /<(script|style|img|iframe|object|embed|form|base)\b/g)).toEqual(['style', 'script']);
    expect(all(page, /<[a-z][^>]*\s(on\w+|style)=/gi)).toEqual([]);
    expect(all(page, /\s(?:href|src)="(?!#|data:)([^"]*)"/g)).toEqual([]);
    expect(all(page, /@import|url\([^)]*\)/g)).toEqual([]);
  });

  it('shows no leftover of a missing value', () => {
    expect(textOf(page)).not.toMatch(/undefined|NaN|Infinity|\[object/);
  });
});

describe('renderReport', () => {
  const page = renderReport(samplePage());

  it('tells the verdict in the title and first, with the faults and what they hide', () => {
    expect(page).toContain('<title>One fault found: mcs diagnose</title>');
    const text = textOf(page);
    expect(text).toContain('One fault found 6 checks in 2 clusters. This does not hold: west The name server is ready makes 2 other checks meaningless failed1warning1passed1skipped3');
    expect(text).toContain('mcs diagnose, 2 January 2026 at 03:04 UTC');
    expect(text).toContain('Left out: other (mcs is not installed).Made by mcs 1.2.3.');
  });

  it('shows what was seen at a fault, what mends it and what it hides, and the page of its check without the example', () => {
    const text = textOf(section(page, 'faults'));
    expect(text).toContain('0 of 0 ready, image &lt;none&gt; &amp; &quot;x&quot;');
    expect(text).toContain('To mend itmcs diagnose all --only MCS-DEP-02 --fixkubectl logs x');
    expect(text).toContain('MCS-DNS-01 Every pod answers west');
    expect(text).toContain('MCS-NET-07 Connected east\u2013west');
    expect(section(page, 'faults')).toContain('<a href="#about-MCS-DEP-02">');
    expect(textOf(section(page, 'about'))).toContain('It answers for clusterset.local; see MCS-DNS-01.What to doLook.');
    expect(page).not.toContain('an example');
  });

  it('leads from a check that means nothing to its cause, and from a finding to its cure', () => {
    const checks = section(page, 'checks');
    expect(checks).toContain('means nothing until <a href="#fault-1"><code>MCS-DEP-02</code> in west</a> is mended');
    expect(checks).toContain('<a href="#warning-1">How to mend it</a>');
    expect(textOf(checks)).toContain('west context admin@west');
    expect(all(checks, /<details class="(\w+)"( open)?>/g)).toEqual(['fail', 'warn', 'skip', 'pass', 'skip']);
    expect(all(checks, /<details class="\w+" open>/g)).toHaveLength(2);
  });

  it('has a cell for each way, with what is not ok in words, and marks where ends disagree', () => {
    const matrix = section(page, 'matrix');
    expect(all(matrix, /<td class="(\w+)">/g)).toHaveLength(16);
    expect(textOf(matrix)).toContain('data connecting');
    expect(all(matrix, /\* ends disagree/g)).toHaveLength(4);
    expect(textOf(matrix)).toContain('west - south: * west says connected, south says error');
  });

  it('draws the picture in the colours of the page, without a style that would hold for all of it', () => {
    const topology = section(page, 'topology');
    expect(topology).toContain('<svg xmlns="http://www.w3.org/2000/svg"');
    expect(topology).toContain('role="img" aria-labelledby="topology-title topology-desc"');
    expect(topology).not.toContain('<style');
  });

  it('plots each connection that probes came back through, slowest first, with the figures', () => {
    const rows = all(section(page, 'latency'), /<tr><th scope="row">[^]*?<\/tr>/g).map((row) => textOf(row));
    expect(rows).toHaveLength(5);
    expect(rows[0]).toBe('east \u2192 far east-gateway \u2192 far-gateway\u201341 ms\u2013\u2013');
    expect(rows[1]).toBe('west \u2192 east west-gateway \u2192 east-gateway1 ms1.5 ms2 ms1 ms');
  });

  it('says so where nothing is wrong, and leaves out what there is nothing of', () => {
    const healthy = renderReport(healthyPage());
    expect(healthy).toContain('<h1>No fault found</h1>');
    for (const id of ['faults', 'warnings', 'about']) expect(healthy).not.toContain(`id="${id}"`);
    for (const step of [0, 1, 2, 3, 4]) expect(healthy).toContain(`<td class="h${step}">`);
  });

  it('is about the checks only where a pod told no more', () => {
    const bare = renderReport({ ...samplePage(), matrix: { clusters: [], pairs: [], unread: [], leftOut: [] }, latencies: [] });
    for (const id of ['matrix', 'topology', 'latency']) expect(bare).not.toContain(`<section id="${id}"`);
    expect(bare).toContain('<section id="checks"');
  });

  it('says of an archive when it was made, and by whom', () => {
    expect(textOf(renderReport({ ...samplePage(), gatheredBy: '0.9.0' }))).toContain('03:04 UTC, as gathered by mcs 0.9.0');
  });
});

describe('what stands in clusters', () => {
  const page = renderReport(hostilePage());

  it('is text and nothing else', () => {
    expect(page).toContain('&quot;&#39;&gt;&lt;script&gt;document.title=&#39;taken&#39;&lt;/script&gt;');
    expect(page).not.toContain('<script>document');
    expect(all(page, /<\/(script|style)>/g)).toEqual(['style', 'script']);
    expect(page).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  });
});

describe('a page of 200 clusters', () => {
  it.each([['all is well', () => false, 1_500_000], ['no tunnel works', () => true, 1_800_000]])('stays small where %s', (_name, isBroken, most) => {
    const page = renderReport(largePage(200, isBroken));
    expect(Buffer.byteLength(page)).toBeLessThan(most);
    expect(all(section(page, 'matrix'), /<td class=[a-z]\d?>/g)).toHaveLength(200 * 199);
    expect(page).toContain('200 clusters are too many for a picture');
  });
});
