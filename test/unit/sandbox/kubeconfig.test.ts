import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type ClusterEntry, mergeKubeconfig, renderKubeconfig, unmergeKubeconfig } from '../../../src/sandbox/kubeconfig.ts';

const entry = (name: string): ClusterEntry => ({ name, server: 'https://127.40.0.1:6443', ca: 'PEM', token: `token-${name}` });
const entries = [entry('cluster0'), entry('cluster1')];
const USERS = `# mine
apiVersion: v1
kind: Config
clusters:
  - name: prod # the real one
    cluster: { server: https://prod }
contexts:
  - name: prod
    context: { cluster: prod, user: prod }
users:
  - name: prod
    user: { token: x }
current-context: prod
`;
const names = (text: string): string[] => (parse(text) as { contexts: { name: string }[] }).contexts.map(({ name }) => name);

describe('renderKubeconfig', () => {
  it('has a context, cluster and user of the same name per cluster, and the first as current', () => {
    expect(parse(renderKubeconfig('demo', entries))).toMatchObject({
      'current-context': 'cluster0',
      clusters: [{ name: 'cluster0', cluster: { server: 'https://127.40.0.1:6443', 'certificate-authority-data': Buffer.from('PEM').toString('base64') } }, { name: 'cluster1' }],
      contexts: [{ name: 'cluster0', context: { cluster: 'cluster0', user: 'cluster0' } }, { name: 'cluster1' }],
      users: [{ name: 'cluster0', user: { token: 'token-cluster0' } }, { name: 'cluster1' }],
    });
  });
});

describe('mergeKubeconfig', () => {
  it('adds to what stands, with its comments and current context', () => {
    const merged = mergeKubeconfig(USERS, 'demo', entries);
    expect(names(merged)).toEqual(['prod', 'cluster0', 'cluster1']);
    expect(merged).toContain('# the real one');
    expect(parse(merged)).toMatchObject({ 'current-context': 'prod' });
  });

  it('replaces its own entries, and makes a file where there is none', () => {
    const once = mergeKubeconfig('', 'demo', entries);
    expect(names(mergeKubeconfig(once, 'demo', entries))).toEqual(['cluster0', 'cluster1']);
    expect(parse(once)).toMatchObject({ 'current-context': 'cluster0' });
  });

  it.each([
    ['of another sandbox', mergeKubeconfig('', 'other', entries)],
    ["of the user's own", USERS.replaceAll('prod', 'cluster1')],
  ])('never replaces an entry %s', (_title, text) => {
    expect(() => mergeKubeconfig(text, 'demo', entries)).toThrow('is another entry');
  });

  it('refuses what is no kubeconfig', () => {
    expect(() => mergeKubeconfig('- a\n- b\n', 'demo', entries)).toThrow('no valid YAML map');
    expect(() => mergeKubeconfig('a: [', 'demo', entries)).toThrow('no valid YAML map');
  });
});

describe('unmergeKubeconfig', () => {
  it('takes out exactly what was put in', () => {
    expect(parse(unmergeKubeconfig(mergeKubeconfig(USERS, 'demo', entries), 'demo'))).toEqual(parse(USERS));
    expect(unmergeKubeconfig(USERS, 'demo')).toBe(USERS);
    expect(names(unmergeKubeconfig(mergeKubeconfig('', 'other', entries), 'demo'))).toEqual(['cluster0', 'cluster1']);
  });
});
