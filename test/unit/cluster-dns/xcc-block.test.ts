import { describe, expect, it } from '@jest/globals';
import { XCC_BLOCK } from '../../../src/cluster-dns/xcc-block.ts';

const ROOT = '.:53 {\n    original_zone_content\n}';
const wish = { zones: ['xcc.test'], port: 53, upstream: '1.2.3.4' };
const blockOf = (suffix: string, ip: string): string => `### BEGIN CROSS CLUSTER CONNECTIVITY\n${suffix} {\n    forward . ${ip}\n    reload\n}\n### END CROSS CLUSTER CONNECTIVITY\n`;
const BLOCK = blockOf('xcc.test', '1.2.3.4');
const OTHER_ZONE = 'other-zone.foobar {\n    forward . 1.2.3.5\n    reload\n}';
const wire = (text: string, over: Partial<typeof wish> = {}): string => textOf(XCC_BLOCK.wire(text, { ...wish, ...over }));
const unwire = (text: string, end?: string): string => textOf(XCC_BLOCK.unwire(text, end));

function textOf(edit: ReturnType<typeof XCC_BLOCK.wire>): string {
  return edit.kind === 'text' ? edit.text : edit.kind;
}

describe('XCC_BLOCK.wire, byte for byte as the patcher of cross-cluster-connectivity', () => {
  const golden: [string, string, string][] = [
    ['XC-23: a Corefile without a final newline', ROOT, `${ROOT}\n${BLOCK}`],
    ['XC-23: a Corefile as kubeadm writes it', `${ROOT}\n`, `${ROOT}\n${BLOCK}`],
    ['XC-24: its own block is left as it is', `${ROOT}\n${BLOCK}`, `${ROOT}\n${BLOCK}`],
    ['XC-24: the block of another suffix goes, and ours stands at the end', `${ROOT}\n${blockOf('xcc-different.test', '1.2.3.4')}\n${OTHER_ZONE}`, `${ROOT}\n\n${OTHER_ZONE}\n${BLOCK}`],
    ['XC-24: an address that changed, behind a blank line', `${ROOT}\n\n${blockOf('xcc.test', '42.42.42.42')}`, `${ROOT}\n${BLOCK}`],
  ];
  it.each(golden)('%s', (_title, before, after) => {
    expect(wire(before)).toBe(after);
    expect(wire(after)).toBe(after);
  });

  it('XC-24: leaves its block where it stands with text of the user behind it', () => {
    const text = `${ROOT}\n${BLOCK}${OTHER_ZONE}\n`;
    expect(wire(text)).toBe(text);
  });
});

describe('XCC_BLOCK, beyond the patcher', () => {
  it('has several suffixes inside one pair of marks', () => {
    expect(wire(`${ROOT}\n`, { zones: ['a.test', 'b.example'] })).toBe(
      `${ROOT}\n### BEGIN CROSS CLUSTER CONNECTIVITY\na.test {\n    forward . 1.2.3.4\n    reload\n}\nb.example {\n    forward . 1.2.3.4\n    reload\n}\n### END CROSS CLUSTER CONNECTIVITY\n`,
    );
  });

  it('has the port and the addresses of the other blocks where they are not the usual ones', () => {
    const text = textOf(XCC_BLOCK.wire('', { ...wish, port: 8053, bind: ['169.254.20.10'] }));
    expect(text).toContain('xcc.test:8053 {\n    bind 169.254.20.10\n    forward . 1.2.3.4\n    reload\n}\n');
  });

  it('XC-25: keeps the text of users between two blocks', () => {
    const between = `# mine\n${OTHER_ZONE}\n`;
    const text = `${ROOT}\n${blockOf('one.test', '1.1.1.1')}${between}${blockOf('two.test', '2.2.2.2')}# behind\n`;
    expect(wire(text)).toBe(`${ROOT}\n${between}# behind\n${BLOCK}`);
    expect(unwire(text)).toBe(`${ROOT}\n${between}# behind\n`);
  });

  const edits: [string, string, string][] = [
    ['a directive', BLOCK.replace('    reload\n', '    reload\n    cache 30\n'), '# moved by mcs out of its block: cache 30\n'],
    ['options of ours', BLOCK.replace('forward . 1.2.3.4', 'forward . 1.2.3.4 {\n        max_fails 0\n    }'), '# moved by mcs out of its block: forward . 1.2.3.4 {\n# moved by mcs out of its block: max_fails 0\n# moved by mcs out of its block: }\n'],
    ['a server block', BLOCK.replace('### END', 'example.org {\n    forward . 9.9.9.9\n}\n### END'), 'example.org {\n    forward . 9.9.9.9\n}\n'],
    ['a comment', BLOCK.replace('xcc.test {', '# do not touch\nxcc.test {'), '# do not touch\n'],
  ];
  it.each(edits)('keeps what somebody put between the marks: %s', (_title, edited, kept) => {
    expect(wire(`${ROOT}\n${edited}`)).toBe(`${ROOT}\n${kept}${BLOCK}`);
    expect(unwire(`${ROOT}\n${edited}`)).toBe(`${ROOT}\n${kept}`);
    expect(XCC_BLOCK.wire(`${ROOT}\n${edited}`, wish)).toMatchObject({ notes: [expect.stringContaining('not ours')] });
  });

  it("keeps a server block of the user's between the marks that forwards elsewhere, also where it reloads", () => {
    const mine = 'corp.example {\n    forward . 9.9.9.9\n    reload\n    cache 30\n}\n';
    const text = `${ROOT}\n${BLOCK.replace('### END', `${mine}### END`)}`;
    expect([wire(text), unwire(text), wire(text, { zones: ['new.test'], upstream: '1.2.3.9' })]).toEqual([`${ROOT}\n${mine}${BLOCK}`, `${ROOT}\n${mine}`, `${ROOT}\n${mine}${blockOf('new.test', '1.2.3.9')}`]);
    const first = `${ROOT}\n${BLOCK.replace('xcc.test {', `${mine}xcc.test {`)}`;
    expect(wire(first)).toBe(`${ROOT}\n${mine}${BLOCK}`);
  });

  it('takes out all suffixes of before, whichever they were', () => {
    const text = wire(`${ROOT}\n`, { zones: ['a.test', 'b.example'] });
    expect([unwire(text), wire(text, { zones: ['c.test'], upstream: '1.2.3.9' })]).toEqual([`${ROOT}\n`, `${ROOT}\n${blockOf('c.test', '1.2.3.9')}`]);
  });

  const damaged: [string, string][] = [
    ['no end', BLOCK.replace(/### END.*\n/, '')],
    ['no beginning', BLOCK.replace(/### BEGIN.*\n/, '')],
    ['two beginnings', `### BEGIN CROSS CLUSTER CONNECTIVITY\n${BLOCK}`],
    ['a brace that is missing', BLOCK.replace('}\n', '')],
  ];
  it.each(damaged)('does not guess where the marks are no pair: %s', (_title, text) => {
    expect([wire(`${ROOT}\n${text}`), unwire(`${ROOT}\n${text}`)]).toEqual(['damaged', 'damaged']);
  });

  const texts = ['', `${ROOT}\n`, ROOT, `${ROOT}\n\n\n`, `${ROOT}\n  `, `${ROOT}\n`.replaceAll('\n', '\r\n'), '\n', '  indented {\n}\n'];
  it.each(texts)('gives the text of before back, byte for byte: %j', (before) => {
    expect(unwire(wire(before), XCC_BLOCK.endOf?.(before))).toBe(before);
  });

  it('leaves what was put behind the block since, whatever the end was before', () => {
    expect(unwire(`${wire(ROOT)}# since\n`, XCC_BLOCK.endOf?.(ROOT))).toBe(`${ROOT}\n# since\n`);
  });
});
