import { describe, expect, it } from '@jest/globals';
import { formatTime } from '../../../src/cli/format-time.ts';
import { formatMatrix, formatPairs } from '../../../src/cli/present-matrix.ts';
import { makeMatrix } from '../../../src/inspect/matrix/make-matrix.ts';
import { matrixFleet, matrixMember, mixedFleet } from '../../helpers/matrix-fleet.ts';

const widthOf = (text: string): number => Math.max(...text.split('\n').map(({ length }) => length));
const healthy = (ids: readonly string[]): ReturnType<typeof makeMatrix> => {
  const broker = Object.fromEntries(ids.map((id) => [id, 3]));
  return makeMatrix(matrixFleet(ids.map((id, index) => matrixMember(id, { tunnels: ids.filter((other) => other !== id), ...(index === 0 && { broker }) }))));
};

describe('formatMatrix', () => {
  it('has words where they fit, and the reasons beneath', () => {
    expect(formatMatrix(makeMatrix(mixedFleet()))).toMatchSnapshot();
  });

  it('has marks in a narrow terminal', () => {
    expect(formatMatrix(makeMatrix(mixedFleet()), 40)).toMatchSnapshot();
  });

  it('says nothing beneath where all is well', () => {
    expect(formatMatrix(healthy(['west', 'east'])).split('\n\n')).toEqual([
      'FROM \\ TO   west       east\nwest        .          ok 1.5ms\neast        ok 1.5ms   .',
      'Cells: what is not ok from row to column\nof control, DNS and data, and mean RTT\n? not known   no: not set up\n* the two ends disagree',
    ]);
  });

  it.each([40, 60, 80, 120])('fits %i columns with 20 clusters of long names', (width) => {
    const report = healthy(Array.from({ length: 20 }, (_, index) => `a-cluster-with-a-long-name-${index}`));
    const text = formatMatrix(report, width);
    expect(widthOf(text)).toBeLessThanOrEqual(width);
    expect(text.match(/\+\+\+/g)).toHaveLength(20 * 19);
  });

  it.each<[string, string[], string]>([
    ['there is none', [], 'no member in these clusters'],
    ['none could be read', ['gone'], 'no member in these clusters (as far as the clusters could be read)'],
  ])('says so where %s', (_case, unread, expected) => {
    expect(formatMatrix(makeMatrix(matrixFleet([], ...unread)))).toBe(expected);
  });

  it('says once what holds for many', () => {
    const report = makeMatrix(matrixFleet(['a', 'b', 'c', 'd'].map((id) => matrixMember(id, { tunnels: undefined }))));
    expect(formatMatrix(report).split('\n\n')[2]).toBe('a - b, a - c, a - d and 3 more: control not known: their broker cannot be read from here\na -> b, a -> c, a -> d and 9 more: data off: the data plane is not installed');
  });

  it('shows a single cluster alone', () => {
    expect(formatMatrix(healthy(['west']))).toBe('FROM \\ TO   west\nwest        .');
  });
});

describe('formatPairs', () => {
  it('has a line for each pair, with one word for each aspect', () => {
    const [header = '', ...rows] = formatPairs(makeMatrix(mixedFleet())).split('\n').map((line) => line.split(/\s+/));
    expect(header).toEqual(['FROM', 'TO', 'CONTROL', 'DNS', 'DATA', 'RTT', 'ASYMMETRY']);
    expect(rows).toHaveLength(12);
    expect(rows[6]).toEqual(['south', 'west', 'stale', 'not-ready', 'error', '-', 'state']);
  });

  it('is empty without pairs', () => {
    expect(formatPairs(makeMatrix(matrixFleet([])))).toBe('');
  });
});

describe('formatTime', () => {
  it.each([['1.475056ms', '1.48ms'], ['123.456µs', '123µs'], ['0.5ms', '0.5ms'], ['12s', '12s'], ['1m2.5s', '1m2.5s'], ['', ''], ['-', '-']])('writes %j as %j', (duration, text) => {
    expect(formatTime(duration)).toBe(text);
  });
});
