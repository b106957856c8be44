import { describe, expect, it } from '@jest/globals';
import { ORIGIN_CLUSTER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { KubeObject, Service } from '../../../src/api/types/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createLocalCaches } from '../../../src/controller/caches.ts';
import { reconcileReflection } from '../../../src/controller/reflection/reconcile-reflection.ts';
import type { Draft } from '../../../src/kube/client.ts';
import type { SyncRecord } from '../../../src/sync/record.ts';
import { reflectService } from '../../../src/sync/service/reflected-service.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { endpointGroup, serviceRecord } from '../../helpers/service-records.ts';

const { signal } = new AbortController();

/** Services "a-b" of "c" and "a" of "b-c" come to the same name. */
function namesake(cluster: string, name: string, address: string): SyncRecord {
  return serviceRecord(cluster, { origin: { cluster, namespace: 'shop', name, uid: `${cluster}-${name}` }, groups: [endpointGroup(`${name}-1`, [address])] });
}

const first = namesake('c', 'a-b', '10.1.0.5');
const second = namesake('b-c', 'a', '10.2.0.5');

/** Reflects a record while the caches know of no Service yet. */
async function scene(standing?: Draft<Service>) {
  const client = createMemoryClient();
  if (standing !== undefined) client.seed(resources.services, standing);
  const foreign: KubeObject[] = [];
  const taken: KubeObject[] = [];
  const local = createLocalCaches(systemClock);
  const reflect = (record: SyncRecord) => {
    const reflection = reflectService({ records: [record], isServed: () => true, families: ['IPv4'], findService: () => undefined });
    return reconcileReflection(`shop/${record.origin.name}`, reflection, { client, local, onForeign: (object) => foreign.push(object), onTaken: (object) => taken.push(object) }, signal);
  };
  const addresses = async () => (await client.list(resources.endpointSlices)).items.flatMap(({ endpoints }) => endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
  return { client, local, foreign, taken, reflect, addresses };
}

describe('reconcileReflection', () => {
  it('puts no endpoints behind a foreign Service that the cache did not know yet', async () => {
    const { foreign, reflect, addresses } = await scene({ metadata: { name: 'a-b-c', namespace: 'shop' }, spec: { ports: [{ port: 80 }] } });
    await reflect(first);
    expect(foreign.map(({ metadata }) => metadata.name)).toEqual(['a-b-c']);
    expect(await addresses()).toEqual([]);
  });

  it('leaves a name to the service that came first, also where the cache does not know that yet', async () => {
    const { client, foreign, taken, reflect, addresses } = await scene();
    await reflect(first);
    await reflect(second);
    expect((await client.get(resources.services, 'a-b-c', 'shop')).metadata.labels?.[ORIGIN_CLUSTER]).toBe('c');
    expect(await addresses()).toEqual(['10.1.0.5']);
    expect(taken).toHaveLength(1);
    expect(foreign).toEqual([]);
  });

  it('follows endpoints although a Service of another cluster cannot be written', async () => {
    const client = createMemoryClient({ beforeWrite: (verb, _resource, name) => {
      if (`${verb} ${name}` === 'create web-south') throw new Error('the quota is used up');
    } });
    const local = createLocalCaches(systemClock);
    const records = [serviceRecord('east', { groups: [endpointGroup('web-1', ['10.1.0.5'])] }), serviceRecord('south', { groups: [endpointGroup('web-2', ['10.3.0.5'])] })];
    const reflection = reflectService({ records, isServed: () => true, families: ['IPv4'], findService: () => undefined });
    await expect(reconcileReflection('shop/web', reflection, { client, local, onForeign: () => undefined, onTaken: () => undefined }, signal)).rejects.toThrow('quota');
    const { items } = await client.list(resources.endpointSlices);
    expect(items.flatMap(({ endpoints }) => endpoints ?? []).flatMap((endpoint) => endpoint.addresses)).toEqual(['10.1.0.5']);
  });

  it('takes the endpoints along where somebody else has made a Service of the name since', async () => {
    const { client, local, reflect, addresses } = await scene();
    await reflect(first);
    const own = await client.get(resources.services, 'a-b-c', 'shop');
    await client.delete(resources.services, 'a-b-c', 'shop');
    client.seed(resources.services, { metadata: { name: 'a-b-c', namespace: 'shop' }, spec: { ports: [{ port: 80 }] } });
    local.services.drop(own);
    await reflect(first);
    expect(await addresses()).toEqual([]);
  });
});
