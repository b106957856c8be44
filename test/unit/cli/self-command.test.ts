import { describe, expect, it } from '@jest/globals';
import { asTyped, selfCommand } from '../../../src/cli/self-command.ts';

describe('selfCommand', () => {
  it.each([
    ['installed', '/usr/bin/mcs', '/usr/lib/node_modules/@mcs-clusterset/mcs', '/home/x', 'mcs'],
    ['a dependency of a project', '/p/node_modules/.bin/mcs', '/p/node_modules/@mcs-clusterset/mcs', '/p', 'mcs'],
    ['a kubectl plugin', '/usr/bin/kubectl-mcs', '/usr/lib/node_modules/@mcs-clusterset/mcs', '/home/x', 'kubectl mcs'],
    ['in a clone', '/src/mcs/bin/mcs.js', '/src/mcs', '/src/mcs', 'npx mcs'],
    ['in a folder of a clone', '/src/mcs/bin/mcs.js', '/src/mcs', '/src/mcs/docs', 'npx mcs'],
    ['a clone seen from elsewhere', '/src/mcs/bin/mcs.js', '/src/mcs', '/src', 'node /src/mcs/bin/mcs.js'],
    ['a clone beside', '/src/mcs/bin/mcs.js', '/src/mcs', '/src/mcs-other', 'node /src/mcs/bin/mcs.js'],
  ])('is what works where it is %s', (_title, binPath, packageRoot, cwd, expected) => {
    expect(selfCommand({ binPath, packageRoot, cwd })).toBe(expected);
  });
});

describe('asTyped', () => {
  it.each([
    ['mcs show all', 'npx mcs show all'],
    ['kubectl get nodes', 'kubectl get nodes'],
    ['mcs-dns is a part', 'mcs-dns is a part'],
  ])('makes of "%s" "%s"', (command, typed) => {
    expect(asTyped(command, 'npx mcs')).toBe(typed);
  });
});
