import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GATEWAY_DNS_HOSTNAME, OWNER } from '../../src/api/labels.ts';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { systemClock } from '../../src/base/clock.ts';
import { runTasksSilently } from '../../src/base/tasks.ts';
import type { FleetContext } from '../../src/deployers/deploy-context.ts';
import { addCluster, type AddClusterOptions, type ClusterContext, type ClusterReport, installHub, type InstallHubOptions, installServer, type InstallServerOptions, isHubWell, isServerWell, readGatewayDns, removeCluster, uninstallHub, uninstallServer } from '../../src/deployers/gateway-dns/index.ts';
import { connectByKubeconfig } from '../../src/deployers/gateway-dns/connect-by-kubeconfig.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { buildAgent } from '../helpers/build-agent.ts';
import { snapshot } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';
import { packageTemplates } from '../helpers/package-templates.ts';
import { schemaErrors } from '../helpers/schemas.ts';
import { startTestSandbox, type TestSandbox } from '../helpers/test-sandbox.ts';
import { rejection } from '../helpers/thrown.ts';

const [MANAGEMENT, A, B] = [0, 1, 2];
const ECHO = { overrides: { 'xcc-dns-controller': 'echo:1', 'dns-server': 'echo:1', 'dns-config-patcher': 'echo:1' } };
const NO_WAIT = { namespace: XCC_NAMESPACE, timeoutMs: 40_000, dryRun: false };

let sandbox: TestSandbox;
let clean: readonly Record<string, string>[];

beforeAll(async () => {
  sandbox = await startTestSandbox({ clusters: 3 });
  await Promise.all(['gateway-dns', 'dns', 'dns-wiring'].map((agent) => buildAgent(sandbox.folder, agent)));
  clean = await Promise.all([MANAGEMENT, A, B].map((index) => snapshot(sandbox.client(index))));
}, 90_000);

afterAll(() => sandbox.stop());

function context(index: number): FleetContext {
  return { client: sandbox.client(index), connect: (access) => createKubeClient(access), templates: packageTemplates, version: '0.0.1', runTasks: runTasksSilently, clock: systemClock, signal: new AbortController().signal };
}

function clusterContext(index: number, name: string): ClusterContext {
  return { context: `admin@${name}`, client: sandbox.client(index), access: { tls: { ca: sandbox.cluster(index).entry.ca } } };
}

const hub = (more: Partial<InstallHubOptions> = {}) => installHub(context(MANAGEMENT), { ...NO_WAIT, settings: {}, replace: false, images: ECHO, wait: 'none', ...more });
const server = (index: number, more: Partial<InstallServerOptions> = {}) => installServer(context(index), { ...NO_WAIT, replace: false, images: ECHO, wait: 'none', ...more });
const place = (name: string) => ({ name, namespace: 'dev-team', hubNamespace: XCC_NAMESPACE, timeoutMs: 30_000, dryRun: false });
const add = (index: number, name: string, more: Partial<AddClusterOptions> = {}) => addCluster(context(MANAGEMENT), { ...place(name), source: { kind: 'context', cluster: clusterContext(index, name) }, ...more });
const remove = (index: number, name: string) => removeCluster(context(MANAGEMENT), { ...place(name), cluster: clusterContext(index, name) });
const leave = (more: object = {}) => uninstallHub(context(MANAGEMENT), { ...NO_WAIT, keepRecords: false, deleteCrd: true, ...more });
const report = (index: number): Promise<ClusterReport> => readGatewayDns('here', sandbox.client(index), new AbortController().signal);

/** What stands in a cluster besides what stood there before. */
async function added(index: number): Promise<string[]> {
  const before = clean[index] ?? {};
  return Object.keys(await snapshot(sandbox.client(index))).filter((key) => !(key in before));
}

async function expectClean(): Promise<void> {
  await eventually(async () => (await Promise.all([MANAGEMENT, A, B].map(added))).flat().length === 0);
}

describe('the way of a name', () => {
  it('leads from two installs and a cluster that is added to a name that resolves elsewhere, and leaves nothing when all is removed', async () => {
    const client = sandbox.client(A);
    for (const name of ['dev-team', 'projectcontour']) await (name === 'dev-team' ? sandbox.client(MANAGEMENT) : client).create(resources.namespaces, { metadata: { name } });
    await client.create(resources.services, { metadata: { name: 'envoy', namespace: 'projectcontour' }, spec: { type: 'LoadBalancer', ports: [{ name: 'http', port: 80 }] } });
    await client.patch(resources.services, 'envoy', 'projectcontour', 'application/merge-patch+json', { status: { loadBalancer: { ingress: [{ ip: '127.55.0.1' }] } } }, { subresource: 'status' });

    expect(await hub({ images: {}, wait: 'ready', settings: { suffix: 'XCC.test', healthChecks: false } })).toMatchObject({ suffix: 'xcc.test', clusters: [], isUnchanged: false });
    const installed = await server(B, { images: {}, wait: 'ready', suffixes: ['xcc.test'] });
    expect(installed).toMatchObject({ suffixes: ['xcc.test'], isUnchanged: false, warnings: [expect.stringContaining('no DNS of this cluster was recognised')] });
    expect(await add(A, 'cluster-a', { labels: { hasContour: 'true' } })).toMatchObject({ cluster: 'dev-team/cluster-a', labels: { hasContour: 'true' }, secret: 'xcc-dns/cluster.dev-team.cluster-a', isUnchanged: false });
    await add(B, 'cluster-b');
    await sandbox.client(MANAGEMENT).create(resources.gatewayDNS, { metadata: { name: 'gateways', namespace: 'dev-team' }, spec: { clusterSelector: { matchLabels: { hasContour: 'true' } }, service: 'projectcontour/envoy', resolutionType: 'loadBalancer' } });

    await eventually(async () => (await report(B)).servers[0]?.names.some(({ addresses }) => addresses.includes('127.55.0.1')) === true, { timeoutMs: 20_000 });
    await eventually(async () => (await report(MANAGEMENT)).hubs.every((found) => found.gatewayDNS.length === 1 && isHubWell(found)), { timeoutMs: 20_000 });
    const [management, workload] = await Promise.all([report(MANAGEMENT), report(B)]);
    expect(management).toMatchObject({ hubs: [{ madeBy: 'mcs', version: '0.0.1', ready: 1, suffix: 'xcc.test', clusters: [{ name: 'cluster-a', source: 'secret' }, { name: 'cluster-b', source: 'secret' }], gatewayDNS: [{ namespace: 'dev-team', name: 'gateways', published: '2/2', clusters: [{ name: 'cluster-a', state: 'Published' }] }] }], servers: [] });
    expect(workload).toMatchObject({ hubs: [], servers: [{ madeBy: 'mcs', ready: 2, wanted: 2, wiring: { state: 'none' }, names: [{ hostname: '*.gateway.cluster-a.dev-team.clusters.xcc.test', addressType: 'IPv4', gatewayDNS: 'dev-team/gateways' }] }] });
    expect(workload.servers.every(isServerWell)).toBe(true);
    expect(schemaErrors('gateway-dns-status', { formatVersion: 1, hubs: management.hubs, servers: workload.servers, unread: [] })).toEqual([]);

    // run again, nothing is written; settings that are not given stay
    expect(await hub({ images: {} })).toMatchObject({ suffix: 'xcc.test', isUnchanged: true, clusters: ['dev-team/cluster-a', 'dev-team/cluster-b'] });
    expect(await server(B, { images: {} })).toMatchObject({ isUnchanged: true });
    expect(await add(A, 'cluster-a')).toMatchObject({ labels: { hasContour: 'true' }, isUnchanged: true });

    expect((await leave({ dryRun: true })).planned).toEqual(expect.arrayContaining([expect.stringMatching(/^cluster dev-team\/cluster-b: delete EndpointSlice xcc-dns\//)]));
    expect(await remove(A, 'cluster-a')).toMatchObject({ isUnchanged: false, stays: [] });
    await eventually(async () => (await report(B)).servers[0]?.names.length === 0, { timeoutMs: 20_000 });
    expect((await added(A)).filter((key) => !/projectcontour|envoy/.test(key))).toEqual([]);
    expect((await leave({ dryRun: true, deleteCrd: false })).stays).toEqual([expect.stringMatching(/^1 GatewayDNS,/)]);
    expect(await leave()).toMatchObject({ leftovers: [], stays: [], revocations: ['mcs gateway-dns remove-cluster cluster-b --namespace dev-team --from <context of cluster-b>'] });
    expect(await remove(B, 'cluster-b')).toMatchObject({ isUnchanged: false });
    expect(await uninstallServer(context(B), NO_WAIT)).toMatchObject({ leftovers: [], stays: [] });
    expect(await uninstallServer(context(B), NO_WAIT)).toMatchObject({ isUnchanged: true });
    await sandbox.client(MANAGEMENT).delete(resources.namespaces, 'dev-team');
    await client.delete(resources.namespaces, 'projectcontour');
    await expectClean();
  }, 180_000);
});

describe('addCluster()', () => {
  it('makes an account that may do what the hub does there, and nothing else', async () => {
    await hub();
    expect(await rejection(add(A, 'Cluster_A'))).toMatchObject({ code: 'MCS_USAGE' });
    expect(await rejection(add(A, 'cluster-a', { labels: { 'a b': 'c' } }))).toMatchObject({ code: 'MCS_USAGE' });
    const dry = await add(A, 'cluster-a', { dryRun: true });
    expect(dry.manifests).toContain('kind: ServiceAccount');
    expect(dry.manifests).not.toContain('token:');
    expect(await added(A)).toEqual([]);
    const { account = '' } = await add(A, 'cluster-a');
    const secret = await sandbox.client(MANAGEMENT).get(resources.secrets, 'cluster.dev-team.cluster-a', XCC_NAMESPACE);
    const kubeconfig = Buffer.from(secret.data?.value ?? '', 'base64').toString('utf8');
    const client = connectByKubeconfig(context(A), kubeconfig, 'it');
    await Promise.all([client.list(resources.services), client.list(resources.nodes), client.list(resources.namespaces), client.list(resources.endpointSlices)]);
    const slice = (namespace: string) => client.create(resources.endpointSlices, { metadata: { name: 'a', namespace }, addressType: 'IPv4', endpoints: [], ports: [] });
    await slice(XCC_NAMESPACE);
    expect(await rejection(slice('default'))).toMatchObject({ code: 403 });
    expect(await rejection(client.list(resources.secrets))).toMatchObject({ code: 403 });
    expect((await client.createToken(account.split('/')[1] ?? '', XCC_NAMESPACE, { expirationSeconds: 3600 })).token).not.toBe('');
    expect(await rejection(client.createToken('default', XCC_NAMESPACE, { expirationSeconds: 3600 }))).toMatchObject({ code: 403 });
    client.close();
    await sandbox.client(A).delete(resources.endpointSlices, 'a', XCC_NAMESPACE);
    // a kubeconfig that somebody gives is kept as it is, once it is known to be of use
    expect(await add(A, 'given', { source: { kind: 'kubeconfig', text: kubeconfig } })).toMatchObject({ cluster: 'dev-team/given', server: sandbox.cluster(A).entry.server, warnings: [] });
    const insecure = kubeconfig.replace(/certificate-authority-data: .*/, 'insecure-skip-tls-verify: true');
    expect(await add(A, 'given', { source: { kind: 'kubeconfig', text: insecure }, dryRun: true })).toMatchObject({ warnings: [expect.stringContaining('not verified')] });
    expect(await removeCluster(context(MANAGEMENT), place('given'))).not.toHaveProperty('revocation');
    expect(await removeCluster(context(MANAGEMENT), { ...place('cluster-a'), dryRun: true })).toMatchObject({ revocation: 'mcs gateway-dns remove-cluster cluster-a --namespace dev-team --from <context of cluster-a>', planned: ['delete Secret xcc-dns/cluster.dev-team.cluster-a'] });
    await remove(A, 'cluster-a');
    await leave();
    await expectClean();
  }, 60_000);

  it('needs a hub, and leaves alone what is not its own', async () => {
    expect(await rejection(add(A, 'cluster-a'))).toMatchObject({ code: 'MCS_GATEWAY_DNS_HUB_NOT_FOUND' });
    await hub();
    await sandbox.client(MANAGEMENT).create(resources.secrets, { metadata: { name: 'cluster.dev-team.cluster-a', namespace: XCC_NAMESPACE }, data: {} });
    expect(await rejection(add(A, 'cluster-a'))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(await rejection(removeCluster(context(MANAGEMENT), place('cluster-a')))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(await removeCluster(context(MANAGEMENT), place('unknown'))).toMatchObject({ isUnchanged: true });
    expect(await added(A)).toEqual([]);
    expect(await leave()).toMatchObject({ stays: [expect.stringContaining('secrets "cluster.dev-team.cluster-a" stands in it')] });
    await sandbox.client(MANAGEMENT).delete(resources.namespaces, XCC_NAMESPACE);
    await expectClean();
  }, 60_000);
});

describe('in place of cross-cluster-connectivity', () => {
  const meta = (name: string) => ({ name, namespace: XCC_NAMESPACE, labels: { app: name } });
  const deployment = (name: string, env: Readonly<Record<string, string>>, args: string[]) => ({
    metadata: meta(name),
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { serviceAccountName: name, containers: [{ name, image: 'echo:1', args, env: Object.entries(env).map(([key, value]) => ({ name: key, value })), volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }] }], volumes: [{ name: 'config', configMap: { name: 'dns-server-corefile' } }] } } },
  });

  /** Without a status, and with nothing that is validated. */
  const CRD = {
    metadata: { name: 'gatewaydns.connectivity.tanzu.vmware.com' },
    spec: {
      group: 'connectivity.tanzu.vmware.com',
      names: { kind: 'GatewayDNS', listKind: 'GatewayDNSList', plural: 'gatewaydns', singular: 'gatewaydns' },
      scope: 'Namespaced',
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { service: { type: 'string' } } } } } } }],
    },
  };

  async function installOriginal(index: number, name: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const client = sandbox.client(index);
    await client.create(resources.namespaces, { metadata: { name: XCC_NAMESPACE } });
    await client.create(resources.serviceAccounts, { metadata: meta(name) });
    await client.create(resources.deployments, deployment(name, env, ['-conf', '/etc/coredns/Corefile']));
  }

  it('refuses without --replace, and takes over in place with it, with the settings that stand', async () => {
    await installOriginal(MANAGEMENT, 'xcc-dns-controller', { DOMAIN_SUFFIX: 'old.test' });
    const client = sandbox.client(MANAGEMENT);
    await client.create(resources.customResourceDefinitions, CRD);
    const before = await client.get(resources.deployments, 'xcc-dns-controller', XCC_NAMESPACE);
    const standing = await added(MANAGEMENT);
    expect(await rejection(hub())).toMatchObject({ code: 'MCS_XCC_INSTALLED', message: expect.stringContaining('Deployment xcc-dns/xcc-dns-controller'), hints: [expect.stringContaining('--replace')] });
    expect(await hub({ replace: true, dryRun: true })).toMatchObject({ replaced: ['CustomResourceDefinition gatewaydns.connectivity.tanzu.vmware.com', 'ServiceAccount xcc-dns-controller', 'Deployment xcc-dns-controller'], manifests: expect.stringContaining('old.test') });
    expect(await added(MANAGEMENT)).toEqual(standing);
    expect(await hub({ replace: true })).toMatchObject({ suffix: 'old.test', isUnchanged: false });
    const after = await client.get(resources.deployments, 'xcc-dns-controller', XCC_NAMESPACE);
    expect((await client.get(resources.customResourceDefinitions, CRD.metadata.name)).spec).toMatchObject({ versions: [{ name: 'v1alpha1', subresources: { status: {} } }] });
    const [container] = after.spec.template.spec.containers;
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(container?.command?.at(-1)).toBe('/app/dist/agents/gateway-dns.js');
    expect(container).not.toHaveProperty('args');
    expect(after.spec.template.spec).not.toHaveProperty('volumes');
    expect(await hub({ replace: true })).toMatchObject({ isUnchanged: true, replaced: [] });
    expect(await leave()).toMatchObject({ leftovers: [] });
    await client.delete(resources.namespaces, XCC_NAMESPACE); // made by the original
    await expectClean();
  }, 60_000);

  it('takes over the name server with its Service, and removes the Corefile that nothing reads any more', async () => {
    const client = sandbox.client(B);
    await installOriginal(B, 'dns-server');
    await client.create(resources.services, { metadata: meta('dns-server'), spec: { selector: { app: 'dns-server' }, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] } });
    await client.create(resources.configMaps, { metadata: { name: 'dns-server-corefile', namespace: XCC_NAMESPACE }, data: { Corefile: '. {\n    crosscluster\n}\n' } });
    const { spec } = await client.get(resources.services, 'dns-server', XCC_NAMESPACE);
    expect(await rejection(server(B))).toMatchObject({ code: 'MCS_XCC_INSTALLED' });
    expect(await server(B, { replace: true })).toMatchObject({ replaced: ['ServiceAccount dns-server', 'Deployment dns-server', 'Service dns-server'] });
    const service = await client.get(resources.services, 'dns-server', XCC_NAMESPACE);
    expect([service.spec.clusterIP, service.spec.ports?.length]).toEqual([spec.clusterIP, 2]);
    expect(await client.find(resources.configMaps, 'dns-server-corefile', XCC_NAMESPACE)).toBeUndefined();
    expect(await server(B, { replace: true })).toMatchObject({ isUnchanged: true });
    await uninstallServer(context(B), NO_WAIT);
    await client.delete(resources.namespaces, XCC_NAMESPACE);
    await expectClean();
  }, 60_000);
});

describe('uninstallServer()', () => {
  const COREFILE = '.:53 {\n    errors\n    forward . /etc/resolv.conf\n    reload\n}\n';
  const BLOCK = '### BEGIN CROSS CLUSTER CONNECTIVITY\nxcc.test {\n    forward . 127.96.0.7\n    reload\n}\n### END CROSS CLUSTER CONNECTIVITY\n';

  async function corefile(text: string): Promise<void> {
    await sandbox.client(B).create(resources.configMaps, { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: text } });
  }

  const record = (labels: Record<string, string>) => ({ metadata: { name: 'dev-team-a-gateway', namespace: XCC_NAMESPACE, labels, annotations: { [GATEWAY_DNS_HOSTNAME]: '*.gateway.a.dev-team.clusters.xcc.test' } }, addressType: 'IPv4' as const, endpoints: [{ addresses: ['127.55.0.1'] }], ports: [] });

  it('takes the block out of the DNS of the cluster, whatever its suffix, and records of hubs with a namespace that is ours', async () => {
    const client = sandbox.client(B);
    await server(B);
    await corefile(COREFILE + BLOCK);
    await client.create(resources.endpointSlices, record({ [OWNER]: 'gateway-dns-elsewhere' }));
    const dry = await uninstallServer(context(B), { ...NO_WAIT, dryRun: true });
    expect(dry.planned).toEqual(expect.arrayContaining(['update ConfigMap kube-system/coredns', 'delete Deployment xcc-dns/dns-server', 'delete Namespace xcc-dns']));
    expect(await uninstallServer(context(B), NO_WAIT)).toMatchObject({ leftovers: [], stays: [] });
    expect((await client.get(resources.configMaps, 'coredns', 'kube-system')).data?.Corefile).toBe(COREFILE);
    await client.delete(resources.configMaps, 'coredns', 'kube-system');
    await expectClean();
  }, 60_000);

  it('leaves records where somebody else has something in the namespace', async () => {
    const client = sandbox.client(B);
    await server(B);
    await client.create(resources.endpointSlices, record({}));
    await client.create(resources.configMaps, { metadata: { name: 'mine', namespace: XCC_NAMESPACE } });
    const { stays } = await uninstallServer(context(B), NO_WAIT);
    expect(stays).toEqual(['Namespace xcc-dns: configmaps "mine" stands in it', 'Records of hubs in namespace xcc-dns: 1']);
    expect(await client.find(resources.endpointSlices, 'dev-team-a-gateway', XCC_NAMESPACE)).toBeDefined();
    await client.delete(resources.namespaces, XCC_NAMESPACE);
    await expectClean();
  }, 60_000);

  it('says before anything is written what keeps names from resolving', async () => {
    await corefile('xcc.test {\n    forward . 10.0.0.9\n}\n');
    expect(await server(B, { dryRun: true })).toMatchObject({ warnings: [expect.stringContaining('xcc.test')] });
    expect((await added(B)).filter((key) => !key.includes('coredns'))).toEqual([]);
    await sandbox.client(B).delete(resources.configMaps, 'coredns', 'kube-system');
  }, 60_000);
});

describe('installHub()', () => {
  it('writes nothing in a dry run, refuses what is in the way, and keeps to one namespace', async () => {
    const { manifests = '' } = await hub({ dryRun: true, settings: { suffix: 'dry.test' } });
    expect(manifests).toContain('dry.test');
    await expectClean();
    await sandbox.client(MANAGEMENT).create(resources.clusterRoles, { metadata: { name: 'xcc-dns-controller' }, rules: [] });
    expect(await rejection(hub())).toMatchObject({ code: 'MCS_XCC_INSTALLED' });
    await sandbox.client(MANAGEMENT).delete(resources.clusterRoles, 'xcc-dns-controller');
    await hub();
    expect(await rejection(hub({ namespace: 'elsewhere' }))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT', hints: ['--namespace xcc-dns'] });
    expect(await rejection(leave({ namespace: 'elsewhere' }))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(await leave({ deleteCrd: false })).toMatchObject({ leftovers: [] });
    expect(await added(MANAGEMENT)).toEqual([expect.stringContaining('gatewaydns.connectivity.tanzu.vmware.com')]);
    expect(await leave()).toMatchObject({ leftovers: [] });
    await expectClean();
  }, 60_000);
});
