import { describe, expect, it } from '@jest/globals';
import { unwireText, wireText } from '../../../src/cluster-dns/marked-block.ts';

const wish = { zones: ['clusterset.local'], port: 53, upstream: '10.96.0.53' };
const ROOT = '.:53 {\n    errors\n}\n';
const text = (edit: ReturnType<typeof wireText>): string => (edit.kind === 'text' ? edit.text : edit.kind);
const wired = text(wireText(ROOT, wish));

describe('wireText', () => {
  it('puts the block first, between its marks', () => {
    expect(wired).toBe(`# mcs-start clusterset.local 53 10.96.0.53 - kept by mcs, lines of yours belong outside\nclusterset.local:53 {\n    errors\n    forward . 10.96.0.53\n}\n# mcs-end\n${ROOT}`);
  });

  it('leaves a block where a user has moved it', () => {
    const moved = `# mine\n${wired.slice(0, -ROOT.length)}`;
    expect(text(wireText(ROOT + moved, wish))).toBe(ROOT + moved);
  });

  const edits: [string, string, string][] = [
    ['a directive that was added', wired.replace('    errors\n', '    errors\n    cache 10\n'), '# moved by mcs out of its block: cache 10\n'],
    ['an address that was changed', wired.replace('forward . 10.96.0.53', 'forward . 10.9.9.9'), '# moved by mcs out of its block: forward . 10.9.9.9\n'],
    ['a directive with options', wired.replace('    errors\n', '    cache {\n        success 10\n    }\n    errors\n'), '# moved by mcs out of its block: cache {\n# moved by mcs out of its block: success 10\n# moved by mcs out of its block: }\n'],
    ['a server block that was added', wired.replace('# mcs-end', 'example.org {\n    forward . 1.2.3.4\n}\n# mcs-end'), 'example.org {\n    forward . 1.2.3.4\n}\n'],
    ['a server block before ours', wired.replace('clusterset.local:53 {', 'example.org {\n    errors\n}\nclusterset.local:53 {'), 'example.org {\n    errors\n}\n'],
    ['a comment', wired.replace('    errors\n', '    # do not touch\n    errors\n'), '    # do not touch\n'],
  ];
  it.each(edits)('keeps what was put into the block, below it: %s', (_title, edited, kept) => {
    const repaired = wireText(edited, wish);
    expect(text(repaired)).toBe(wired.replace('# mcs-end\n', `# mcs-end\n${kept}`));
    expect(repaired).toMatchObject({ notes: [expect.stringContaining('not ours')] });
    expect(text(unwireText(edited))).toBe(kept + ROOT);
  });

  it('brings lines back that were taken out of the block', () => {
    expect(text(wireText(wired.replace('    forward . 10.96.0.53\n', ''), wish))).toBe(wired);
  });

  const damaged: [string, string][] = [
    ['no end', wired.replace('# mcs-end\n', '')],
    ['no start', wired.replace(/^# mcs-start.*\n/, '')],
    ['two blocks', wired + wired],
    ['the end before the start', `# mcs-end\n${wired.replace('# mcs-end\n', '')}`],
  ];
  it.each(damaged)('does not guess where the marks are no pair: %s', (_title, given) => {
    expect([wireText(given, wish).kind, unwireText(given).kind]).toEqual(['damaged', 'damaged']);
  });
});

describe('unwireText', () => {
  const texts = ['', ROOT, 'no newline', '\n\n', ROOT.replaceAll('\n', '\r\n'), '# only a comment', `${ROOT}\r\nmixed\n`, '  indented {\n}\n'];
  it.each(texts)('undoes wireText, byte for byte: %j', (given) => {
    expect(text(unwireText(text(wireText(given, wish))))).toBe(given);
  });
});
