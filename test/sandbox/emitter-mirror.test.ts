import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { ClusterAccess, KubeClient } from '../../src/kube/client.ts';
import type { TestApiServer } from '../helpers/api-server.ts';
import { ask, startTestEmitter, type TestEmitter } from '../helpers/emitter.ts';
import { eventually } from '../helpers/eventually.ts';
import { addressesOf, appears, disappears, type MirrorSet, putService, type RunningMirror, setAddresses, sourceSettings, startMirrorSet } from '../helpers/mirror-set.ts';

let set: MirrorSet;
let west: TestApiServer;
let here: TestApiServer;
let remote: KubeClient;
let local: KubeClient;
let emitter: TestEmitter;
let shop: string;
let count = 0;

beforeAll(async () => {
  set = await startMirrorSet(2);
  [west, here] = set.servers as [TestApiServer, TestApiServer];
  [remote, local] = [west.client(), here.client()];
});

afterAll(() => set.stop());

beforeEach(async () => {
  shop = `emitted-${(count += 1)}`;
  await putService(remote, { name: 'web', namespace: shop, labels: { app: 'web' }, addresses: ['10.244.0.5'] });
  emitter = await startTestEmitter(west, { namespaces: [shop] });
});

afterEach(async () => {
  await set.stopMirrors();
  await emitter.stop();
});

const access = (): ClusterAccess => ({ server: emitter.url, tls: {}, headers: () => Promise.resolve({}) });
const mirrorInto = (target: TestApiServer): Promise<RunningMirror> => set.run(target, { name: `emitted-${count}`, sources: [sourceSettings('west')], servers: { west: { access } } });
const portOf = ({ url }: TestEmitter): number => Number(new URL(url).port);

describe('a mirror with an emitter as its source', () => {
  it('follows Services, endpoints and deletions', async () => {
    await putService(remote, { name: 'db', namespace: shop, spec: { clusterIP: 'None' }, addresses: ['10.244.0.6'] });
    await mirrorInto(here);
    await appears(local, resources.services, 'web', shop, ({ spec }) => spec.clusterIP !== 'None' && spec.ports?.[0]?.port === 80);
    await appears(local, resources.services, 'db', shop, ({ spec }) => spec.clusterIP === 'None');
    await setAddresses(remote, 'web', shop, ['10.244.0.7', '10.244.0.8']);
    await eventually(async () => expect(await addressesOf(local, 'web', shop)).toEqual(['10.244.0.7', '10.244.0.8']));
    await remote.delete(resources.services, 'web', shop);
    await disappears(local, resources.services, 'web', shop);
  });

  it('keeps what it has while that is away, and catches up when it is back', async () => {
    await putService(remote, { name: 'old', namespace: shop, addresses: ['10.244.0.6'] });
    await mirrorInto(here);
    const { metadata } = await appears(local, resources.services, 'web', shop);
    await appears(local, resources.services, 'old', shop);
    const port = portOf(emitter);
    await emitter.stop();
    await remote.delete(resources.services, 'old', shop);
    await putService(remote, { name: 'new', namespace: shop, addresses: ['10.244.0.9'] });
    emitter = await startTestEmitter(west, { namespaces: [shop], insecure: { host: '127.0.0.1', port } });
    await appears(local, resources.services, 'new', shop);
    await disappears(local, resources.services, 'old', shop);
    expect((await local.get(resources.services, 'web', shop)).metadata).toMatchObject({ uid: metadata.uid, resourceVersion: metadata.resourceVersion });
  });

  it('is not mirrored further: an emitter of the target serves no copies', async () => {
    await mirrorInto(here);
    await appears(local, resources.services, 'web', shop);
    const further = await startTestEmitter(here, { namespaces: [shop] });
    for (const path of ['/api/v1/services', '/apis/discovery.k8s.io/v1/endpointslices']) expect((await ask(`${further.url}${path}`)).body.items).toEqual([]);
    await further.stop();
  });

  it('sees that the emitter is one of its own cluster', async () => {
    const { mirror } = await mirrorInto(west);
    await eventually(() => expect(mirror.status().sources[0]?.state).toBe('refused'));
  });
});
