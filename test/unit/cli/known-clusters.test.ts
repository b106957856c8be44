import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadKnownClusters } from '../../../src/cli/known-clusters.ts';
import { thrown } from '../../helpers/thrown.ts';

const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
let root: string;
let pod: NodeJS.ProcessEnv;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mcs-known-'));
  mkdirSync(join(root, MOUNT), { recursive: true });
  for (const [name, text] of [['namespace', 'shop\n'], ['ca.crt', 'PEM'], ['token', 'secret']] as const) writeFileSync(join(root, MOUNT, name), text);
  pod = { HOME: join(root, 'none'), KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443', MCS_SIMULATED: '1', MCS_SIMULATED_ROOT: root };
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('loadKnownClusters', () => {
  it('knows its own cluster in a pod without a kubeconfig', async () => {
    const clusters = await loadKnownClusters(undefined, pod);
    expect(clusters.contexts).toEqual(['in-cluster']);
    expect(clusters.get()).toMatchObject({ context: 'in-cluster', namespace: 'shop' });
    expect(clusters.get().access({}).server).toBe('https://10.96.0.1:443');
  });

  it('calls it as who started the pod does', async () => {
    expect((await loadKnownClusters(undefined, { ...pod, MCS_IN_CLUSTER_CONTEXT: 'west' })).contexts).toEqual(['west']);
  });

  it('knows no other there, and nobody to act as', async () => {
    const clusters = await loadKnownClusters(undefined, pod);
    expect(thrown(() => clusters.get('east'))).toMatchObject({ code: 'MCS_UNKNOWN_CONTEXT' });
    expect(thrown(() => clusters.get().access({ as: 'me' }))).toMatchObject({ code: 'MCS_USAGE' });
  });

  it('misses a file that was named, also in a pod', async () => {
    await expect(loadKnownClusters('/none', pod)).rejects.toMatchObject({ code: 'MCS_NO_KUBECONFIG' });
    await expect(loadKnownClusters(undefined, { ...pod, KUBECONFIG: '/none' })).rejects.toMatchObject({ code: 'MCS_NO_KUBECONFIG' });
  });

  it('prefers a kubeconfig to its own cluster', async () => {
    const file = join(root, 'kubeconfig');
    writeFileSync(file, JSON.stringify({ clusters: [{ name: 'c', cluster: { server: 'https://west:6443' } }], contexts: [{ name: 'west', context: { cluster: 'c', user: 'u' } }], users: [{ name: 'u', user: { token: 't' } }], 'current-context': 'west' }));
    const clusters = await loadKnownClusters(undefined, { ...pod, KUBECONFIG: file });
    expect(clusters.get()).toMatchObject({ context: 'west', clusterName: 'c', namespace: 'default' });
    expect(clusters.get().access({}).server).toBe('https://west:6443');
  });
});
