import { describe, expect, it } from '@jest/globals';
import { credentialSeconds, type MirrorInstallFlags, requireFitting } from '../../../src/cli/mirror-install-command.ts';
import { fromContexts, generalSettings, sourceChoices } from '../../../src/cli/mirror-install-flags.ts';
import { thrown } from '../../helpers/thrown.ts';

describe('fromContexts()', () => {
  it('names sources after their contexts, or as it is said, with their addresses', () => {
    expect(fromContexts(['west,Admin@North', 's=admin@south'], ['s=https://10.0.0.1:6443'])).toEqual([
      { name: 'west', context: 'west' },
      { name: 'admin-north', context: 'Admin@North' },
      { name: 's', context: 'admin@south', server: 'https://10.0.0.1:6443' },
    ]);
    expect(fromContexts(undefined, undefined)).toEqual([]);
  });

  it('refuses an address for a source that is not there', () => {
    expect(thrown(() => fromContexts(['west'], ['east=https://x']))).toMatchObject({ code: 'MCS_USAGE', message: expect.stringContaining('"east"') });
  });
});

describe('sourceChoices(), generalSettings()', () => {
  it('hold only what was given: the rest stays as it was', () => {
    expect(sourceChoices({})).toEqual({});
    expect(sourceChoices({ namespaces: 'shop, bank', exported: false, 'target-name': '{namespace}/{name}-{source}' })).toEqual({ namespaces: ['shop', 'bank'], exported: false, target: { namespace: '{namespace}', name: '{name}-{source}' } });
    expect(generalSettings({})).toEqual({});
    expect(generalSettings({ endpoints: false, 'sweep-interval': '90s', 'deny-namespaces': 'kube-public' })).toEqual({ endpoints: false, sweepSeconds: 90, denyNamespaces: ['kube-public'] });
  });

  it.each(['shop', '/web', 'a/b/c'])('refuse the target name "%s"', (template) => {
    expect(thrown(() => sourceChoices({ 'target-name': template }))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('credentialSeconds()', () => {
  it('takes 10 minutes to 7 days, the longest that the policy in the source allows', () => {
    expect([credentialSeconds('10m'), credentialSeconds('7d')]).toEqual([600, 604_800]);
    for (const duration of ['9m', '8d']) expect(thrown(() => credentialSeconds(duration))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('requireFitting()', () => {
  const flags: MirrorInstallFlags = { emitter: false, 'replace-sources': false, 'dry-run': false, output: 'table', wait: 'ready', timeout: '3m' };

  it.each<[string, Partial<MirrorInstallFlags>, string]>([
    ['a context to mirror from with the reflector preset', { preset: 'reflector', from: ['west'] }, '--from'],
    ['a name with a preset', { preset: 'cross-cluster', name: 'x' }, '--name'],
    ['a URL with the cross-cluster preset', { preset: 'cross-cluster', 'source-url': ['a=https://x'] }, '--source-url'],
    ['two remotes in one Secret', { preset: 'cross-cluster', source: ['a=a', 'b=b'] }, 'twice'],
    ['a source with an emitter', { emitter: true, source: ['a=a'] }, '--source'],
    ['sources to drop with a preset', { preset: 'cross-cluster', 'replace-sources': true }, '--replace-sources'],
    ['a life of credentials where none is made', { source: ['a=a'], duration: '24h' }, '--duration'],
    ['an emitter with a preset', { emitter: true, preset: 'reflector' }, '--emitter'],
  ])('refuses %s', (_what, more, said) => {
    expect(thrown(() => requireFitting({ ...flags, ...more }))).toMatchObject({ code: 'MCS_USAGE', message: expect.stringContaining(said) });
  });

  it.each<Partial<MirrorInstallFlags>>([{ from: ['west'], name: 'x', selector: 'a' }, { preset: 'reflector', 'source-url': ['http://x'] }, { preset: 'cross-cluster', source: ['a=a'] }, { emitter: true, selector: 'a', exported: true }])('takes %j', (more) => {
    expect(() => requireFitting({ ...flags, ...more })).not.toThrow();
  });
});
