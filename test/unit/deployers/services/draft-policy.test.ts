import { describe, expect, it } from '@jest/globals';
import { draftPolicy } from '../../../../src/deployers/services/export-policy.ts';

describe('draftPolicy', () => {
  it.each([
    ['--selector', { selector: '' }],
    ['--selector', { selector: '  ' }],
    ['--namespace-selector', { namespaceSelector: '' }],
  ] as const)('refuses a blank %s: an unset variable of a script would share everything', (flag, selection) => {
    expect(() => draftPolicy({ name: 'web', ...selection, dryRun: false })).toThrow(expect.objectContaining({ code: 'MCS_USAGE', message: expect.stringContaining(flag) as unknown as string }));
  });

  it('refuses a list without a namespace', () => {
    expect(() => draftPolicy({ name: 'web', namespaces: [], dryRun: false })).toThrow(expect.objectContaining({ code: 'MCS_USAGE' }));
  });
});
