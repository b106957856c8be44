import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice, Pod, Workload } from '../../src/api/types/index.ts';
import { sandboxPort } from '../../src/base/runtime.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { eventually } from '../helpers/eventually.ts';
import { startTestSandbox, type TestSandbox } from '../helpers/test-sandbox.ts';

jest.setTimeout(30_000);

let test: TestSandbox;
let client: KubeClient;
beforeAll(async () => {
  test = await startTestSandbox({ clusters: [['cluster0', 'worker1']] });
  client = test.client();
});
afterAll(async () => {
  await test.stop();
});

const workload = (name: string, namespace: string, image = 'nginx'): Pick<Workload, 'metadata' | 'spec'> => ({
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image, ports: [{ containerPort: 80, name: 'http' }] }] } },
  },
});
const pods = async (namespace: string): Promise<readonly Pod[]> => (await client.list(resources.pods, { namespace })).items;
const slices = async (namespace: string): Promise<readonly EndpointSlice[]> => (await client.list(resources.endpointSlices, { namespace })).items;
const readyAddresses = async (namespace: string): Promise<string[]> =>
  (await slices(namespace)).flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready).flatMap(({ addresses }) => addresses));

async function makeNamespace(name: string): Promise<void> {
  await client.create(resources.namespaces, { metadata: { name } });
}

describe('a Deployment behind a Service', () => {
  const namespace = 'shop';
  let clusterIP: string;
  const ask = async (port = 8080): Promise<string> => (await fetch(`http://${clusterIP}:${port}/`, { headers: { connection: 'close' } })).text();

  beforeAll(async () => {
    await makeNamespace(namespace);
    await client.create(resources.deployments, workload('web', namespace));
    const service = await client.create(resources.services, {
      metadata: { name: 'web', namespace },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 8080, targetPort: 'http' }, { name: 'low', port: 81, targetPort: 80 }] },
    });
    clusterIP = service.spec.clusterIP ?? '';
    await eventually(async () => (await readyAddresses(namespace)).length === 1);
  });

  it('becomes a pod with an address of its node, a slice, and a ClusterIP that answers with the pod', async () => {
    const [pod] = await pods(namespace);
    expect(clusterIP).toMatch(/^127\.\d+\.(1[2-9]\d|2\d\d)\./);
    expect(await readyAddresses(namespace)).toEqual([pod?.status?.podIP]);
    expect(await eventually(() => ask())).toContain(`pod ${pod?.metadata.name ?? ''} in cluster cluster0, node ${pod?.spec.nodeName ?? ''}, namespace shop`);
  });

  it('serves a port below 1024 at 10000 more', async () => {
    expect(await eventually(() => ask(sandboxPort(81)))).toContain('in cluster cluster0');
  });

  it('says in its status what is ready', async () => {
    await eventually(async () => expect((await client.get(resources.deployments, 'web', namespace)).status).toMatchObject({ replicas: 1, readyReplicas: 1, updatedReplicas: 1, observedGeneration: 1 }));
  });

  it('spreads over the nodes when it is scaled, and back', async () => {
    const scale = (replicas: number): Promise<unknown> => client.patch(resources.deployments, 'web', namespace, 'application/merge-patch+json', { spec: { replicas } });
    await scale(4);
    await eventually(async () => (await readyAddresses(namespace)).length === 4);
    expect(new Set((await pods(namespace)).map(({ spec }) => spec.nodeName))).toEqual(new Set(['cluster0', 'worker1']));
    await scale(1);
    await eventually(async () => (await pods(namespace)).length === 1);
  });

  it('brings a new revision up before the old one goes, and keeps its history', async () => {
    const [before] = await pods(namespace);
    await client.patch(resources.deployments, 'web', namespace, 'application/merge-patch+json', { spec: { template: { metadata: { annotations: { restarted: 'yes' } } } } });
    await eventually(async () => {
      const names = (await pods(namespace)).map(({ metadata }) => metadata.name);
      return names.length === 1 && names[0] !== before?.metadata.name;
    });
    expect((await client.list(resources.replicaSets, { namespace })).items).toHaveLength(2);
    expect(await eventually(() => ask())).toContain('in cluster cluster0');
  });

  it('gives the pod of a deleted ReplicaSet to nobody, and makes another', async () => {
    const [pod] = await pods(namespace);
    await client.delete(resources.pods, pod?.metadata.name ?? '', namespace);
    await eventually(async () => {
      const [other] = await pods(namespace);
      return other !== undefined && other.metadata.uid !== pod?.metadata.uid && (await readyAddresses(namespace)).length === 1;
    });
  });

  it('refuses connections when no endpoint is left', async () => {
    await client.delete(resources.deployments, 'web', namespace);
    await eventually(async () => (await pods(namespace)).length === 0);
    await eventually(() => ask().then(() => false, (error: unknown) => (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED'));
    expect((await client.list(resources.replicaSets, { namespace })).items).toEqual([]);
  });
});

describe('a DaemonSet', () => {
  it('has a pod on each node that its selector fits', async () => {
    await makeNamespace('daemons');
    const set = workload('agent', 'daemons');
    await client.create(resources.daemonSets, { ...set, spec: { ...set.spec, template: { ...set.spec.template, spec: { ...set.spec.template.spec, nodeSelector: { role: 'edge' } } } } });
    await client.patch(resources.nodes, 'worker1', undefined, 'application/merge-patch+json', { metadata: { labels: { role: 'edge' } } });
    await eventually(async () => (await pods('daemons')).map(({ spec }) => spec.nodeName).join() === 'worker1');
    await client.patch(resources.nodes, 'cluster0', undefined, 'application/merge-patch+json', { metadata: { labels: { role: 'edge' } } });
    await eventually(async () => (await client.get(resources.daemonSets, 'agent', 'daemons')).status?.numberReady === 2);
    await client.patch(resources.nodes, 'worker1', undefined, 'application/merge-patch+json', { metadata: { labels: { role: null } } });
    await eventually(async () => (await pods('daemons')).map(({ spec }) => spec.nodeName).join() === 'cluster0');
  });
});

describe('a Service without a selector', () => {
  it('serves slices that somebody else writes, also for addresses of another range', async () => {
    await makeNamespace('manual');
    const pod = { metadata: { name: 'echo', namespace: 'manual' }, spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 9000 }] }] } };
    await client.create(resources.pods, pod);
    const address = await eventually(async () => (await client.get(resources.pods, 'echo', 'manual')).status?.podIP ?? false);
    const { spec } = await client.create(resources.services, { metadata: { name: 'derived', namespace: 'manual' }, spec: { ports: [{ name: 'x', port: 7000 }] } });
    await client.create(resources.endpointSlices, {
      metadata: { name: 'derived-1', namespace: 'manual', labels: { 'kubernetes.io/service-name': 'derived' } },
      addressType: 'IPv4',
      ports: [{ name: 'x', port: 9000, protocol: 'TCP' }],
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    });
    const answer = await eventually(async () => (await fetch(`http://${spec.clusterIP ?? ''}:7000/`)).text());
    expect(answer).toContain('pod echo');
  });

  it('keeps its address on update, and frees it for another when it is deleted', async () => {
    const service = await client.create(resources.services, { metadata: { name: 'fixed', namespace: 'manual' }, spec: { ports: [{ port: 1 }] } });
    const clusterIP = service.spec.clusterIP ?? '';
    await expect(client.create(resources.services, { metadata: { name: 'other', namespace: 'manual' }, spec: { clusterIP, ports: [{ port: 1 }] } })).rejects.toMatchObject({ code: 422 });
    const updated = await client.update(resources.services, { ...service, spec: { ...service.spec, ports: [{ port: 2 }] } });
    expect(updated.spec.clusterIP).toBe(clusterIP);
    await client.delete(resources.services, 'fixed', 'manual');
    expect((await client.create(resources.services, { metadata: { name: 'other', namespace: 'manual' }, spec: { clusterIP, ports: [{ port: 1 }] } })).spec.clusterIP).toBe(clusterIP);
  });
});

describe('deletion', () => {
  it('of a namespace takes everything in it along, custom resources too', async () => {
    await makeNamespace('doomed');
    await client.create(resources.deployments, workload('web', 'doomed'));
    await client.create(resources.customResourceDefinitions, {
      metadata: { name: 'things.example.org' },
      spec: { group: 'example.org', scope: 'Namespaced', names: { plural: 'things', singular: 'thing', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] },
    });
    const things = { group: 'example.org', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
    await eventually(() => client.create(things, { metadata: { name: 'one', namespace: 'doomed' } }));
    await eventually(async () => (await pods('doomed')).some(({ status }) => status?.phase === 'Running'));
    await client.delete(resources.namespaces, 'doomed');
    await eventually(async () => (await client.find(resources.namespaces, 'doomed')) === undefined);
    expect((await client.list(resources.pods)).items.filter(({ metadata }) => metadata.namespace === 'doomed')).toEqual([]);
    expect((await client.list(things)).items).toEqual([]);
  });

  it('of an owner takes along what has no other owner', async () => {
    await makeNamespace('family');
    const make = (name: string, owners: readonly { name: string; uid: string }[] = []): Promise<{ metadata: { name: string; uid?: string } }> =>
      client.create(resources.configMaps, { metadata: { name, namespace: 'family', ownerReferences: owners.map((owner) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...owner })) } });
    const [a, b] = [await make('a'), await make('b')];
    const ref = ({ metadata }: typeof a): { name: string; uid: string } => ({ name: metadata.name, uid: metadata.uid ?? '' });
    await make('of-a', [ref(a)]);
    await make('of-both', [ref(a), ref(b)]);
    await make('of-nobody', [{ name: 'ghost', uid: 'ghost' }]);
    await client.delete(resources.configMaps, 'a', 'family');
    const names = async (): Promise<string[]> => (await client.list(resources.configMaps, { namespace: 'family' })).items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
    await eventually(async () => (await names()).join() === 'b,of-both');
  });
});

describe('a new namespace', () => {
  it('has its ServiceAccount and the CA, and gets them again', async () => {
    await makeNamespace('fresh');
    await eventually(() => client.get(resources.serviceAccounts, 'default', 'fresh'));
    await client.delete(resources.configMaps, 'kube-root-ca.crt', 'fresh');
    const map = await eventually(() => client.get(resources.configMaps, 'kube-root-ca.crt', 'fresh'));
    expect(map.data?.['ca.crt']).toBe(test.cluster().entry.ca);
  });
});
