import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FLEET_CLUSTER, FLEET_NAMESPACE } from '../../src/api/labels.ts';
import { HUB_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { UnknownObject } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { Fleet } from '../../src/fleet/fleet.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { findKubeconfigToken } from '../../src/kube/service-account-token.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { shiftedClock } from '../helpers/shifted-clock.ts';

const HOUR = 3_600_000;

let hub: TestApiServer;
let west: TestApiServer;
let east: TestApiServer;
let admin: KubeClient;

class Session {
  readonly name: string;
  readonly client: KubeClient;
  isRunning = false;

  constructor(name: string, client: KubeClient) {
    this.name = name;
    this.client = client;
  }

  start(): Promise<void> {
    this.isRunning = true;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.isRunning = false;
    return Promise.resolve();
  }

  /** Marks the cluster, as a session would write to it. */
  async write(signal: AbortSignal): Promise<void> {
    await this.client.create(resources.configMaps, { metadata: { namespace: 'default', name: `left-${this.name}` } }, { signal });
  }
}

const ends: (() => Promise<void>)[] = [];

async function startFleet({ capi = false } = {}) {
  const events: string[] = [];
  const sessions: Session[] = [];
  const fleet: Fleet<Session> = new Fleet<Session>({
    hubClient: hub.client(),
    hubNamespace: HUB_NAMESPACE,
    capi,
    pollIntervalMs: 100,
    createSession: (cluster, client) => {
      const session = new Session(cluster.name, client);
      sessions.push(session);
      return session;
    },
    onCluster: ({ key }, event) => events.push(`${event} ${key}`),
    onConnection: () => undefined,
    onRemoved: (_cluster, session, signal) => session.write(signal),
    clock: systemClock,
    logger: silentLogger,
    env: {},
    userAgent: 'mcs-fleet-test',
  });
  await fleet.start(new AbortController().signal);
  ends.push(() => fleet.stop());
  const untilState = (key: string, state: string) => eventually(() => fleet.connection(key).state === state && fleet.connection(key));
  return { fleet, events, sessions, untilState };
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

async function putSecret(name: string, kubeconfig: string, labels: Record<string, string> = {}, namespace = HUB_NAMESPACE): Promise<void> {
  await admin.apply(resources.secrets, { metadata: { namespace, name, labels }, type: 'Opaque', data: { value: encode(kubeconfig) } }, { fieldManager: 'test', force: true });
}

const join = (name: string, server: TestApiServer, more: Record<string, string> = {}): Promise<void> => putSecret(name, server.kubeconfig(), { [FLEET_CLUSTER]: name, [FLEET_NAMESPACE]: 'dev', ...more });

const CAPI_CRD = {
  metadata: { name: 'clusters.cluster.x-k8s.io' },
  spec: {
    group: 'cluster.x-k8s.io',
    names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster', listKind: 'ClusterList' },
    scope: 'Namespaced',
    versions: [{ name: 'v1beta2', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
} as unknown as UnknownObject;

const capiClusters = { ...resources.capiClusters, version: 'v1beta2' };

beforeAll(async () => {
  [hub, west, east] = await Promise.all([startTestApiServer(), startTestApiServer(), startTestApiServer()]);
  admin = hub.client();
  for (const name of [HUB_NAMESPACE, 'dev']) await admin.create(resources.namespaces, { metadata: { name } });
});

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
  for (const namespace of [HUB_NAMESPACE, 'dev']) {
    const { items } = await admin.list(resources.secrets, { namespace });
    for (const { metadata } of items) await admin.delete(resources.secrets, metadata.name, namespace);
  }
});

afterAll(() => Promise.all([hub, west, east].map((server) => server.stop())));

describe('Fleet', () => {
  it('connects each labelled Secret, follows labels without a new session, and lets a session clean up when its Secret goes', async () => {
    await join('west', west, { tier: 'edge' });
    const { fleet, events, sessions, untilState } = await startFleet();
    await untilState('dev/west', 'connected');
    expect(fleet.hasSynced).toBe(true);
    expect(fleet.connection('dev/west')).toMatchObject({ message: '', server: west.url });
    await join('east', east);
    await untilState('dev/east', 'connected');
    expect(fleet.clusters().map(({ key, labels }) => [key, labels])).toEqual([['dev/east', {}], ['dev/west', { tier: 'edge' }]]);
    await join('west', west, { tier: 'core' });
    await eventually(() => fleet.cluster('dev/west')?.labels.tier === 'core');
    await admin.delete(resources.secrets, 'west', HUB_NAMESPACE);
    const [session] = sessions;
    await eventually(() => session?.isRunning === false);
    expect(await west.client().find(resources.configMaps, 'left-west', 'default')).toBeDefined();
    expect(events).toEqual(['added dev/west', 'added dev/east', 'changed dev/west', 'removed dev/west']);
    expect(sessions).toHaveLength(2);
    expect(fleet.session('dev/west')).toBeUndefined();
  });

  it('keeps the session with another credential for the same server, and makes one anew for another server', async () => {
    await join('moving', west);
    const { fleet, sessions, untilState } = await startFleet();
    await untilState('dev/moving', 'connected');
    await west.client().create(resources.serviceAccounts, { metadata: { namespace: 'default', name: 'other' } });
    const { token } = await west.client().createToken('other', 'default', { expirationSeconds: 3600 });
    await putSecret('moving', west.kubeconfig(token), { [FLEET_CLUSTER]: 'moving', [FLEET_NAMESPACE]: 'dev' });
    const reads = (): Promise<unknown> => fleet.session('dev/moving')?.client.list(resources.secrets, { namespace: 'default' }) ?? Promise.resolve();
    await eventually(() => expect(reads()).rejects.toMatchObject({ code: 403 }));
    expect(sessions).toHaveLength(1);
    await putSecret('moving', east.kubeconfig(), { [FLEET_CLUSTER]: 'moving', [FLEET_NAMESPACE]: 'dev' });
    await eventually(() => fleet.connection('dev/moving').server === east.url && fleet.connection('dev/moving').state === 'connected');
    expect(sessions.map(({ isRunning }) => isRunning)).toEqual([false, true]);
  });

  it('says that a cluster does not answer, keeps its session, and is back by itself; others go on', async () => {
    await Promise.all([join('west', west), join('east', east)]);
    const { fleet, sessions, untilState } = await startFleet();
    await Promise.all([untilState('dev/west', 'connected'), untilState('dev/east', 'connected')]);
    const session = fleet.session('dev/west');
    const heal = west.faults.partition();
    // what the session meets brings the next look forward
    await expect(session?.client.list(resources.services)).rejects.toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE' });
    expect((await untilState('dev/west', 'unreachable')).message).toContain(`Cannot reach the API server at ${west.url}`);
    expect(fleet.connection('dev/east').state).toBe('connected');
    expect(fleet.session('dev/west')).toBe(session);
    heal();
    await untilState('dev/west', 'connected');
    expect([fleet.session('dev/west'), sessions.length]).toEqual([session, 2]);
  });

  it('reads the kubeconfig again when the credential is not accepted any more', async () => {
    await putSecret('rotated', west.kubeconfig('not-valid-yet'), { [FLEET_CLUSTER]: 'rotated' });
    const { untilState } = await startFleet();
    expect((await untilState(`${HUB_NAMESPACE}/rotated`, 'unreachable')).message).toContain('does not accept the credential');
    await putSecret('rotated', west.kubeconfig(), { [FLEET_CLUSTER]: 'rotated' });
    await untilState(`${HUB_NAMESPACE}/rotated`, 'connected');
  });

  it.each([
    ['no kubeconfig', 'hello: [', 'it is no kubeconfig'],
    ['one that runs a program', JSON.stringify({ clusters: [{ name: 'a', cluster: { server: 'https://127.0.0.1:1' } }], users: [{ name: 'a', user: { exec: { command: '/bin/false' } } }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }], 'current-context': 'a' }), 'its user signs in by a program (exec), and a kubeconfig of a Secret runs none'],
  ])('refuses %s, says why, and takes a good one in its place', async (_what, text, message) => {
    await putSecret('bad', text, { [FLEET_CLUSTER]: 'bad', [FLEET_NAMESPACE]: 'dev' });
    const { fleet, untilState } = await startFleet();
    expect((await untilState('dev/bad', 'refused')).message).toContain(message);
    expect(fleet.session('dev/bad')).toBeUndefined();
    await join('bad', west);
    await untilState('dev/bad', 'connected');
  });

  it('finds Cluster API when it comes, waits for a kubeconfig, and prefers it to a Secret of the same name', async () => {
    await join('west', west);
    const { fleet, events, untilState } = await startFleet({ capi: true });
    await untilState('dev/west', 'connected');
    expect(fleet.hasSynced).toBe(true);
    await admin.create(resources.customResourceDefinitions, CAPI_CRD);
    const cluster = await eventually(() => admin.create(capiClusters, { metadata: { namespace: 'dev', name: 'east', labels: { gateway: 'yes' } } }));
    await eventually(() => expect(fleet.connection('dev/east').message).toBe('Waits for a kubeconfig in key "value" of Secret "dev/east-kubeconfig"'));
    expect(fleet.cluster('dev/east')).toMatchObject({ uid: cluster.metadata.uid, labels: { gateway: 'yes' }, source: 'cluster-api' });
    await putSecret('east-kubeconfig', east.kubeconfig(), {}, 'dev');
    await untilState('dev/east', 'connected');
    await putSecret('west-kubeconfig', west.kubeconfig(), {}, 'dev');
    await admin.create(capiClusters, { metadata: { namespace: 'dev', name: 'west' } });
    await eventually(() => fleet.cluster('dev/west')?.source === 'cluster-api');
    expect(fleet.problems()).toEqual([expect.objectContaining({ reason: 'DuplicateCluster', object: expect.objectContaining({ kind: 'Secret', name: 'west' }) as unknown })]);
    await admin.delete(capiClusters, 'east', 'dev');
    await eventually(() => fleet.cluster('dev/east') === undefined);
    expect(events).toEqual(['added dev/west', 'added dev/east', 'changed dev/west', 'removed dev/east']);
    await admin.delete(resources.customResourceDefinitions, 'clusters.cluster.x-k8s.io');
  });

  it('renews the token of a ServiceAccount and keeps it in the Secret, with the session as it is', async () => {
    const slow = await startTestApiServer({ clock: shiftedClock(-HOUR) });
    ends.push(() => slow.stop());
    const owner = slow.client();
    await owner.create(resources.serviceAccounts, { metadata: { namespace: 'default', name: 'hub' } });
    const rules = [{ apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['hub'], verbs: ['create'] }];
    await owner.create(resources.roles, { metadata: { namespace: 'default', name: 'hub' }, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role' as const, name: 'hub' };
    await owner.create(resources.roleBindings, { metadata: { namespace: 'default', name: 'hub' }, roleRef, subjects: [{ kind: 'ServiceAccount' as const, name: 'hub', namespace: 'default' }] });
    // an hour of the two is over here
    const { token } = await owner.createToken('hub', 'default', { expirationSeconds: 7200 });
    await putSecret('slow', slow.kubeconfig(token), { [FLEET_CLUSTER]: 'slow', [FLEET_NAMESPACE]: 'dev' });
    const { sessions, untilState } = await startFleet();
    await untilState('dev/slow', 'connected');
    const stored = await eventually(async () => {
      const { data } = await admin.get(resources.secrets, 'slow', HUB_NAMESPACE);
      const found = findKubeconfigToken({ text: Buffer.from(data?.value ?? '', 'base64').toString() });
      return found !== undefined && found.token !== token && found;
    });
    expect(stored).toMatchObject({ account: 'hub', namespace: 'default' });
    expect(sessions).toHaveLength(1);
  });
});
