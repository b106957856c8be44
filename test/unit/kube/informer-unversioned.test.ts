import { expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import type { Service } from '../../../src/api/types/index.ts';
import { createInformer } from '../../../src/kube/informer.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { stubClient } from '../../helpers/stub-client.ts';

const service = (name: string): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1' }, spec: {} });

it('lists a server that gives no resourceVersion every 30 s, and never watches it', async () => {
  const clock = new FakeClock();
  const answers = [[service('a'), service('b')], [service('b'), service('c')]];
  const list = (() => Promise.resolve({ apiVersion: 'v1', kind: 'ServiceList', metadata: {}, items: answers.shift() ?? [] })) as unknown as KubeClient['list'];
  const informer = createInformer(stubClient({ list }), resources.services, { clock });
  const changes: string[] = [];
  informer.onChange((key, next) => changes.push(`${next === undefined ? '-' : '+'}${key}`));
  await informer.start(new AbortController().signal);
  await informer.synced();
  await eventually(() => clock.pending === 1);
  await clock.advance(29_999);
  expect([changes, informer.state]).toEqual([['+shop/a', '+shop/b'], 'synced']);
  await clock.advance(1);
  await eventually(() => expect(changes).toEqual(['+shop/a', '+shop/b', '-shop/a', '+shop/c']));
  expect(informer.lastSyncError).toBeUndefined();
  await informer.stop();
});
