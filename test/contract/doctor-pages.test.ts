import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workstationChecks } from '../../src/diagnose/workstation/workstation-checks.ts';
import { root } from '../helpers/built-program.ts';
import { EXAMPLES, exampleOf } from '../helpers/workstation-examples.ts';

const FOLDER = join(root, 'docs/checks');

describe('the pages of the checks of the workstation', () => {
  it('are those of the checks that there are', () => {
    const ids = workstationChecks.map(({ id }) => id);
    expect(readdirSync(FOLDER).filter((name) => name.startsWith('MCS-WS-')).toSorted()).toEqual(ids.map((id) => `${id}.md`));
    expect(Object.keys(EXAMPLES)).toEqual(ids);
  });

  it.each(workstationChecks.map(({ id, title }) => [id, title]))('%s has its title, what it prints today, and what proves the fix', (id, title) => {
    const page = readFileSync(join(FOLDER, `${id}.md`), 'utf8');
    expect(page.split('\n')[0]).toBe(`# ${id}: ${title}`);
    expect(page).toContain(`\`\`\`\n${exampleOf(id)}\n\`\`\``);
    expect(page).toContain('Proof: `mcs doctor`');
  });
});
