import { describe, expect, it } from '@jest/globals';
import { renderRootHelp } from '../../../src/cli/root-help.ts';

describe('renderRootHelp', () => {
  const text = renderRootHelp('mcs', '1.2.3', [
    { id: 'version', summary: 'Print the version' },
    { id: 'show:all', summary: 'Show everything' },
    { id: 'join', summary: 'Join' },
    { id: 'sandbox:up', summary: 'Start' },
    { id: 'internal', summary: 'Hidden', hidden: true },
  ]);

  it('groups commands in the order of their use, the rest at the end', () => {
    expect(text.split('\n\n').slice(3, -1)).toEqual([
      'SETUP\n  sandbox up   Start\n  join         Join',
      'INSPECT\n  show all     Show everything',
      'OTHER\n  version      Print the version',
    ]);
  });

  it('says the version and how to go on, and shows nothing that is hidden', () => {
    expect(text).toContain('VERSION\n  mcs 1.2.3\n');
    expect(text).toMatch(/Run "mcs COMMAND --help" for flags and examples\.$/);
    expect(text).not.toContain('internal');
  });
});
