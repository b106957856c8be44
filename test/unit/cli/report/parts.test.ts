import { describe, expect, it } from '@jest/globals';
import { foldPairs } from '../../../../src/cli/report/fold-pairs.ts';
import { html, trusted } from '../../../../src/cli/report/html.ts';
import { countInWords, formatMs, formatNumber, listSome } from '../../../../src/cli/report/words.ts';
import type { CheckResult, CheckStatus } from '../../../../src/diagnose/check.ts';

describe('html', () => {
  it.each([
    ['<b a="1">&\'', '&lt;b a=&quot;1&quot;&gt;&amp;&#39;'],
    ['a\u0000b\u001Bc\u0085d', 'a\uFFFDb\uFFFDc\uFFFDd'],
    ['one\n\ttwo', 'one\n\ttwo'],
    ['\u202Eturned\u2066', '\uFFFDturned\uFFFD'],
    ['half \uD83C of a pair', 'half \uFFFD of a pair'],
    ['\u{1F30D} whole', '\u{1F30D} whole'],
  ])('puts %j in as text', (text, expected) => {
    expect(html`<p>${text}</p>`.markup).toBe(`<p>${expected}</p>`);
  });

  it('puts pieces in as they are, lists one after the other, and nothing for what is not there', () => {
    expect(html`${html`<b>${'<'}</b>`}|${[1, '<', [html`<i>`]]}|${undefined}${false}|${0}|${trusted('<hr>')}`.markup).toBe('<b>&lt;</b>|1&lt;<i>||0|<hr>');
  });
});

describe('foldPairs', () => {
  const check = (status: CheckStatus, peer?: string, more: Partial<CheckResult> = {}): CheckResult => ({ id: 'A', title: '', topic: 'dns', evidence: [], durationMs: 0, status, ...(peer !== undefined && { peer }), ...more });
  const folded = (checks: readonly CheckResult[]): string[] => foldPairs(checks).map(({ check: { status }, peers }) => `${status} ${peers.join()}`);
  const peers = Array.from({ length: 12 }, (_, index) => `c${index}`);

  it('joins pairs that passed or were skipped for one cause, and leaves single checks alone', () => {
    const caused = { causedBy: 'B', causedIn: 'west' };
    expect(folded([check('pass'), check('pass', 'x'), check('pass', 'y'), check('skip', 'z', caused), check('skip', 'u', caused), check('skip', 'v', { causedBy: 'C' })])).toEqual(['pass ', 'pass x,y', 'skip z,u', 'skip v']);
  });

  it('gives a failed pair a row of its own, as far as they can be read', () => {
    expect(folded(peers.map((peer) => check('fail', peer)))).toEqual([...peers.slice(0, 8).map((peer) => `fail ${peer}`), 'fail c8,c9,c10,c11']);
  });
});

describe('words', () => {
  it.each([[0, 'No fault'], [1, 'One fault'], [9, 'Nine faults'], [10, '10 faults'], [1387, '1,387 faults']])('counts %d', (number, expected) => {
    expect(countInWords(number, 'fault')).toBe(expected);
  });

  it.each([[0.0483, '0.0483 ms'], [1.4789, '1.48 ms'], [12.34, '12 ms'], [149.6, '150 ms'], [1500, '1.5 s']])('writes %d ms short', (ms, expected) => {
    expect(formatMs(ms)).toBe(expected);
  });

  it('names some of many', () => {
    expect(listSome(['a', 'b', 'c'], 2)).toBe('a, b, c');
    expect(listSome(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
    expect(formatNumber(126_200)).toBe('126,200');
  });
});
