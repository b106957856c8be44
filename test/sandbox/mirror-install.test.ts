import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MIRROR_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { systemClock } from '../../src/base/clock.ts';
import { runTasksSilently } from '../../src/base/tasks.ts';
import type { FleetContext } from '../../src/deployers/deploy-context.ts';
import { uninstall } from '../../src/deployers/index.ts';
import { createEmitterCredential, createMirrorCredential, installEmitter, installMirror, type InstallMirrorOptions, installPreset, isWell, prepareUrlSource, readMirrors, revokeMirrorCredential, type SourceContext, uninstallMirror } from '../../src/deployers/mirror/index.ts';
import { directAccess } from '../../src/kube/direct-access.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { sourceAccess } from '../../src/mirror/connect-source.ts';
import { findAccountToken } from '../../src/mirror/service-account-token.ts';
import { buildAgent } from '../helpers/build-agent.ts';
import { snapshot } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';
import { packageTemplates } from '../helpers/package-templates.ts';
import { schemaErrors } from '../helpers/schemas.ts';
import { startTestSandbox, type TestSandbox } from '../helpers/test-sandbox.ts';
import { rejection } from '../helpers/thrown.ts';

const [WEST, EAST] = [0, 1];
const ECHO = { overrides: { 'mcs-mirror': 'echo:1', 'mcs-emitter': 'echo:1' } };
const UNINSTALL = { name: 'default', namespace: MIRROR_NAMESPACE, keepsMirrors: false, emitter: false, timeoutMs: 30_000, dryRun: false };

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await startTestSandbox({ clusters: 2 });
  await buildAgent(sandbox.folder, 'mirror');
  for (const index of [WEST, EAST]) await sandbox.client(index).create(resources.namespaces, { metadata: { name: 'shop' } });
  await share('web');
}, 60_000);

afterAll(() => sandbox.stop());

/** A Service in the source with one endpoint. */
async function share(name: string): Promise<void> {
  const client = sandbox.client(WEST);
  await client.create(resources.services, { metadata: { name, namespace: 'shop' }, spec: { ports: [{ name: 'http', port: 80 }] } });
  await client.create(resources.endpointSlices, {
    metadata: { name: `${name}-a`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: ['127.99.0.9'], conditions: { ready: true } }],
  });
}

function context(index: number): FleetContext {
  return {
    client: sandbox.client(index),
    connect: (access) => createKubeClient(access),
    templates: packageTemplates,
    version: '0.0.1',
    runTasks: runTasksSilently,
    clock: systemClock,
    signal: new AbortController().signal,
  };
}

function from(name: string, index: number): SourceContext {
  return { name, context: `admin@${name}`, client: sandbox.client(index), access: { tls: { ca: sandbox.cluster(index).entry.ca } } };
}

function options(more: Partial<InstallMirrorOptions> = {}): InstallMirrorOptions {
  return {
    name: 'default',
    namespace: MIRROR_NAMESPACE,
    general: {},
    from: [from('west', WEST)],
    choices: {},
    sources: [],
    replacesSources: false,
    credentialSeconds: 3600,
    images: ECHO,
    wait: 'none',
    timeoutMs: 40_000,
    dryRun: false,
    ...more,
  };
}

const installed = async (index: number): Promise<string[]> => Object.keys(await snapshot(sandbox.client(index))).filter((key) => /mirror|service-reflector|emitter/.test(key));

async function clean(): Promise<void> {
  await uninstallMirror(context(EAST), UNINSTALL);
  const { items } = await sandbox.client(WEST).list(resources.serviceAccounts, { namespace: MIRROR_NAMESPACE, labelSelector: 'mcs.clusterset.local/mirror-credential' });
  for (const { metadata } of items) await revokeMirrorCredential(context(WEST), { account: metadata.name, namespace: MIRROR_NAMESPACE, dryRun: false });
  expect(await Promise.all([WEST, EAST].map(installed))).toEqual([[], []]);
}

describe('installMirror()', () => {
  it('mirrors from a context by one call, shows it, changes nothing the second time, and leaves nothing when it is removed', async () => {
    const result = await installMirror(context(EAST), options({ images: {}, wait: 'ready' }));
    expect(result).toMatchObject({ sources: [{ name: 'west' }], keptSources: [], removedSources: [], isUnchanged: false, warnings: [expect.stringContaining('admission policies')] });
    expect(result.steps.at(-1)).toMatchObject({ state: 'done', detail: 'west: 1 of 1 services' });
    const mirror = await sandbox.client(EAST).get(resources.services, 'web', 'shop');
    expect(mirror.metadata.labels).toMatchObject({ 'mcs.clusterset.local/owner': 'mirror-default', 'mcs.clusterset.local/origin-cluster': 'west' });
    const [entry, ...others] = await readMirrors('east', sandbox.client(EAST), { clock: systemClock, signal: new AbortController().signal });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ context: 'east', name: 'default', life: 'alive', deployment: { ready: 1, wanted: 1 }, sources: [{ name: 'west', state: 'synced', selected: 1, mirrored: 1 }], problems: [] });
    expect(entry && isWell(entry)).toBe(true);
    expect(schemaErrors('mirror-status', { formatVersion: 1, mirrors: [entry], unread: [] })).toEqual([]);
    expect(await installMirror(context(EAST), options({ images: {} }))).toMatchObject({ isUnchanged: true });
    expect((await uninstall(context(EAST), { brokerNamespace: 'submariner-k8s-broker', force: false, timeoutMs: 20_000, dryRun: true })).mirrors).toEqual([`mirror ${MIRROR_NAMESPACE}/default`]);
    const removed = await uninstallMirror(context(EAST), UNINSTALL);
    expect(removed).toMatchObject({ leftovers: [], stays: [], revocations: [expect.stringMatching(/^mcs mirror credential --revoke --context admin@west --namespace mcs-mirror --name mirror-[0-9a-f]{10}$/)] });
    expect(await installed(EAST)).toEqual([]);
    expect(await sandbox.client(EAST).find(resources.services, 'web', 'shop')).toBeUndefined();
    expect(await sandbox.client(EAST).find(resources.namespaces, 'shop')).toBeDefined();
    await clean();
  }, 90_000);

  it('makes a credential that reads what mirrors need, renews itself, and does nothing else', async () => {
    await installMirror(context(EAST), options());
    const secret = await sandbox.client(EAST).get(resources.secrets, 'mcs-mirror-default', MIRROR_NAMESPACE);
    const text = Buffer.from(secret.data?.['west.kubeconfig'] ?? '', 'base64').toString('utf8');
    const token = findAccountToken({ kind: 'kubeconfig', text });
    const client = createKubeClient(sourceAccess({ kind: 'kubeconfig', text }, 'west', {}));
    await Promise.all([client.list(resources.services), client.list(resources.endpoints), client.list(resources.endpointSlices)]);
    await client.get(resources.namespaces, 'kube-system');
    expect((await client.createToken(token?.account ?? '', MIRROR_NAMESPACE, { expirationSeconds: 3600 })).token).not.toBe('');
    expect(await rejection(client.list(resources.secrets))).toMatchObject({ code: 403 });
    expect(await rejection(client.list(resources.namespaces))).toMatchObject({ code: 403 });
    expect(await rejection(client.createToken('default', MIRROR_NAMESPACE, { expirationSeconds: 3600 }))).toMatchObject({ code: 403 });
    expect(await rejection(client.delete(resources.services, 'web', 'shop'))).toMatchObject({ code: 403 });
    client.close();
    await clean();
  }, 60_000);

  it('adds sources, changes those that are given again, keeps the rest, and drops them only where it is told to', async () => {
    await installMirror(context(EAST), options({ choices: { selector: 'app=a', namespaces: ['shop'] } }));
    const north = prepareUrlSource('north', 'https://10.9.9.9:6443', { token: 'secret-token' }, {});
    expect(await installMirror(context(EAST), options({ from: [], sources: [north], general: { endpoints: true } }))).toMatchObject({ keptSources: ['west'], removedSources: [] });
    await installMirror(context(EAST), options({ choices: { exported: true } }));
    const text = (await sandbox.client(EAST).get(resources.configMaps, 'mcs-mirror-default', MIRROR_NAMESPACE)).data?.['mirror.yaml'] ?? '';
    expect(text).toContain('endpoints: true');
    expect(text).toContain('selector: app=a');
    expect(text).toContain('exported: true');
    expect(text).not.toContain('secret-token');
    const data = async (): Promise<string[]> => Object.keys((await sandbox.client(EAST).get(resources.secrets, 'mcs-mirror-default', MIRROR_NAMESPACE)).data ?? {}).sort();
    expect(await data()).toEqual(['north.token', 'west.kubeconfig']);
    expect(await installMirror(context(EAST), options({ from: [], sources: [north], replacesSources: true }))).toMatchObject({ keptSources: [], removedSources: ['west'], notes: [expect.stringContaining('mcs mirror credential --revoke --context admin@west')] });
    expect(await data()).toEqual(['north.token']);
    await clean();
  }, 60_000);

  it('gives rights in single namespaces where they are named, and takes those of an earlier run away', async () => {
    await sandbox.client(WEST).create(resources.namespaces, { metadata: { name: 'bank' } });
    await installMirror(context(EAST), options({ choices: { namespaces: ['shop', 'bank'] } }));
    await installMirror(context(EAST), options({ choices: { namespaces: ['shop'] } }));
    const roles = (await sandbox.client(WEST).list(resources.roles, { labelSelector: 'mcs.clusterset.local/mirror-credential' })).items;
    expect(roles.map(({ metadata }) => metadata.namespace).sort()).toEqual([MIRROR_NAMESPACE, 'shop']);
    const [role] = (await sandbox.client(WEST).list(resources.clusterRoles, { labelSelector: 'mcs.clusterset.local/mirror-credential' })).items;
    expect(role?.rules).toEqual([{ apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] }]);
    await clean();
  }, 60_000);

  it('writes nothing anywhere in a dry run, and shows all of it but credentials', async () => {
    const before = [await snapshot(sandbox.client(WEST)), await snapshot(sandbox.client(EAST))];
    const { manifests = '' } = await installMirror(context(EAST), options({ dryRun: true }));
    expect([await snapshot(sandbox.client(WEST)), await snapshot(sandbox.client(EAST))]).toEqual(before);
    expect(manifests).toContain('# In source "west" (context "admin@west")');
    expect(manifests).toContain('kind: Deployment');
    expect(manifests).not.toContain('token:');
  }, 60_000);

  it('refuses before it writes: a foreign object of its name, its own cluster as source, no source, a name that another namespace has', async () => {
    const before = await snapshot(sandbox.client(WEST));
    expect(await rejection(installMirror(context(EAST), options({ from: [from('east', EAST)] })))).toMatchObject({ code: 'MCS_MIRROR_SAME_CLUSTER' });
    expect(await rejection(installMirror(context(EAST), options({ from: [] })))).toMatchObject({ code: 'MCS_USAGE' });
    expect(await rejection(installMirror(context(EAST), options({ choices: { selector: 'a in (' } })))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID' });
    await sandbox.client(EAST).create(resources.namespaces, { metadata: { name: MIRROR_NAMESPACE } });
    await sandbox.client(EAST).create(resources.configMaps, { metadata: { name: 'mcs-mirror-default', namespace: MIRROR_NAMESPACE }, data: { mine: 'yes' } });
    expect(await rejection(installMirror(context(EAST), options()))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(await snapshot(sandbox.client(WEST))).toEqual(before);
    expect(await uninstallMirror(context(EAST), UNINSTALL)).toMatchObject({ isUnchanged: true, stays: ['ConfigMap mcs-mirror/mcs-mirror-default: mcs did not make it'] });
    await sandbox.client(EAST).delete(resources.namespaces, MIRROR_NAMESPACE);
    await eventually(async () => (await sandbox.client(EAST).find(resources.namespaces, MIRROR_NAMESPACE)) === undefined);
    await installMirror(context(EAST), options());
    expect(await rejection(installMirror(context(EAST), options({ namespace: 'elsewhere' })))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT', message: expect.stringContaining('in namespace "mcs-mirror"') });
    const standing = await snapshot(sandbox.client(EAST));
    expect(await rejection(uninstallMirror(context(EAST), { ...UNINSTALL, namespace: 'elsewhere' }))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT', hints: ['--namespace mcs-mirror'] });
    expect(await snapshot(sandbox.client(EAST))).toEqual(standing);
    await clean();
  }, 60_000);
});

describe('uninstallMirror()', () => {
  const ownership = { 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': 'mirror-default', 'mcs.clusterset.local/origin-cluster': 'west', 'mcs.clusterset.local/origin-uid': 'u' };

  it('keeps a namespace that the mirror made while anything of others is in it, and says so', async () => {
    const client = sandbox.client(EAST);
    for (const name of ['made-empty', 'made-used']) await client.create(resources.namespaces, { metadata: { name, labels: ownership } });
    await client.create(resources.services, { metadata: { name: 'web', namespace: 'made-empty', labels: ownership }, spec: { ports: [{ port: 80 }] } });
    await client.create(resources.configMaps, { metadata: { name: 'mine', namespace: 'made-used' } });
    const { stays } = await uninstallMirror(context(EAST), UNINSTALL);
    expect(stays).toEqual(['Namespace made-used, which the mirror made: configmaps "mine" stands in it']);
    await eventually(async () => (await client.find(resources.namespaces, 'made-empty')) === undefined);
    expect(await client.find(resources.configMaps, 'mine', 'made-used')).toBeDefined();
    await client.delete(resources.namespaces, 'made-used');
  }, 60_000);

  it('leaves the mirrors of another installation, and its own with --keep-mirrors', async () => {
    const client = sandbox.client(EAST);
    for (const [name, owner] of [['theirs', 'mirror-other'], ['ours', 'mirror-default']] as const) {
      await client.create(resources.services, { metadata: { name, namespace: 'shop', labels: { ...ownership, 'mcs.clusterset.local/owner': owner } }, spec: { ports: [{ port: 80 }] } });
    }
    expect((await uninstallMirror(context(EAST), { ...UNINSTALL, dryRun: true })).planned).toEqual(['delete Service shop/ours']);
    await uninstallMirror(context(EAST), { ...UNINSTALL, keepsMirrors: true });
    expect(await client.find(resources.services, 'ours', 'shop')).toBeDefined();
    await uninstallMirror(context(EAST), UNINSTALL);
    expect(await client.find(resources.services, 'ours', 'shop')).toBeUndefined();
    expect(await client.find(resources.services, 'theirs', 'shop')).toBeDefined();
    await client.delete(resources.services, 'theirs', 'shop');
  }, 60_000);
});

describe('mcs mirror credential', () => {
  it('is made, and is void once it is revoked', async () => {
    const source = { account: 'reader', namespace: MIRROR_NAMESPACE, contextName: 'west', access: from('west', WEST).access, lifeSeconds: 3600, timeoutMs: 20_000, dryRun: false };
    const { kubeconfig = '' } = await createMirrorCredential(context(WEST), source);
    const token = findAccountToken({ kind: 'kubeconfig', text: kubeconfig })?.token ?? '';
    const { server, ca } = sandbox.cluster(WEST).entry;
    const client = createKubeClient(directAccess({ server, ca, token: () => token }));
    await client.list(resources.services);
    expect(await revokeMirrorCredential(context(WEST), { account: 'reader', namespace: MIRROR_NAMESPACE, dryRun: false })).toMatchObject({ isUnchanged: false });
    expect(await rejection(client.list(resources.services))).toMatchObject({ code: expect.anything() });
    client.close();
    expect((await installed(WEST)).filter((key) => key.includes('reader'))).toEqual([]);
    expect(await revokeMirrorCredential(context(WEST), { account: 'reader', namespace: MIRROR_NAMESPACE, dryRun: false })).toMatchObject({ isUnchanged: true });
  }, 60_000);

  it('gives readers of an installed emitter tokens of their own', async () => {
    const credential = { account: 'east', namespace: MIRROR_NAMESPACE, contextName: 'west', dryRun: false };
    expect(await rejection(createEmitterCredential(context(WEST), credential))).toMatchObject({ code: 'MCS_EMITTER_NOT_FOUND' });
    await installEmitter(context(WEST), { namespace: MIRROR_NAMESPACE, selection: { exported: false, selector: 'app in (a)' }, images: ECHO, wait: 'none', timeoutMs: 20_000, dryRun: false });
    const first = await createEmitterCredential(context(WEST), credential);
    expect(first.kubeconfig).toContain('tls-server-name: mcs-emitter.mcs-mirror.svc');
    expect((await createEmitterCredential(context(WEST), credential)).kubeconfig).toBe(first.kubeconfig);
    await createEmitterCredential(context(WEST), { ...credential, account: 'north' });
    const { data = {} } = await sandbox.client(WEST).get(resources.secrets, 'mcs-emitter', MIRROR_NAMESPACE);
    expect(Buffer.from(data.tokens ?? '', 'base64').toString('utf8')).toMatch(/^# east\n\S{43}\n# north\n\S{43}\n$/);
    expect(await installEmitter(context(WEST), { namespace: MIRROR_NAMESPACE, selection: { exported: false, selector: 'app in (a)' }, images: ECHO, wait: 'none', timeoutMs: 20_000, dryRun: false })).toMatchObject({ isUnchanged: true });
    const elsewhere = { ...UNINSTALL, namespace: 'elsewhere' };
    expect(await rejection(installEmitter(context(WEST), { ...elsewhere, selection: { exported: false }, images: ECHO, wait: 'none' }))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(await rejection(uninstallMirror(context(WEST), { ...elsewhere, emitter: true }))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT', hints: ['--namespace mcs-mirror'] });
    expect(await uninstallMirror(context(WEST), { ...UNINSTALL, emitter: true })).toMatchObject({ leftovers: [], stays: [] });
  }, 60_000);
});

describe('installPreset()', () => {
  it('keeps a ConfigMap that somebody wrote as the README of service-reflector says, and takes up a URL only where one is given', async () => {
    const client = sandbox.client(EAST);
    await client.create(resources.configMaps, { metadata: { name: 'service-reflector', namespace: 'default' }, data: { 'source-api': 'http://10.4.0.9:8080' } });
    const preset = { preset: 'reflector', sourceUrls: [], removeNamespaces: false, images: ECHO, wait: 'none', timeoutMs: 20_000, dryRun: false } as const;
    expect(await installPreset(context(EAST), preset)).toMatchObject({ sources: [{ server: 'http://10.4.0.9:8080' }], notes: [expect.stringContaining('plain HTTP')] });
    expect(await installPreset(context(EAST), preset)).toMatchObject({ isUnchanged: true });
    expect(await rejection(installPreset(context(EAST), { ...preset, sourceUrls: ['http://10.5.0.1:8080'] }))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    const removed = await uninstallMirror(context(EAST), { ...UNINSTALL, name: 'service-reflector', namespace: 'default', preset: 'reflector' });
    expect(removed.stays).toEqual(['ConfigMap default/service-reflector: mcs did not make it']);
    await client.delete(resources.configMaps, 'service-reflector', 'default');
    expect(await installed(EAST)).toEqual([]);
  }, 60_000);

  it('never takes over the Secret that somebody made as the README of k8-cross-cluster-controller says', async () => {
    const client = sandbox.client(EAST);
    await client.create(resources.namespaces, { metadata: { name: 'fair-system' } });
    const secret = await client.create(resources.secrets, { metadata: { name: 'k8-cross-cluster-controller', namespace: 'fair-system' }, data: { 'kubeconfig.yaml': 'bWluZQ==' } });
    const kubeconfig = JSON.stringify({ 'current-context': 'a', contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }], clusters: [{ name: 'a', cluster: { server: 'https://10.9.9.9' } }], users: [{ name: 'a', user: { token: 't' } }] });
    const preset = { preset: 'cross-cluster', kubeconfig, sourceUrls: [], removeNamespaces: false, images: ECHO, wait: 'none', timeoutMs: 20_000, dryRun: false } as const;
    expect(await rejection(installPreset(context(EAST), preset))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    expect(await client.get(resources.secrets, 'k8-cross-cluster-controller', 'fair-system')).toEqual(secret);
    expect((await installed(EAST)).filter((key) => key.includes('Deployment'))).toEqual([]);
    await client.delete(resources.namespaces, 'fair-system');
  }, 60_000);
});
