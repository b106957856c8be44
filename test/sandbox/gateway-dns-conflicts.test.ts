import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DNS_TTL, FLEET_CLUSTER, FLEET_NAMESPACE, GATEWAY_DNS_HOSTNAME, GATEWAY_DNS_REF, OWNER } from '../../src/api/labels.ts';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, ensureNamespace, eventsAbout, type GatewayFleet, MERGE, namesIn, putGateway, putGatewayDNS, sliceIn, startGatewayFleet, statusOf, type Workload } from '../helpers/gateway-hub.ts';

let fleet: GatewayFleet;
let [a, b]: [Workload, Workload] = [] as never;
const A = '*.gateway.cluster-a.dev-team.clusters.xcc.test';
const SLICE = 'dev-team-cluster-a-gateway';

beforeAll(async () => {
  fleet = await startGatewayFleet(2);
  [a, b] = fleet.workloads as [Workload, Workload];
});

afterAll(() => fleet.stop());
afterEach(() => fleet.reset());

const hasNames = (workload: Workload, expected: Record<string, string[]>): Promise<unknown> => eventually(async () => expect(await namesIn(workload)).toEqual(expected));

async function scene(): Promise<void> {
  await fleet.addCluster('dev-team/cluster-a', a);
  await fleet.addCluster('dev-team/cluster-b', b, {});
  await putGateway(a.client, ['203.0.113.8']);
  await putGateway(a.client, ['203.0.113.30'], 'ingress/nginx');
}

/** Creation times tell ages by the second. */
async function putYounger(name: string, spec: Parameters<typeof putGatewayDNS>[2]): Promise<void> {
  const { items } = await fleet.hub.client.list(resources.gatewayDNS);
  const youngest = Math.max(...items.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '')));
  await eventually(() => Date.now() >= youngest + 1_000);
  await putGatewayDNS(fleet.hub.client, `dev-team/${name}`, spec);
}

describe('XC-11: several GatewayDNS that select one cluster', () => {
  it('the oldest has the name for good, the other says so, and has it when the oldest goes', async () => {
    await scene();
    await putGatewayDNS(fleet.hub.client, 'dev-team/z-first');
    await putYounger('a-second', { service: 'ingress/nginx' });
    await fleet.run({ pollIntervalMs: 100 });
    await hasNames(b, { [A]: ['203.0.113.8'] });
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/a-second')).toMatchObject({ Accepted: 'True Valid', Conflicted: 'True NameTaken' }));
    expect((await statusOf(fleet.hub.client, 'dev-team/a-second')).clusters).toEqual([{ name: 'cluster-a', hostname: A, state: 'Conflicted', message: 'GatewayDNS "dev-team/z-first" has the name' }]);
    await eventually(async () => expect(await eventsAbout(fleet.hub.client, 'a-second')).toContain('Conflicted'));
    const { resourceVersion } = (await sliceIn(b, SLICE))?.metadata ?? {};
    await fleet.hub.client.patch(resources.gatewayDNS, 'a-second', 'dev-team', MERGE, { spec: { ttlSeconds: 7 } });
    await eventually(async () => expect((await statusOf(fleet.hub.client, 'dev-team/a-second')).observedGeneration).toBe(2));
    expect((await sliceIn(b, SLICE))?.metadata.resourceVersion).toBe(resourceVersion);
    await fleet.hub.client.delete(resources.gatewayDNS, 'z-first', 'dev-team');
    await hasNames(b, { [A]: ['203.0.113.30'] });
    expect((await sliceIn(b, SLICE))?.metadata.annotations).toMatchObject({ [GATEWAY_DNS_REF]: 'dev-team/a-second', [DNS_TTL]: '7' });
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/a-second')).toMatchObject({ Conflicted: 'False NoConflicts', Published: 'True Published' }));
  });

  it('with Union on both, the name leads to both', async () => {
    await scene();
    await putGatewayDNS(fleet.hub.client, 'dev-team/first', { mergePolicy: 'Union' });
    await putYounger('second', { service: 'ingress/nginx', mergePolicy: 'Union' });
    await fleet.run();
    await hasNames(b, { [A]: ['203.0.113.30', '203.0.113.8'] });
    expect((await sliceIn(b, SLICE))?.metadata.annotations).toMatchObject({ [GATEWAY_DNS_REF]: 'dev-team/first' });
    await fleet.hub.client.patch(resources.gatewayDNS, 'first', 'dev-team', MERGE, { spec: { mergePolicy: 'Oldest' } });
    await hasNames(b, { [A]: ['203.0.113.8'] });
  });

  it('two that say the same are one', async () => {
    await scene();
    await putGatewayDNS(fleet.hub.client, 'dev-team/first');
    await putGatewayDNS(fleet.hub.client, 'dev-team/second');
    await fleet.run();
    await hasNames(b, { [A]: ['203.0.113.8'] });
    for (const name of ['first', 'second']) await eventually(async () => expect(await conditionsOf(fleet.hub.client, `dev-team/${name}`)).toMatchObject({ Conflicted: 'False NoConflicts', Published: 'True Published' }));
    await fleet.hub.client.delete(resources.gatewayDNS, 'first', 'dev-team');
    await eventually(async () => expect((await sliceIn(b, SLICE))?.metadata.annotations).toMatchObject({ [GATEWAY_DNS_REF]: 'dev-team/second' }));
    await hasNames(b, { [A]: ['203.0.113.8'] });
  });
});

const slice = (name: string, annotations: Record<string, string>, address = '192.0.2.1'): Promise<unknown> =>
  b.client.create(resources.endpointSlices, { metadata: { name, namespace: XCC_NAMESPACE, annotations }, addressType: 'IPv4', endpoints: [{ addresses: [address] }], ports: [] });

describe('slices that mcs did not make', () => {
  it('those of the original controller are taken over in place, and go like our own', async () => {
    await scene();
    await slice(SLICE, { [GATEWAY_DNS_HOSTNAME]: A, [GATEWAY_DNS_REF]: 'dev-team/dns' });
    const { uid } = (await sliceIn(b, SLICE))?.metadata ?? {};
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
    await fleet.run();
    await hasNames(b, { [A]: ['203.0.113.8'] });
    const taken = await sliceIn(b, SLICE);
    expect(taken?.metadata.uid).toBe(uid);
    expect(taken?.metadata.labels?.[OWNER]).toMatch(/^gateway-dns-hub-/);
    await fleet.hub.client.delete(resources.gatewayDNS, 'dns', 'dev-team');
    await hasNames(b, {});
  });

  it('XC-12: one of that name without its annotations is left alone, with a condition and an Event', async () => {
    await scene();
    await slice(SLICE, {});
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
    await fleet.run();
    await hasNames(a, { [A]: ['203.0.113.8'] });
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ Published: 'False ForeignSlice' }));
    const { conditions = [], published } = await statusOf(fleet.hub.client, 'dev-team/dns');
    expect(conditions.find(({ type }) => type === 'Published')?.message).toContain(`${SLICE} in dev-team/cluster-b`);
    expect(published).toBe('1/2');
    await eventually(async () => expect(await eventsAbout(fleet.hub.client, 'dns')).toContain('ForeignSlice'));
    expect(await namesIn(b)).toEqual({ [SLICE]: ['192.0.2.1'] });
    await b.client.delete(resources.endpointSlices, SLICE, XCC_NAMESPACE);
    await hasNames(b, { [A]: ['203.0.113.8'] });
    await eventually(async () => expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ published: '2/2' }));
  });

  it('XC-13: others are never touched: without annotation, of another GatewayDNS, of another hub, of users', async () => {
    await scene();
    await slice('plain', {});
    await slice('by-hand', { [GATEWAY_DNS_HOSTNAME]: 'db.example.com' }, '192.0.2.2');
    await slice('elsewhere', { [GATEWAY_DNS_HOSTNAME]: '*.gateway.x.prod.clusters.xcc.test', [GATEWAY_DNS_REF]: 'prod/dns' }, '192.0.2.3');
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
    const others = { plain: ['192.0.2.1'], 'db.example.com': ['192.0.2.2'], '*.gateway.x.prod.clusters.xcc.test': ['192.0.2.3'] };
    const run = await fleet.run({ pollIntervalMs: 100 });
    await hasNames(b, { ...others, [A]: ['203.0.113.8'] });
    await fleet.hub.client.delete(resources.gatewayDNS, 'dns', 'dev-team');
    await hasNames(b, others);
    await run.stop();
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
    const first = await fleet.run({ hubId: 'hub-a' });
    await hasNames(b, { ...others, [A]: ['203.0.113.8'] });
    await first.stop();
    await fleet.hub.client.delete(resources.gatewayDNS, 'dns', 'dev-team');
    await putGatewayDNS(fleet.hub.client, 'dev-team/other', { service: 'ingress/nginx' });
    await fleet.run({ hubId: 'hub-b', pollIntervalMs: 100 });
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/other')).toMatchObject({ Published: 'False ForeignSlice' }));
    expect(await namesIn(b)).toEqual({ ...others, [A]: ['203.0.113.8'] });
  });
});

describe('clusters', () => {
  it('whose names run together have slices of their own', async () => {
    await fleet.addCluster('x-y/z', a);
    await fleet.addCluster('x/y-z', b);
    await putGateway(a.client, ['203.0.113.8']);
    await putGateway(b.client, ['203.0.113.20']);
    await putGatewayDNS(fleet.hub.client, 'x-y/dns', { namespaces: { from: 'All' } });
    await putGatewayDNS(fleet.hub.client, 'x/dns', { namespaces: { from: 'All' } });
    await fleet.run();
    const both = { '*.gateway.z.x-y.clusters.xcc.test': ['203.0.113.8'], '*.gateway.y-z.x.clusters.xcc.test': ['203.0.113.20'] };
    await hasNames(a, both);
    await hasNames(b, both);
  });

  it('of labelled Secrets do as well as those of Cluster API, and come and go at run time', async () => {
    await fleet.addCluster('dev-team/cluster-a', a);
    await putGateway(a.client, ['203.0.113.8']);
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
    await fleet.run();
    await hasNames(a, { [A]: ['203.0.113.8'] });
    const labels = { [FLEET_CLUSTER]: 'plain', [FLEET_NAMESPACE]: 'dev-team', hasContour: 'true' };
    await putGateway(b.client, ['203.0.113.20']);
    await fleet.hub.client.create(resources.secrets, { metadata: { name: 'joined', namespace: XCC_NAMESPACE, labels }, data: { value: Buffer.from(b.server.kubeconfig()).toString('base64') } });
    const both = { [A]: ['203.0.113.8'], '*.gateway.plain.dev-team.clusters.xcc.test': ['203.0.113.20'] };
    await hasNames(a, both);
    await hasNames(b, both);
    await fleet.hub.client.delete(resources.secrets, 'joined', XCC_NAMESPACE);
    await hasNames(a, { [A]: ['203.0.113.8'] });
    await hasNames(b, {});
  });
});

describe('names across namespaces', () => {
  async function twoNamespaces(): Promise<void> {
    await ensureNamespace(fleet.hub.client, 'partners');
    await fleet.hub.client.patch(resources.namespaces, 'partners', undefined, MERGE, { metadata: { labels: { trusted: null } } });
    await fleet.addCluster('dev-team/cluster-a', a);
    await fleet.addCluster('partners/cluster-b', b, {});
    await putGateway(a.client, ['203.0.113.8']);
  }

  it('go where the GatewayDNS lets them: by labels of the hub\'s namespaces, followed at run time', async () => {
    await twoNamespaces();
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns', { namespaces: { from: 'Selector', selector: { matchLabels: { trusted: 'yes' } } } });
    await fleet.run();
    await hasNames(a, { [A]: ['203.0.113.8'] });
    expect(await namesIn(b)).toEqual({});
    await fleet.hub.client.patch(resources.namespaces, 'partners', undefined, MERGE, { metadata: { labels: { trusted: 'yes' } } });
    await hasNames(b, { [A]: ['203.0.113.8'] });
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { namespaces: { from: 'Same', selector: null } } });
    await hasNames(b, {});
  });

  it.each([['none', { from: 'All' }, {}], ['all', { from: 'Same' }, { [A]: ['203.0.113.8'] }]] as const)('the toggle "%s" of the hub overrules %j', async (crossNamespace, namespaces, expected) => {
    await twoNamespaces();
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns', { namespaces });
    await fleet.run({ crossNamespace });
    await hasNames(a, { [A]: ['203.0.113.8'] });
    await eventually(async () => expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ published: crossNamespace === 'all' ? '2/2' : '1/1' }));
    expect(await namesIn(b)).toEqual(expected);
  });
});
