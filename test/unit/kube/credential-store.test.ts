import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { storeInSecret } from '../../../src/kube/credential-store.ts';

describe('storeInSecret()', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n', uid: 'u', resourceVersion: '7' }, data: { 'west.kubeconfig': Buffer.from('old').toString('base64'), other: 'eA==' } };
  const patches: unknown[] = [];
  const client = {
    get: () => Promise.resolve(secret),
    patch: (resource: { plural: string }, name: string, namespace: string, _type: string, body: unknown) => {
      patches.push([resource.plural, name, namespace, body]);
      return Promise.resolve(secret);
    },
  } as unknown as KubeClient;
  const store = storeInSecret(client, { name: 's', namespace: 'n' }, 'mcs-mirror');

  it('replaces the text wherever it stands, pinned to the Secret that it read, and leaves one that somebody changed', async () => {
    const { signal } = new AbortController();
    await store({ replaced: 'changed meanwhile', text: 'new' }, signal);
    expect(patches).toEqual([]);
    await store({ replaced: 'old', text: 'new' }, signal);
    expect(patches).toEqual([[resources.secrets.plural, 's', 'n', { metadata: { uid: 'u', resourceVersion: '7' }, data: { 'west.kubeconfig': Buffer.from('new').toString('base64') } }]]);
  });
});
