import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { composeMirror } from '../../src/agents/compose-mirror.ts';
import { readAgentEnvironment } from '../../src/agents/config.ts';
import { ConfiguredMirror, type ConfiguredMirrorOptions } from '../../src/agents/configured-mirror.ts';
import { ensureMirrorNamespace, runForeground } from '../../src/agents/foreground-mirror.ts';
import { MIRROR_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeObject } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createHealth } from '../../src/base/health.ts';
import { inOrder } from '../../src/base/lifecycle.ts';
import { silentLogger } from '../../src/base/log.ts';
import { readRuntime } from '../../src/base/runtime.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { parseMirrorArgs } from '../../src/mirror/config/parse-args.ts';
import { dryRunClient } from '../../src/mirror/dry-run-client.ts';
import type { TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { addressesOf, appears, disappears, ensureNamespace, type MirrorSet, putService, startMirrorSet } from '../helpers/mirror-set.ts';
import { rejection } from '../helpers/thrown.ts';

let set: MirrorSet;
let west: TestApiServer;
let here: TestApiServer;
let remote: KubeClient;
let local: KubeClient;
let folder: string;
let count = 0;
let shop: string;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  set = await startMirrorSet(2);
  [west, here] = set.servers as [TestApiServer, TestApiServer];
  [remote, local] = [west.client(), here.client()];
});
afterAll(() => set.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcs-mirror-run-'));
  count += 1;
  shop = `run-${count}`;
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true });
});

const MERGE = 'application/merge-patch+json';
const encode = (text: string): string => Buffer.from(text).toString('base64');
const file = (name: string): string => join(folder, name);
const argsOf = (...argv: readonly string[]) => parseMirrorArgs(argv);

/** Runs a mirror until the test is over. */
async function start(args: ReturnType<typeof argsOf>, more: Partial<ConfiguredMirrorOptions> = {}): Promise<ConfiguredMirror> {
  const mirror = new ConfiguredMirror({
    args,
    env: {},
    targetClient: local,
    from: { kind: 'flags' },
    identity: `run-${count}`,
    simulated: false,
    version: '0.0.0',
    registry: new Registry(),
    clock: systemClock,
    logger: silentLogger,
    fileIntervalMs: 20,
    ...more,
  });
  endings.push(() => mirror.stop());
  await mirror.start(new AbortController().signal);
  return mirror;
}

const foreground = (argv: readonly string[], env: NodeJS.ProcessEnv, client: KubeClient, onceWithinMs = 20_000) =>
  runForeground({ args: argsOf(...argv), env, client, version: '0.0.0', logger: silentLogger, signal: new AbortController().signal, onStatus: () => undefined, onceWithinMs });

describe('a mirror with a file', () => {
  const write = (selector: string, policy = 'create'): void => writeFileSync(file('mirror.yaml'), `name: file-${count}\nsources: [{name: west, kubeconfig: west.kubeconfig, selector: "${selector}", namespaces: [${shop}], namespacePolicy: ${policy}}]`);

  it('takes changes up without a restart, and keeps the old settings while the new cannot be used', async () => {
    await putService(remote, { name: 'a', namespace: shop, labels: { app: 'a' } });
    await putService(remote, { name: 'b', namespace: shop, labels: { app: 'b' } });
    writeFileSync(file('west.kubeconfig'), west.kubeconfig());
    write('app=a');
    const mirror = await start(argsOf('--config', file('mirror.yaml')));
    await appears(local, resources.services, 'a', shop);
    write('app=b', 'never');
    await eventually(() => mirror.status()?.settingsError.includes('sources[0].namespacePolicy') ?? false);
    expect(await local.find(resources.services, 'a', shop)).toBeDefined();
    write('app=b');
    await appears(local, resources.services, 'b', shop);
    await disappears(local, resources.services, 'a', shop);
    expect(mirror.status()?.settingsError).toBe('');
  });

  it('follows the kubeconfig that it names', async () => {
    await putService(remote, { name: 'a', namespace: shop });
    writeFileSync(file('west.kubeconfig'), west.kubeconfig('wrong-token'));
    write('');
    const mirror = await start(argsOf('--config', file('mirror.yaml')));
    await eventually(() => (mirror.status()?.sources[0]?.message ?? '') !== '');
    expect(await local.find(resources.services, 'a', shop)).toBeUndefined();
    writeFileSync(file('west.kubeconfig'), west.kubeconfig());
    await appears(local, resources.services, 'a', shop);
  });

  it('does not start with one that cannot be used', async () => {
    writeFileSync(file('mirror.yaml'), 'sources: [{name: west, kubeconfig: gone}]');
    expect(await rejection(start(argsOf('--config', file('mirror.yaml'))))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID', details: { path: 'sources[0].kubeconfig' } });
  });
});

describe('a mirror with a ConfigMap and a Secret', () => {
  it('waits for them, takes changes up without a restart, and tells by an Event what cannot be used', async () => {
    await putService(remote, { name: 'a', namespace: shop, labels: { app: 'a' } });
    await putService(remote, { name: 'b', namespace: shop, labels: { app: 'b' } });
    const name = `objects-${count}`;
    const yaml = (app: string): string => `sources: [{name: west, kubeconfig: west.kubeconfig, selector: "app=${app}", namespaces: [${shop}], namespacePolicy: create}]`;
    const mirror = await start(argsOf('--name', name), { from: { kind: 'objects', name, namespace: MIRROR_NAMESPACE } });
    await eventually(() => mirror.readiness().detail.includes('does not exist'));
    expect(mirror.readiness().isMet).toBe(false);
    const at = { name: `mcs-mirror-${name}`, namespace: MIRROR_NAMESPACE };
    await local.create(resources.configMaps, { metadata: at, data: { 'mirror.yaml': yaml('a') } });
    await eventually(() => mirror.readiness().detail.includes('sources[0].kubeconfig'));
    await local.create(resources.secrets, { metadata: at, data: { 'west.kubeconfig': encode(west.kubeconfig()) } });
    await appears(local, resources.services, 'a', shop);

    await local.patch(resources.configMaps, at.name, at.namespace, MERGE, { data: { 'mirror.yaml': yaml('b').replace('selector', 'selektor') } });
    await eventually(async () => (await local.list(resources.events, { namespace: MIRROR_NAMESPACE })).items.some(({ reason, message = '' }) => reason === 'MirrorConfigInvalid' && message.includes('sources[0].selektor')));
    expect(mirror.status()?.settingsError).toContain('sources[0].selektor');
    expect(await local.find(resources.services, 'a', shop)).toBeDefined();

    await local.patch(resources.configMaps, at.name, at.namespace, MERGE, { data: { 'mirror.yaml': yaml('b') } });
    await appears(local, resources.services, 'b', shop);
    await disappears(local, resources.services, 'a', shop);

    await local.delete(resources.configMaps, at.name, at.namespace);
    await eventually(() => mirror.status()?.settingsError.includes('does not exist') ?? false);
    expect(await local.find(resources.services, 'b', shop)).toBeDefined();
  });
});

describe('a mirror in the foreground', () => {
  it('mirrors what is there once, and leaves it', async () => {
    await putService(remote, { name: 'web', namespace: shop, addresses: ['10.1.0.5'] });
    writeFileSync(file('west'), west.kubeconfig());
    const end = await foreground(['--source', `west=${file('west')}`, '--namespaces', shop, '--namespace-policy', 'create', '--name', `once-${count}`], {}, local);
    expect(end).toMatchObject({ reason: 'settled', status: { sources: [{ state: 'synced', selected: 1, mirrored: 1 }], problemCount: 0 } });
    expect(await addressesOf(local, 'web', shop)).toEqual(['10.1.0.5']);
  });

  it('writes nothing in a dry run, whoever leads, and tells what it would write', async () => {
    await putService(remote, { name: 'web', namespace: shop, addresses: ['10.1.0.5'] });
    writeFileSync(file('west'), west.kubeconfig());
    const namesThere = async (): Promise<string[]> => (await Promise.all([resources.services, resources.endpointSlices, resources.leases, resources.configMaps].map((resource) => local.list<KubeObject>(resource)))).flatMap(({ items }) => items.map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`));
    const before = await namesThere();
    const { client, wanted } = dryRunClient(local);
    const end = await foreground(['--source', `west=${file('west')}`, '--namespaces', shop, '--namespace-policy', 'create', '--namespace', 'nowhere'], {}, client);
    expect(end.reason).toBe('settled');
    expect(wanted().map(({ action, object: { kind } }) => `${action} ${kind}`)).toEqual(['create Namespace', 'create Service', 'create EndpointSlice']);
    expect(JSON.stringify(wanted())).not.toContain('dry-run-');
    expect(await namesThere()).toEqual(before);
    expect(await local.find(resources.namespaces, shop)).toBeUndefined();
  });

  it('ends after its time where a source cannot be reached, and says so', async () => {
    writeFileSync(file('west'), west.kubeconfig('wrong'));
    const end = await foreground(['--source', `west=${file('west')}`, '--name', `late-${count}`], {}, local, 1_500);
    expect(end).toMatchObject({ reason: 'timeout', status: { sources: [{ state: 'syncing' }] } });
  });

  it('takes two contexts of a kubeconfig in the development mode of the cross-cluster preset', async () => {
    await putService(remote, { name: 'web', namespace: shop, addresses: ['10.1.0.5'], labels: { 'fair.com/cross-cluster': 'true' } });
    await putService(remote, { name: 'other', namespace: shop });
    await ensureNamespace(local, shop);
    const [a, b] = [here.kubeconfig(undefined, 'sandbox-general'), west.kubeconfig(undefined, 'sandbox-secure')].map((text) => JSON.parse(text) as Record<string, unknown[]>);
    const both = Object.fromEntries(['clusters', 'users', 'contexts'].map((list) => [list, [...(a?.[list] ?? []), ...(b?.[list] ?? [])]]));
    writeFileSync(file('config'), JSON.stringify({ ...both, 'current-context': 'sandbox-secure' }));
    expect(await ensureMirrorNamespace(local, 'fair-system', new AbortController().signal)).toBe('created');
    expect(await ensureMirrorNamespace(local, 'fair-system', new AbortController().signal)).toBe('there');
    const flags = ['--preset', 'cross-cluster', '--devmode=true', '--local-context', 'sandbox-general', '--remote-context', 'sandbox-secure'];
    expect(await foreground(flags, { KUBECONFIG: file('config') }, local)).toMatchObject({ reason: 'settled', status: { sources: [{ mirrored: 1 }] } });
    const follower = await local.get(resources.services, 'web', shop);
    expect(follower.metadata.labels).toMatchObject({ 'fair.com/cross-cluster': 'follower' });
    expect(await local.find(resources.services, 'other', shop)).toBeUndefined();
    expect(await rejection(foreground(flags, { KUBECONFIG: file('config') }, remote))).toMatchObject({ code: 'MCS_MIRROR_SAME_CLUSTER' });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

describe('the reflector preset', () => {
  /** Emitter and reflector of one cluster in one process, as the manifest starts them. */
  const reflect = async (client: KubeClient, port: number, sourceApi: string): Promise<void> => {
    const args = argsOf('--preset=reflector', '--emitter.secure-port=0', `--emitter.insecure-port=${port}`, '--emitter.insecure-bind-address=127.0.0.1', `--reflector.source-api=${sourceApi}`, `--namespace=${shop}`, '--name', `reflect-${count}`);
    const env = { POD_NAMESPACE: 'default', SOURCE_API: sourceApi };
    const { parts } = await composeMirror(args, { env, environment: readAgentEnvironment({ POD_UID: `pod-${port}` }), runtime: readRuntime({}), logger: silentLogger, registry: new Registry(), health: createHealth([]), version: '0.0.0', targetClient: client, mutesErrors: false });
    const all = inOrder('reflector', parts);
    await all.start(new AbortController().signal);
    endings.push(() => all.stop());
  };

  it('runs emitter and reflector in one process, in both directions, and follows the ConfigMap', async () => {
    await putService(remote, { name: 'from-west', namespace: shop, addresses: ['10.1.0.5'] });
    await putService(local, { name: 'from-here', namespace: shop, addresses: ['10.2.0.6'] });
    const [westPort, herePort] = [await freePort(), await freePort()];
    await local.create(resources.configMaps, { metadata: { name: 'service-reflector', namespace: 'default' }, data: { 'source-api': '' } });
    await reflect(remote, westPort, `http://127.0.0.1:${herePort}`);
    await reflect(local, herePort, '');
    const mirror = await appears(remote, resources.services, 'from-here', shop);
    expect(mirror.metadata.annotations).toMatchObject({ 'service-reflector.squat.ai/reflected': 'true', 'service-reflector.squat.ai/source': `http://127.0.0.1:${herePort}` });
    await local.patch(resources.configMaps, 'service-reflector', 'default', MERGE, { data: { 'source-api': `http://127.0.0.1:${westPort}` } });
    await appears(local, resources.services, 'from-west', shop);
    await eventually(async () => expect(await addressesOf(local, 'from-west', shop)).toEqual(['10.1.0.5']));
  });
});
