import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ALL_CHECKS } from '../../src/diagnose/diagnose.ts';
import { root } from '../helpers/built-program.ts';
import { checkExample, EXAMPLE_IDS } from '../helpers/check-examples.ts';

const FOLDER = join(root, 'docs/checks');
const IDS = ALL_CHECKS.map(({ id }) => id);

describe('the pages of the checks of clusters', () => {
  it('are those of the checks that there are', () => {
    const pages = readdirSync(FOLDER).filter((name) => !name.startsWith('MCS-WS-'));
    expect(pages.toSorted()).toEqual(IDS.map((id) => `${id}.md`).toSorted());
    expect(EXAMPLE_IDS.toSorted()).toEqual(IDS.toSorted());
  });

  it('explain every reason that an agent gives for what its node lacks', () => {
    const sources = ['src/gateway/apply/host-checks.ts', 'src/gateway/view/read-wireguard-keys.ts'].map((file) => readFileSync(join(root, file), 'utf8'));
    const reasons = sources.flatMap((text) => [...text.matchAll(/reason: '(\w+)', message/g)].map(([, reason = '']) => reason));
    expect(reasons.length).toBeGreaterThan(8);
    const page = readFileSync(join(FOLDER, 'MCS-NET-03.md'), 'utf8');
    expect(reasons.filter((reason) => !page.includes(reason))).toEqual([]);
  });

  it.each(ALL_CHECKS.map(({ id, title }) => [id, title]))('%s has its title, what it prints today, and what proves the fix', (id, title) => {
    const page = readFileSync(join(FOLDER, `${id}.md`), 'utf8');
    expect(page.split('\n')[0]).toBe(`# ${id}: ${title}`);
    expect(page).toContain(`\`\`\`\n${checkExample(id)}\n\`\`\``);
    expect(page).toContain(`mcs diagnose all --only ${id}`);
  });
});
