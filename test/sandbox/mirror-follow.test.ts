import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SKIP_SLICE_MIRRORING } from '../../src/api/labels.ts';
import { MIRROR_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { Service } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { mirrorStatusName } from '../../src/mirror/settings.ts';
import { type MirrorStatus, STATUS_KEY } from '../../src/mirror/status.ts';
import type { TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { addressesOf, appears, disappears, ensureNamespace, labelled, type MirrorSet, putService, type RunningMirror, setAddresses, sliceOf, sourceSettings, startMirrorSet } from '../helpers/mirror-set.ts';

let set: MirrorSet;
let west: TestApiServer;
let here: TestApiServer;
let remote: KubeClient;
let local: KubeClient;
let count = 0;
let shop: string;

beforeAll(async () => {
  set = await startMirrorSet(2);
  [west, here] = set.servers as [TestApiServer, TestApiServer];
  [remote, local] = [west.client(), here.client()];
});

afterAll(() => set.stop());

afterEach(() => set.stopMirrors());

const nextNamespace = (): string => {
  count += 1;
  shop = `shop-${count}`;
  return shop;
};

const MERGE = 'application/merge-patch+json';

describe('a mirror', () => {
  it('SR-1, CC-1: makes namespace, Service and slices under the same names', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), addresses: ['10.1.0.5'], labels: { app: 'web' } });
    await set.run(here, { servers: { west } });
    const mirror = await appears(local, resources.services, 'web', shop);
    expect(mirror.metadata.labels).toMatchObject({ app: 'web' });
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
  });

  it('SR-8, CC-4: passes on changes of endpoints', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), addresses: ['10.1.0.5'] });
    await set.run(here, { servers: { west } });
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
    await setAddresses(remote, 'web', shop, ['10.1.0.6', '10.1.0.7']);
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.6', '10.1.0.7']));
  });

  it('SR-9, CC-4: changes ports and labels in place', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), addresses: ['10.1.0.5'], labels: { tier: 'old', gone: 'soon' } });
    await set.run(here, { servers: { west } });
    const before = await appears(local, resources.services, 'web', shop);
    await remote.patch(resources.services, 'web', shop, MERGE, { metadata: { labels: { tier: 'new', gone: null } }, spec: { ports: [{ name: 'http', port: 81, targetPort: 8080, protocol: 'TCP' }] } });
    const after = await appears(local, resources.services, 'web', shop, ({ spec }) => spec.ports?.[0]?.port === 81);
    expect([after.metadata.uid, after.spec.clusterIP]).toEqual([before.metadata.uid, before.spec.clusterIP]);
    expect(after.metadata.labels).toMatchObject({ tier: 'new' });
    expect(after.metadata.labels).not.toHaveProperty('gone');
  });

  it('SR-10, CC-6: makes anew at once what is deleted by hand, Service or slice, and undoes edits', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), addresses: ['10.1.0.5'] });
    await set.run(here, { servers: { west } });
    const { metadata } = await appears(local, resources.services, 'web', shop);
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
    const [slice] = (await local.list(resources.endpointSlices, { namespace: shop })).items;
    await local.delete(resources.endpointSlices, slice?.metadata.name ?? '', shop);
    await local.delete(resources.services, 'web', shop);
    await appears(local, resources.services, 'web', shop, (service) => service.metadata.uid !== metadata.uid);
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
    await local.patch(resources.services, 'web', shop, MERGE, { spec: { ports: [{ name: 'http', port: 99, protocol: 'TCP' }] } });
    await appears(local, resources.services, 'web', shop, ({ spec }) => spec.ports?.[0]?.port === 80);
  });

  it('CC-5: a Service that is deleted in the source goes, and its slices with it', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), addresses: ['10.1.0.5'] });
    await set.run(here, { servers: { west } });
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
    await remote.delete(resources.services, 'web', shop);
    await disappears(local, resources.services, 'web', shop);
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual([]));
  });

  it('SR-3, CC-2: takes over what belongs to the Service, and nothing that belongs to its cluster', async () => {
    await putService(remote, {
      name: 'web',
      namespace: nextNamespace(),
      annotations: { team: 'a', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      spec: { selector: { app: 'web' }, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } },
      addresses: ['10.1.0.5'],
    });
    await set.run(here, { servers: { west } });
    const { metadata, spec } = await appears(local, resources.services, 'web', shop);
    expect(metadata.annotations).toMatchObject({ team: 'a' });
    expect(metadata.annotations).not.toHaveProperty(['kubectl.kubernetes.io/last-applied-configuration']);
    expect(spec).toMatchObject({ type: 'ClusterIP', sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } });
    expect(spec.selector).toBeUndefined();
  });

  it('SR-4, CC-3: endpoints keep conditions and host names, and lose what means nothing here', async () => {
    await putService(remote, { name: 'db', namespace: nextNamespace(), spec: { clusterIP: 'None' } });
    const slice = sliceOf('db', shop, []);
    const endpoints = [
      { addresses: ['10.1.0.5'], conditions: { ready: true }, hostname: 'db-0', zone: 'z1', nodeName: 'node-1', targetRef: { kind: 'Pod', name: 'db-0', namespace: shop } },
      { addresses: ['10.1.0.6'], conditions: { ready: false, serving: true, terminating: true }, hostname: 'db-1' },
    ];
    await remote.create(resources.endpointSlices, { ...slice, endpoints });
    await set.run(here, { servers: { west } });
    await eventually(async () => expect(await addressesOf(local, 'db', shop)).toEqual(['10.1.0.5', '10.1.0.6']));
    const [mirror] = (await local.list(resources.endpointSlices, { namespace: shop })).items;
    const found = mirror?.endpoints ?? [];
    expect(found[0]).toMatchObject({ hostname: 'db-0', zone: 'z1', conditions: { ready: true } });
    expect(found[0]).not.toHaveProperty('nodeName');
    expect(found[0]).not.toHaveProperty('targetRef');
    expect(found[1]).toMatchObject({ hostname: 'db-1', conditions: { ready: false, serving: true, terminating: true } });
  });

  it('SR-5, CC-9: each type becomes what it can be here, and none takes a node port', async () => {
    nextNamespace();
    const types = [
      ['headless', { clusterIP: 'None' }, { type: 'ClusterIP', clusterIP: 'None' }],
      ['node-port', { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30_000 + count, protocol: 'TCP' }] }, { type: 'ClusterIP' }],
      ['balanced', { type: 'LoadBalancer' }, { type: 'ClusterIP' }],
      ['external', { type: 'ExternalName', externalName: 'db.example.org', ports: [] }, { type: 'ExternalName', externalName: 'db.example.org' }],
    ] as const;
    for (const [name, spec] of types) await putService(remote, { name, namespace: shop, spec: structuredClone(spec) as Partial<Service['spec']>, ...(name !== 'external' && { addresses: ['10.1.0.5'] }) });
    // somebody here has the node port of the source
    await ensureNamespace(local, shop);
    await local.create(resources.services, { metadata: { name: 'own', namespace: shop }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30_000 + count, protocol: 'TCP' }] } });
    await set.run(here, { servers: { west } });
    for (const [name, , expected] of types) {
      const { spec } = await appears(local, resources.services, name, shop);
      expect(spec).toMatchObject(expected);
      expect(spec.ports?.every(({ nodePort }) => nodePort === undefined) ?? true).toBe(true);
    }
    expect(await addressesOf(local, 'external', shop)).toEqual([]);
  });

  it('a Service that becomes headless, or gets an address, is made anew', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), addresses: ['10.1.0.5'] });
    await set.run(here, { servers: { west } });
    await appears(local, resources.services, 'web', shop);
    await remote.delete(resources.services, 'web', shop);
    await remote.create(resources.services, { metadata: { name: 'web', namespace: shop }, spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } });
    await appears(local, resources.services, 'web', shop, ({ spec }) => spec.clusterIP === 'None');
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']));
  });

  it('CC-7: writes Endpoints on request, which Kubernetes makes no slices of, and removes them when that ends', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), addresses: ['10.1.0.5'] });
    const run = await set.run(here, { servers: { west }, endpoints: true });
    const endpoints = await appears(local, resources.endpoints, 'web', shop);
    expect(endpoints.subsets?.[0]?.addresses).toEqual([{ ip: '10.1.0.5' }]);
    expect(endpoints.metadata.labels).toMatchObject({ [SKIP_SLICE_MIRRORING]: 'true' });
    await local.delete(resources.endpoints, 'web', shop);
    await appears(local, resources.endpoints, 'web', shop, ({ metadata }) => metadata.uid !== endpoints.metadata.uid);
    await set.stopMirrors();
    await set.run(here, { servers: { west }, name: run.settings().name });
    await disappears(local, resources.endpoints, 'web', shop);
  });

  it('restarted in sync it writes nothing', async () => {
    for (const name of ['a', 'b', 'c']) await putService(remote, { name, namespace: name === 'a' ? nextNamespace() : shop, addresses: ['10.1.0.5'], annotations: { note: 'x' } });
    await putService(remote, { name: 'd', namespace: shop, spec: { clusterIP: 'None' }, addresses: ['10.1.0.6'] });
    const first = await set.run(here, { servers: { west }, endpoints: true });
    const isInSync = (run: RunningMirror): boolean => run.mirror.status().sources.every(({ state, selected, mirrored, pending }) => state === 'synced' && pending === 0 && mirrored > 0 && mirrored + run.mirror.status().problemCount >= selected);
    await eventually(() => isInSync(first));
    await set.stopMirrors();
    const second = await set.run(here, { servers: { west }, endpoints: true, name: first.settings().name });
    await eventually(() => isInSync(second));
    expect(second.target.writes).toEqual([]);
  });

  it('a selector, and a list of namespaces, is all that it asks the source for; ServiceExports narrow it further', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), labels: { tier: `t${count}` } });
    await putService(remote, { name: 'other', namespace: shop });
    await putService(remote, { name: 'exported', namespace: shop, labels: { tier: `t${count}` } });
    await remote.create(resources.serviceExports, { metadata: { name: 'exported', namespace: shop } });
    const selection = { labelSelector: `tier in (t${count},x)`, namespaces: [shop], exportedOnly: false };
    const run = await set.run(here, { servers: { west }, sources: [sourceSettings('west', { selection })] });
    await appears(local, resources.services, 'web', shop);
    await appears(local, resources.services, 'exported', shop);
    expect(await local.find(resources.services, 'other', shop)).toBeUndefined();
    run.update({ sources: [sourceSettings('west', { selection: { ...selection, exportedOnly: true } })] });
    await disappears(local, resources.services, 'web', shop);
    await appears(local, resources.services, 'exported', shop);
    await remote.patch(resources.services, 'exported', shop, MERGE, { metadata: { labels: { tier: null } } });
    await disappears(local, resources.services, 'exported', shop);
  });

  it('writes its status, its metrics and nothing else while nothing changes', async () => {
    await putService(remote, { name: 'web', namespace: nextNamespace(), labels: { app: `only-${count}` }, addresses: ['10.1.0.5'] });
    const run = await set.run(here, { servers: { west }, sources: [sourceSettings('west', labelled(`app=only-${count}`))] });
    const name = mirrorStatusName(run.settings().name);
    const isDone = (status: MirrorStatus): boolean => status.sources[0]?.mirrored === 1 && status.objects.endpointSlices === 1;
    const config = await appears(local, resources.configMaps, name, MIRROR_NAMESPACE, ({ data }) => isDone(JSON.parse(data?.[STATUS_KEY] ?? '{"sources":[]}') as MirrorStatus));
    const status = JSON.parse(config.data?.[STATUS_KEY] ?? '') as MirrorStatus;
    expect(status).toMatchObject({ formatVersion: 1, objects: { services: 1, endpointSlices: 1, endpoints: 0, namespaces: 1 }, problemCount: 0, problems: [], settingsError: '' });
    expect(status.sources).toEqual([expect.objectContaining({ name: 'west', server: west.url, state: 'synced', message: '', selected: 1, mirrored: 1, waiting: 0, pending: 0, lagMs: { p50: expect.any(Number), p95: expect.any(Number) } })]);
    const metrics = await run.registry.metrics();
    for (const line of ['mcs_mirror_objects{source="west",kind="Service"} 1', 'mcs_mirror_source_synced{source="west"} 1', 'mcs_mirror_leader 1', 'mcs_mirror_lag_seconds_count{source="west"} 1']) expect(metrics).toContain(line);
  });
});
