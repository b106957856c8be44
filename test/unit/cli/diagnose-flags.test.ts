import { describe, expect, it } from '@jest/globals';
import { podsFor, refuseBesideArchive } from '../../../src/cli/diagnose-flags.ts';

describe('refuseBesideArchive', () => {
  it.each([[{ context: 'west' }, '--context'], [{ contexts: 'a,b' }, '--contexts'], [{ 'all-contexts': true }, '--all-contexts'], [{ kubeconfig: 'k' }, '--kubeconfig'], [{ as: 'me' }, '--as'], [{ 'in-cluster': true }, '--in-cluster'], [{ watch: true }, '--watch'], [{ fix: true }, '--fix']])('refuses %j', (flags, name) => {
    expect(() => { refuseBesideArchive(flags); }).toThrow(`Cannot use ${name} with --from`);
  });

  it('lets everything else pass', () => {
    expect(() => { refuseBesideArchive({ 'all-contexts': false, watch: false }); }).not.toThrow();
  });
});

describe('podsFor', () => {
  const settings = { deadlineMs: 20_000, runID: 'a1', env: {}, progress: () => undefined };

  it.each([
    ['an archive', { from: 'a.tgz', pods: true }, {}, 'an archive has none'],
    ['--in-cluster', { pods: true }, { MCS_IN_CLUSTER_CONTEXT: 'west' }, 'with --in-cluster there is the right to read only'],
    ['--no-pods', { pods: false }, {}, '--no-pods'],
    ['--watch', { pods: true, watch: true }, {}, 'with --watch each round would take some'],
  ])('runs none for %s, and says so', (_what, flags, env, reason) => {
    expect(podsFor(flags, { ...settings, env })).toEqual({ reason });
  });

  it('leaves a pod the time to answer before the checks end', () => {
    expect(podsFor({ pods: true }, settings)).toMatchObject({ found: { runID: 'a1', startMs: 8000, tryMs: 2000 } });
    expect(podsFor({ pods: true }, { ...settings, deadlineMs: 5000 })).toMatchObject({ found: { startMs: 2000, tryMs: 500 } });
  });
});
