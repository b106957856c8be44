import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAs, readManifest, root, splitCommandLine } from '../helpers/built-program.ts';

/** The command lines of the how-to that users of Submariner follow, with mcs in place of subctl. */
const lines = readFileSync(join(root, 'test/fixtures/how-to.txt'), 'utf8').trim().split('\n');

describe('the how-to', () => {
  it.each(lines)('%s', async (line) => {
    const { id, argv } = splitCommandLine(line, Object.keys(readManifest()));
    await expect(parseAs(id, argv)).resolves.toBeDefined();
  });

  it('means what it says', async () => {
    const { id, argv } = splitCommandLine(lines[1] ?? '', ['join']);
    expect(await parseAs(id, argv)).toMatchObject({ clusterid: 'cluster0', clustercidr: '10.16.0.0/16', natt: false, 'cable-driver': 'vxlan', 'health-check': false });
  });
});
