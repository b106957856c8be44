import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GATEWAY_DNS_LEASE } from '../../src/gateway-dns/settings.ts';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, eventsAbout, type GatewayFleet, HUB_AGENT, namesIn, putGateway, putGatewayDNS, type RunningHub, setIngress, startGatewayFleet, statusOf, type Workload } from '../helpers/gateway-hub.ts';

let fleet: GatewayFleet;
let [a, b, c]: [Workload, Workload, Workload] = [] as never;
const nameOf = (cluster: string): string => `*.gateway.${cluster}.dev-team.clusters.xcc.test`;
const [A, B] = ['cluster-a', 'cluster-b'].map(nameOf) as [string, string];
const HUB = { userAgent: HUB_AGENT };

beforeAll(async () => {
  fleet = await startGatewayFleet(3);
  [a, b, c] = fleet.workloads as [Workload, Workload, Workload];
});

afterAll(() => fleet.stop());
afterEach(() => fleet.reset());

const hasNames = (workload: Workload, expected: Record<string, string[]>): Promise<unknown> => eventually(async () => expect(await namesIn(workload)).toEqual(expected));

async function allHave(expected: Record<string, string[]>): Promise<void> {
  for (const workload of fleet.workloads) await hasNames(workload, expected);
}

/** Three clusters, two of them with a gateway, all with both names. */
async function scene(): Promise<void> {
  await fleet.addCluster('dev-team/cluster-a', a);
  await fleet.addCluster('dev-team/cluster-b', b);
  await fleet.addCluster('dev-team/cluster-c', c, {});
  await putGateway(a.client, ['203.0.113.8']);
  await putGateway(b.client, ['203.0.113.20']);
  await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
}

const isPublished = (published = '3/3'): Promise<unknown> => eventually(async () => expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ published }));
const stateOf = async (name: string): Promise<string | undefined> => (await statusOf(fleet.hub.client, 'dev-team/dns')).clusters?.find((cluster) => cluster.name === name)?.state;

/** What the hub has asked a server to change. */
function writesTo({ server }: Workload): string[] {
  const verbs = ['create', 'update', 'patch', 'apply', 'delete'];
  return server.faults.requestCounts(HUB).filter(({ verb, resource }) => verbs.includes(verb) && resource !== 'leases').map(({ verb, resource }) => `${verb} ${resource}`);
}

/** Waits until the hub has polled so many times. */
async function polls(count: number): Promise<void> {
  const asked = (): number => fleet.hub.server.faults.requestCounts({ ...HUB, verb: 'get', resource: 'secrets' }).reduce((sum, each) => sum + each.count, 0);
  const before = asked();
  await eventually(() => asked() >= before + count * fleet.workloads.length);
}

describe('XC-10: a gateway cluster that cannot be reached', () => {
  it('keeps its names everywhere, through many polls and a restart of the hub; the others go on', async () => {
    await scene();
    const first = await fleet.run({ pollIntervalMs: 100 });
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    await isPublished();
    a.server.faults.partition(HUB);
    await setIngress(a.client, [{ ip: '203.0.113.9' }]);
    await eventually(async () => expect(await stateOf('cluster-a')).toBe('Unreachable'));
    expect(await conditionsOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ Accepted: 'True Valid', GatewaysFound: 'Unknown ClusterUnreachable' });
    expect((await statusOf(fleet.hub.client, 'dev-team/dns')).clusters).toContainEqual(expect.objectContaining({ name: 'cluster-a', addresses: ['203.0.113.8'] }));
    await eventually(async () => expect(await eventsAbout(fleet.hub.client, 'dns')).toContain('ClusterUnreachable'));
    await polls(10);
    await setIngress(b.client, [{ ip: '203.0.113.21' }]);
    await hasNames(c, { [A]: ['203.0.113.8'], [B]: ['203.0.113.21'] });
    await first.stop();
    await fleet.run({ pollIntervalMs: 100 });
    await polls(5);
    await setIngress(b.client, [{ ip: '203.0.113.22' }]);
    await hasNames(c, { [A]: ['203.0.113.8'], [B]: ['203.0.113.22'] });
    a.server.faults.heal();
    await allHave({ [A]: ['203.0.113.9'], [B]: ['203.0.113.22'] });
    await isPublished();
  });

  it('XC-9: its names go with their GatewayDNS all the same', async () => {
    await scene();
    await fleet.run();
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    a.server.faults.partition(HUB);
    await eventually(async () => expect(await stateOf('cluster-a')).toBe('Unreachable'));
    await fleet.hub.client.delete(resources.gatewayDNS, 'dns', 'dev-team');
    await hasNames(b, {});
    await hasNames(c, {});
    a.server.faults.heal();
    await hasNames(a, {});
  });
});

describe('XC-10: a target that cannot be written to', () => {
  it('does not hold up the others, and is brought in line when it is back', async () => {
    await scene();
    await fleet.run();
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    c.server.faults.partition(HUB);
    await setIngress(a.client, [{ ip: '203.0.113.9' }]);
    await hasNames(b, { [A]: ['203.0.113.9'], [B]: ['203.0.113.20'] });
    await isPublished('2/3');
    await b.client.delete(resources.services, 'envoy', 'projectcontour');
    await hasNames(a, { [A]: ['203.0.113.9'] });
    expect(await namesIn(c)).toEqual({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    c.server.faults.heal();
    await hasNames(c, { [A]: ['203.0.113.9'] });
    await isPublished();
  });

  it.each([403, 500])('one that answers %d is tried again, and told of', async (code) => {
    await scene();
    const lift = c.server.faults.fail({ ...HUB, verb: 'create', resource: 'endpointslices' }, { code });
    await fleet.run();
    await hasNames(b, { [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ Published: 'False WriteFailed' }));
    expect((await statusOf(fleet.hub.client, 'dev-team/dns')).published).toBe('2/3');
    lift();
    await hasNames(c, { [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    await isPublished();
  });

  it('XC-14: one that has left and cannot be reached keeps its copies, and no other cluster has its name', async () => {
    await scene();
    await fleet.run();
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    b.server.faults.partition(HUB);
    await eventually(async () => expect(await stateOf('cluster-b')).toBe('Unreachable'));
    await fleet.removeCluster('dev-team/cluster-b');
    await hasNames(a, { [A]: ['203.0.113.8'] });
    await hasNames(c, { [A]: ['203.0.113.8'] });
    await isPublished('2/2');
    expect(await namesIn(b)).toEqual({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
  });
});

describe('the hub', () => {
  it('restarted in step writes nothing, to no cluster', async () => {
    await scene();
    const first = await fleet.run();
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    await isPublished();
    await first.stop();
    const all = [fleet.hub, ...fleet.workloads];
    for (const { server } of all) server.faults.resetCounts();
    const second = await fleet.run();
    await eventually(async () => expect(await second.registry.metrics()).toMatch(/mcs_gateway_dns_deliveries\{state="current"\} 6/));
    // whatever was put off behind this has been written with it
    await setIngress(a.client, [{ ip: '203.0.113.9' }]);
    await allHave({ [A]: ['203.0.113.9'], [B]: ['203.0.113.20'] });
    await eventually(async () => expect((await statusOf(fleet.hub.client, 'dev-team/dns')).clusters).toContainEqual(expect.objectContaining({ addresses: ['203.0.113.9'] })));
    expect(all.map(writesTo)).toEqual([['patch gatewaydns/status'], ['patch endpointslices'], ['patch endpointslices'], ['patch endpointslices']]);
    expect(second.link.writes).toEqual(['patch gatewaydns dns']);
  });

  const isReady = ({ hub }: RunningHub, detail: RegExp): Promise<unknown> => eventually(() => expect(hub.readiness()).toMatchObject({ isMet: true, detail: expect.stringMatching(detail) }));

  it('stands by while another one leads, and takes over when that ends', async () => {
    await scene();
    const first = await fleet.run({ identity: 'first' });
    await isReady(first, /^3 clusters$/);
    const second = await fleet.run({ identity: 'second' });
    await isReady(second, /standby; active is first/);
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    expect((await fleet.hub.client.get(resources.leases, GATEWAY_DNS_LEASE, XCC_NAMESPACE)).spec?.holderIdentity).toBe('first');
    await first.stop();
    await isReady(second, /^3 clusters$/);
    await setIngress(a.client, [{ ip: '203.0.113.9' }]);
    await allHave({ [A]: ['203.0.113.9'], [B]: ['203.0.113.20'] });
    expect(await second.registry.metrics()).toMatch(/mcs_gateway_dns_leader 1/);
  });

  it('goes on while its own API server is away for a moment, and catches up afterwards', async () => {
    await scene();
    const run = await fleet.run();
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    fleet.hub.server.faults.partition(HUB);
    await setIngress(a.client, [{ ip: '203.0.113.9' }]);
    await fleet.hub.client.delete(resources.gatewayDNS, 'dns', 'dev-team');
    await allHave({ [A]: ['203.0.113.9'], [B]: ['203.0.113.20'] });
    expect(run.hub.readiness().isMet).toBe(true);
    fleet.hub.server.faults.heal();
    await allHave({});
  });

  it('is not ready before it has read its own cluster', async () => {
    const lift = fleet.hub.server.faults.fail({ ...HUB, resource: 'gatewaydns' }, { code: 403 });
    const run = await fleet.run();
    await eventually(() => expect(run.hub.readiness()).toEqual({ isMet: false, detail: 'waiting for informer of gatewaydns.connectivity.tanzu.vmware.com' }));
    lift();
    await isReady(run, /^0 clusters$/);
  });

  it('never shows a credential, in logs or Events', async () => {
    await scene();
    const run = await fleet.run();
    await allHave({ [A]: ['203.0.113.8'], [B]: ['203.0.113.20'] });
    c.server.faults.fail(HUB, { code: 401 });
    c.server.faults.dropWatches(HUB);
    await isPublished('2/3');
    await fleet.hub.client.patch(resources.secrets, 'cluster-a-kubeconfig', 'dev-team', 'application/merge-patch+json', { data: { value: Buffer.from('users: [{user: {token: do-not-tell}}]').toString('base64') } });
    await run.stop();
    const again = await fleet.run();
    await eventually(async () => expect(await stateOf('cluster-a')).toBe('Unreachable'));
    const { items } = await fleet.hub.client.list(resources.events);
    const told = [...run.logs, ...again.logs, ...items.map((event) => JSON.stringify(event)), JSON.stringify(await statusOf(fleet.hub.client, 'dev-team/dns'))].join('\n');
    for (const secret of [...fleet.workloads.map(({ server }) => server.adminToken), 'do-not-tell']) expect(told).not.toContain(secret);
  });
});
