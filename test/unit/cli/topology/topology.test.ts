import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PICTURE_FORMATS, renderTopology } from '../../../../src/cli/topology/index.ts';
import { makeTopology, type Topology } from '../../../../src/inspect/topology.ts';
import { matrixFleet, matrixMember, mixedFleet } from '../../../helpers/matrix-fleet.ts';

const HOSTILE = 'a"b\\N<script>&amp;`*_#35;]]>--\u0000\u{1F30D}\n|end';
const hostile = (): Topology => makeTopology(matrixFleet([matrixMember(HOSTILE, { tunnels: ['east=error'], broker: { [HOSTILE]: 3, east: 3 } }), matrixMember('east', { tunnels: [`${HOSTILE}=error`] })]), { services: true });

describe('renderTopology', () => {
  // open the pictures of test/fixtures/topology when they are to change
  it.each(PICTURE_FORMATS)('draws the mixed fleet as in the golden file of %s', (format) => {
    const golden = readFileSync(new URL(`../../../fixtures/topology/mixed.${format}`, import.meta.url), 'utf8');
    expect(renderTopology(makeTopology(mixedFleet(), { services: true }), format)).toBe(golden);
  });

  it.each(PICTURE_FORMATS)('draws %s of no cluster, and of one', (format) => {
    expect(renderTopology(makeTopology(matrixFleet([])), format)).not.toMatch(/NaN|Infinity|undefined/);
    const one = renderTopology(makeTopology(matrixFleet([matrixMember('lonely')])), format);
    expect(one).toContain('lonely');
    expect(one).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('writes a broker that cannot be read with its address', () => {
    const topology = makeTopology(matrixFleet([matrixMember('west', { server: 'https://far:6443' })]));
    for (const format of PICTURE_FORMATS) expect(renderTopology(topology, format)).toContain('broker at https://far:6443');
  });
});

describe('what stands in clusters', () => {
  it('stays in the quotes of dot', () => {
    const lines = renderTopology(hostile(), 'dot').split('\n');
    expect(lines).toContain('  cluster1 [label="a\\"b\\\\N<script>&amp;amp;`*_#35;]]>-- \u{1F30D} |end\\ngateway a\\"b\\\\N<script>&amp;amp;`*_#35;]]>-- \u{1F30D} |end-gateway\\ngateway a\\"b\\\\N<script>&amp;amp;`*_#35;]]>-- \u{1F30D} |end-spare (stands by)"];');
    // every line is a statement of ours, whatever is in its quotes
    const bare = lines.map((line) => line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'));
    for (const line of bare.slice(1, -2)) expect(line).toMatch(/^ {2}(?:(?:graph|node|edge|(?:cluster|broker)\d) \[[\w.= "]+\]|(?:cluster|broker)\d -- (?:cluster|broker)\d \[[\w= "]+\]);$/);
  });

  it('stays in the quotes of mermaid, without anything that it would read', () => {
    const picture = renderTopology(hostile(), 'mermaid');
    expect(picture).toContain('cluster1["a#34;b#92;N#60;script#62;#38;amp#59;#96;#42;#95;#35;35#59;#93;#93;#62;-- #127757; #124;end<br/>');
    for (const [, label = ''] of picture.matchAll(/"([^"]*)"/g)) expect(label.replaceAll('<br/>', '').replaceAll(/#\d+;/g, '')).toMatch(/^[\p{L}\p{N} ./:,()+-]*$/u);
  });

  it('is text and nothing else in svg, which holds no script and no address of elsewhere', () => {
    const picture = renderTopology(hostile(), 'svg');
    expect(picture).toContain('a&quot;b\\N&lt;script&gt;&amp;amp;`*_#35;]]&gt;-- \u{1F30D} |end');
    expect(picture).not.toMatch(/<script|\son\w+=|href|url\(|@import/);
    expect(picture).not.toContain('\u0000');
    expect([...picture.matchAll(/https?:\/\/[^"<\s]+/g)].map(([address]) => address)).toEqual(['http://www.w3.org/2000/svg']);
  });
});

it('leaves room in svg for the label between two clusters of long names', () => {
  const [one, other] = ['a-cluster-with-a-very-long-name', 'another-with-a-very-long-name'] as const;
  const picture = renderTopology(makeTopology(matrixFleet([matrixMember(one, { tunnels: [other] }), matrixMember(other, { tunnels: [`${one}=error`] })])), 'svg');
  const edges = (name: string): { left: number; right: number }[] => [...picture.matchAll(new RegExp(`class="${name}" x="([\\d.]+)" y="[\\d.]+" width="([\\d.]+)"`, 'g'))].map(([, x, width]) => ({ left: Number(x), right: Number(x) + Number(width) }));
  const [boxes, [label]] = [edges('box'), edges('plate')];
  expect(boxes).toHaveLength(2);
  expect(label).toBeDefined();
  expect(boxes.filter(({ left, right }) => label !== undefined && left < label.right && label.left < right)).toEqual([]);
});

describe('the svg of many clusters', () => {
  const ids = Array.from({ length: 12 }, (_, index) => `c${index}`);
  const clusters = ids.map((id) => matrixMember(id, { tunnels: ids.filter((other) => other !== id).map((other) => (id === 'c0' && other === 'c7' ? `${other}=error` : other)) }));
  const picture = renderTopology(makeTopology(matrixFleet(clusters)), 'svg');

  it('has a line with a tooltip for each tunnel, and a label for those that are not ok', () => {
    expect(picture.match(/class="tunnel/g)).toHaveLength(66);
    expect(picture.match(/class="plate"/g)).toHaveLength(1);
  });

  it('has boxes that do not overlap and stand within the picture', () => {
    const [, width = '0', height = '0'] = /viewBox="0 0 (\d+) (\d+)"/.exec(picture) ?? [];
    const boxes = [...picture.matchAll(/class="box[^"]*" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((found) => found.slice(1).map(Number) as [number, number, number, number]);
    expect(boxes).toHaveLength(13);
    for (const [x, y, w, h] of boxes) expect([x >= 0, y >= 0, x + w <= Number(width), y + h <= Number(height)]).toEqual([true, true, true, true]);
    const overlaps = boxes.flatMap(([ax, ay, aw, ah], index) => boxes.slice(index + 1).filter(([bx, by, bw, bh]) => ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah));
    expect(overlaps).toEqual([]);
  });
});
