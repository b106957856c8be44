import assert from 'node:assert/strict';
import { resources } from '../../../src/api/resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { E2eCluster } from '../lib/fleet.ts';

/** For what spreads from one cluster to another, through kube-proxy too. */
export const SPREADING = { timeoutMs: 30_000, everyMs: 200 };

/** Waits until a Service stands in a cluster. */
export async function expectThere({ client, name: cluster }: E2eCluster, name: string, namespace: string): Promise<void> {
  await eventually(async () => (await client.find(resources.services, name, namespace)) !== undefined || Promise.reject(new Error(`no Service ${namespace}/${name} in ${cluster}`)), SPREADING);
}

/** Waits until a Service and all slices of it are gone from a cluster. */
export async function expectGone({ client, name: cluster }: E2eCluster, name: string, namespace: string): Promise<void> {
  await eventually(async () => {
    const { items } = await client.list(resources.endpointSlices, { namespace, labelSelector: `kubernetes.io/service-name=${name}` });
    assert.deepEqual(items.map(({ metadata }) => metadata.name), [], `slices of ${namespace}/${name} in ${cluster}`);
    assert.equal(await client.find(resources.services, name, namespace), undefined, `Service ${namespace}/${name} in ${cluster}`);
  }, SPREADING);
}
