import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { createKubectl, hasKubectl, type Kubectl } from '../helpers/kubectl.ts';

const withKubectl = hasKubectl() ? describe : describe.skip;

const SERVICE = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }, { name: 'alt', port: 8080 }] } };
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a', env: [{ name: 'X', value: '1' }] }] } } },
};
const IMPORT = {
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
  kind: 'ServiceImport',
  metadata: { name: 'nginx.default.cluster1', namespace: BROKER_NAMESPACE },
  spec: { type: 'ClusterSetIP', ips: ['10.96.0.9'], ports: [{ port: 80, protocol: 'TCP' }] },
};

withKubectl('kubectl against kube-serve', () => {
  let server: TestApiServer;
  let kubectl: Kubectl;

  beforeAll(async () => {
    server = await startTestApiServer();
    kubectl = await createKubectl(server.kubeconfig());
    for (const name of ['shop', BROKER_NAMESPACE]) await kubectl.run('create', 'namespace', name);
  });

  afterAll(async () => {
    await kubectl.remove();
    await server.stop();
  });

  it('discovers kinds, short names and categories', async () => {
    const kinds = await kubectl.run('api-resources', '--no-headers');
    expect(kinds).toMatch(/serviceimports +svcim,svcimport +multicluster.x-k8s.io\/v1beta1 +true +ServiceImport/);
    expect(kinds).not.toContain('ValidatingAdmissionPolicy');
    expect(await kubectl.run('get', 'all', '-A')).toContain('service/kubernetes');
  });

  it('shows imports on the broker as the how-to does', async () => {
    await kubectl.pipe(IMPORT, 'create');
    const table = await kubectl.run('-n', BROKER_NAMESPACE, 'get', 'serviceimport');
    expect(table).toMatch(/^NAME +TYPE +IP +AGE\nnginx.default.cluster1 +ClusterSetIP +\["10.96.0.9"\] +\d+s\n$/);
    expect(await kubectl.run('-n', BROKER_NAMESPACE, 'get', 'serviceimports.v1alpha1.multicluster.x-k8s.io', '-o', 'jsonpath={.items[0].apiVersion}')).toBe('multicluster.x-k8s.io/v1alpha1');
  });

  it('creates what it knows by itself, from flags', async () => {
    const creations: readonly (readonly string[])[] = [
      ['deployment', 'nginx', '--image=nginx', '--port=80', '--replicas=2'],
      ['configmap', 'c', '--from-literal=a=b'],
      ['secret', 'generic', 's', '--from-literal=a=b'],
      ['serviceaccount', 'sa'],
      ['role', 'r', '--verb=get', '--resource=pods'],
      ['rolebinding', 'r', '--role=r', '--serviceaccount=shop:sa'],
      ['clusterrole', 'r', '--verb=get', '--resource=nodes'],
      ['clusterrolebinding', 'r', '--clusterrole=r', '--group=g'],
      ['service', 'clusterip', 'ip', '--tcp=80:8080'],
      ['service', 'externalname', 'ext', '--external-name=example.com'],
      ['poddisruptionbudget', 'p', '--selector=a=b', '--min-available=1'],
    ];
    for (const args of creations) expect(await kubectl.run('-n', 'shop', 'create', ...args)).toContain('created');
    expect(await kubectl.run('-n', 'shop', 'expose', 'deployment', 'nginx', '--port=8080', '--target-port=80')).toContain('exposed');
    expect(server.store.get(resources.deployments, { name: 'nginx', namespace: 'shop' }).spec).toMatchObject({ replicas: 2, template: { spec: { containers: [{ image: 'nginx', ports: [{ containerPort: 80, protocol: 'TCP' }] }] } } });
    expect(server.store.get(resources.services, { name: 'nginx', namespace: 'shop' }).spec.ports).toEqual([{ port: 8080, targetPort: 80, protocol: 'TCP' }]);
  });

  it('applies, applies again without a change, and takes away what a file no longer has', async () => {
    const list = (items: unknown[]): object => ({ apiVersion: 'v1', kind: 'List', items });
    expect(await kubectl.pipe(list([SERVICE, DEPLOYMENT]), 'apply')).toBe('service/web created\ndeployment.apps/web created\n');
    expect(await kubectl.pipe(list([SERVICE, DEPLOYMENT]), 'apply')).toBe('service/web unchanged\ndeployment.apps/web unchanged\n');
    const less = { ...SERVICE, spec: { ...SERVICE.spec, ports: SERVICE.spec.ports.slice(0, 1) } };
    await expect(kubectl.pipe(less, 'diff')).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('-  - name: alt') as unknown });
    expect(await kubectl.pipe(less, 'apply')).toBe('service/web configured\n');
    expect(server.store.get(resources.services, { name: 'web', namespace: 'shop' }).spec.ports).toHaveLength(1);
  });

  it('applies on the server, and is told of conflicts', async () => {
    const label = (value: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'shop' }, data: { owned: value } });
    expect(await kubectl.pipe(label('1'), 'apply', '--server-side', '--field-manager=one')).toBe('configmap/c serverside-applied\n');
    await expect(kubectl.pipe(label('2'), 'apply', '--server-side', '--field-manager=two')).rejects.toThrow('conflict with "one": .data.owned');
    expect(await kubectl.pipe(label('2'), 'apply', '--server-side', '--field-manager=two', '--force-conflicts')).toBe('configmap/c serverside-applied\n');
  });

  it('is told what is wrong with an object', async () => {
    await expect(kubectl.pipe({ ...IMPORT, spec: { ...IMPORT.spec, bogus: 1 } }, 'apply')).rejects.toThrow('unknown field "spec.bogus"');
    await expect(kubectl.pipe({ ...IMPORT, metadata: { ...IMPORT.metadata, name: 'bad' }, spec: { type: 'X', ports: [] } }, 'apply')).rejects.toThrow('spec.type: Unsupported value: "X"');
  });

  it('labels, annotates, patches, scales and explains', async () => {
    const in_ = ['-n', 'shop'];
    expect(await kubectl.run(...in_, 'label', 'service', 'web', 'tier=front')).toContain('labeled');
    expect(await kubectl.run(...in_, 'annotate', 'service', 'web', 'note=x')).toContain('annotated');
    expect(await kubectl.run(...in_, 'patch', 'service', 'web', '-p', '{"spec":{"ports":[{"port":81,"name":"more"}]}}')).toContain('patched');
    expect(await kubectl.run(...in_, 'scale', 'deployment', 'web', '--replicas=3')).toContain('scaled');
    expect(await kubectl.run(...in_, 'get', 'service', 'web', '-o', 'yaml')).toMatch(/note: x[^]*tier: front[^]*- name: more\n {4}port: 81/);
    expect(await kubectl.run('explain', 'serviceimport.spec.ports')).toMatch(/GROUP: +multicluster.x-k8s.io[^]*port\t<integer> -required-/);
    expect(await kubectl.run(...in_, 'describe', 'service', 'web')).toMatch(/Selector: +app=web/);
  });

  it('follows changes with -w, and waits for conditions', async () => {
    const running = spawn('kubectl', ['--kubeconfig', join(kubectl.folder, 'kubeconfig'), '-n', 'shop', 'get', 'configmaps', '-w', '--no-headers']);
    let output = '';
    running.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await eventually(() => expect(output).toMatch(/^c +\d/m));
    await kubectl.run('-n', 'shop', 'create', 'configmap', 'late', '--from-literal=a=b');
    await eventually(() => expect(output).toMatch(/^late +1 /m));
    running.kill();
    expect(await kubectl.run('wait', 'crd', '--all', '--for=condition=Established', '--timeout=10s')).toContain('serviceexports.multicluster.x-k8s.io condition met');
  });

  it('deletes objects, and a namespace with all that it holds', async () => {
    expect(await kubectl.run('-n', 'shop', 'delete', 'deployment,service', '--all', '--timeout=20s')).toContain('deployment.apps "web" deleted');
    expect(await kubectl.run('delete', 'namespace', 'shop', '--timeout=20s')).toContain('deleted');
    await expect(kubectl.run('-n', 'shop', 'create', 'configmap', 'x')).rejects.toThrow('namespaces "shop" not found');
  });

  it('sees the words of Kubernetes when it may not, as whoever it is', async () => {
    await expect(kubectl.run('get', 'secrets', '--as', 'eve')).rejects.toThrow('secrets is forbidden: User "eve" cannot list resource "secrets" in API group "" in the namespace "default"');
    expect(await kubectl.run('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe('kubernetes-admin');
    expect(await kubectl.run('auth', 'can-i', '--list')).toContain('*.*');
  });
});
