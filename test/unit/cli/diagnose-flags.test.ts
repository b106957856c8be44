import { describe, expect, it } from '@jest/globals';
import { refuseBesideArchive } from '../../../src/cli/diagnose-flags.ts';

describe('refuseBesideArchive', () => {
  it.each([[{ context: 'west' }, '--context'], [{ contexts: 'a,b' }, '--contexts'], [{ 'all-contexts': true }, '--all-contexts'], [{ kubeconfig: 'k' }, '--kubeconfig'], [{ as: 'me' }, '--as'], [{ 'in-cluster': true }, '--in-cluster'], [{ watch: true }, '--watch'], [{ fix: true }, '--fix']])('refuses %j', (flags, name) => {
    expect(() => { refuseBesideArchive(flags); }).toThrow(`Cannot use ${name} with --from`);
  });

  it('lets everything else pass', () => {
    expect(() => { refuseBesideArchive({ 'all-contexts': false, watch: false }); }).not.toThrow();
  });
});
