import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Resource, resources } from '../../../src/api/resources.ts';
import type { KubeObject, OwnerReference, PodTemplate, Workload } from '../../../src/api/types/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { builtinDefinitions } from '../../../src/kube-serve/builtin.ts';
import { createObjectStore, type ObjectStore } from '../../../src/kube-serve/store.ts';
import type { Controller } from '../../../src/sandbox/controllers/controller.ts';
import { startControllers } from '../../../src/sandbox/controllers/start-controllers.ts';
import { createObjects, type Objects } from '../../../src/sandbox/objects.ts';
import { eventually } from '../../helpers/eventually.ts';

let store: ObjectStore;
let objects: Objects;
let controllers: Controller;
beforeEach(() => {
  store = createObjectStore({ definitions: builtinDefinitions(), garbageCollector: true });
  objects = createObjects(store);
  controllers = startControllers({ objects, clock: systemClock, logger: silentLogger }, 'CA');
  store.create(resources.namespaces, { metadata: { name: 'shop' } });
});
afterEach(() => {
  controllers.stop();
});

const find = <T extends KubeObject>(resource: Resource<T>, name: string): T | undefined => store.find(resource, { name, namespace: 'shop' });
const map = (name: string, owners: KubeObject[] = [], finalizers: string[] = []): KubeObject =>
  store.create(resources.configMaps, {
    metadata: {
      name,
      namespace: 'shop',
      finalizers,
      ownerReferences: owners.map(({ metadata }): OwnerReference => ({ apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name, uid: metadata.uid ?? '', blockOwnerDeletion: true })),
    },
  });
const exists = (name: string): boolean => find(resources.configMaps, name) !== undefined;
const dropFinalizers = (name: string): unknown =>
  store.modify(resources.configMaps, { name, namespace: 'shop' }, ({ metadata }) => {
    metadata.finalizers = [];
  });

describe('startGarbageCollector', () => {
  it('keeps an owner until its dependents are gone with Foreground', async () => {
    const owner = map('owner');
    map('held', [owner], ['example.org/hold']);
    store.delete(resources.configMaps, owner.metadata, { propagation: 'Foreground' });
    await eventually(() => find(resources.configMaps, 'held')?.metadata.deletionTimestamp !== undefined);
    expect(exists('owner')).toBe(true);
    dropFinalizers('held');
    await eventually(() => !exists('held') && !exists('owner'));
  });

  it('takes the reference off the dependents with Orphan', async () => {
    const owner = map('owner');
    map('free', [owner]);
    store.delete(resources.configMaps, owner.metadata, { propagation: 'Orphan' });
    await eventually(() => !exists('owner'));
    await eventually(() => find(resources.configMaps, 'free')?.metadata.ownerReferences?.length !== 1);
    expect(exists('free')).toBe(true);
  });

  it('deletes a chain of dependents, whatever their order', async () => {
    const a = map('a');
    const b = map('b', [a]);
    map('c', [b]);
    store.delete(resources.configMaps, a.metadata);
    await eventually(() => !exists('b') && !exists('c'));
  });
});

describe('startNamespaceController', () => {
  it('lets a namespace go only when what finalizers hold is gone', async () => {
    map('held', [], ['example.org/hold']);
    map('plain');
    store.delete(resources.namespaces, { name: 'shop' });
    await eventually(() => !exists('plain'));
    expect(store.find(resources.namespaces, { name: 'shop' })?.status?.phase).toBe('Terminating');
    dropFinalizers('held');
    await eventually(() => store.find(resources.namespaces, { name: 'shop' }) === undefined);
  });
});

const template = (image: string): PodTemplate => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } });
const pods = (): readonly KubeObject[] => store.list(resources.pods, { namespace: 'shop' }).items;
/** Plays the kubelet: what is to run is ready, what is to end is gone. */
function runPods(): void {
  for (const pod of store.list(resources.pods, { namespace: 'shop' }).items) {
    if (pod.metadata.deletionTimestamp !== undefined) store.delete(resources.pods, pod.metadata, { gracePeriodSeconds: 0 });
    else store.update(resources.pods, { ...pod, status: { phase: 'Running', podIP: '127.40.64.9', conditions: [{ type: 'Ready', status: 'True' }] } }, { subresource: 'status' });
  }
}

describe('startDeploymentController', () => {
  beforeEach(() => {
    store.create(resources.nodes, { metadata: { name: 'n1' } });
  });
  const deploy = (strategy: object): Workload =>
    store.create(resources.deployments, { metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template('a'), ...strategy } });
  const change = (image: string): unknown =>
    store.modify(resources.deployments, { name: 'web', namespace: 'shop' }, ({ spec }) => {
      spec.template = template(image);
    });
  const revisions = (): Record<string, number | undefined> =>
    Object.fromEntries(store.list(resources.replicaSets, { namespace: 'shop' }).items.map(({ metadata, spec }) => [metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '', spec.replicas]));

  it('goes back to an older template as a new revision of the same ReplicaSet', async () => {
    deploy({});
    const settled = (expected: Record<string, number>): Promise<void> =>
      eventually(() => {
        runPods();
        expect(revisions()).toEqual(expected);
      });
    await settled({ 1: 2 });
    change('b');
    await settled({ 1: 0, 2: 2 });
    change('a');
    await settled({ 2: 0, 3: 2 });
  });

  it('has no old and new pods side by side with Recreate', async () => {
    deploy({ strategy: { type: 'Recreate' } });
    await eventually(() => {
      runPods();
      return find(resources.deployments, 'web')?.status?.readyReplicas === 2;
    });
    change('b');
    await eventually(() => {
      const images = new Set(pods().map((pod) => (pod as unknown as { spec: PodTemplate['spec'] }).spec.containers[0]?.image));
      expect(images.size).toBeLessThan(2);
      runPods();
      return images.has('b') && pods().length === 2;
    });
  });
});

describe('startScheduler', () => {
  it('says why a pod has no node, and gives it one when there is one', async () => {
    store.create(resources.pods, { metadata: { name: 'p', namespace: 'shop' }, spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'c', image: 'x' }] } });
    await eventually(() => find(resources.pods, 'p')?.status?.conditions?.[0]?.reason === 'Unschedulable');
    store.create(resources.nodes, { metadata: { name: 'n1', labels: { disk: 'ssd' } } });
    await eventually(() => find(resources.pods, 'p')?.spec.nodeName === 'n1');
  });
});
