import { describe, expect, it } from '@jest/globals';
import { type Resource, resources } from '../../../src/api/resources.ts';
import { detectPlugin } from '../../../src/discovery/cidr-detectors.ts';
import { readPluginFacts } from '../../../src/discovery/read-cluster-facts.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { configMap, daemonSet } from '../../helpers/cluster-facts.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const { signal } = new AbortController();

describe('readPluginFacts', () => {
  it.each([
    ['Calico by its ConfigMap', () => [[resources.configMaps, configMap('calico-config', {})]], 'calico'],
    ['Flannel by its DaemonSet', () => [[resources.daemonSets, { ...daemonSet('kube-flannel-ds'), metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel' } }]], 'flannel'],
    ['no DaemonSet of the users', () => [[resources.daemonSets, { ...daemonSet('my-flannel'), metadata: { name: 'my-flannel', namespace: 'shop' } }]], undefined],
  ])('recognises %s', async (_title, objects, expected) => {
    const client = createMemoryClient();
    for (const [resource, object] of objects()) client.seed(resource as Resource, object as Parameters<KubeClient['create']>[1]);
    expect(detectPlugin(await readPluginFacts(client, new Set(['v1', 'apps/v1']), signal))).toBe(expected);
  });

  it('makes two requests in a cluster that serves no API of a plugin', async () => {
    const client = createMemoryClient();
    let requests = 0;
    const counting = { ...client, list: (...args: Parameters<KubeClient['list']>) => { requests += 1; return client.list(...args); } } as KubeClient;
    await readPluginFacts(counting, new Set(['v1', 'apps/v1']), signal);
    expect(requests).toBe(2);
  });
});
