import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { eventsAbout, type GatewayFleet, HUB_AGENT, MERGE, namesIn, putGateway, putGatewayDNS, setIngress, sliceIn, startGatewayFleet, statusOf, storeAnything, type Workload } from '../helpers/gateway-hub.ts';

let fleet: GatewayFleet;
let [a, b]: [Workload, Workload] = [] as never;
const A = '*.gateway.cluster-a.dev-team.clusters.xcc.test';
const TWIN = '*.gateway.twin.partners.clusters.xcc.test';
const SLICE = 'dev-team-cluster-a-gateway';
const HUB = { userAgent: HUB_AGENT };

beforeAll(async () => {
  fleet = await startGatewayFleet(2);
  [a, b] = fleet.workloads as [Workload, Workload];
});

afterAll(() => fleet.stop());
afterEach(() => fleet.reset());

const hasNames = (workload: Workload, expected: Record<string, string[]>): Promise<unknown> => eventually(async () => expect(await namesIn(workload)).toEqual(expected));

const requests = ({ server }: Workload, verbs: readonly string[], resource: string): number =>
  server.faults.requestCounts(HUB).filter((each) => verbs.includes(each.verb) && each.resource === resource).reduce((sum, { count }) => sum + count, 0);
const sliceWrites = (workload: Workload): number => requests(workload, ['create', 'patch', 'delete'], 'endpointslices');

/** Waits until the hub has polled so many times. */
async function polls(count: number): Promise<void> {
  const asked = (): number => requests(fleet.hub, ['get'], 'secrets');
  const before = asked();
  await eventually(() => asked() >= before + count * 3);
}

async function scene(): Promise<void> {
  await fleet.addCluster('dev-team/cluster-a', a);
  await fleet.addCluster('partners/twin', a, {});
  await fleet.addCluster('dev-team/cluster-b', b, {});
  await putGateway(a.client, ['203.0.113.8']);
  await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
}

describe('one cluster that is known under two names', () => {
  it('has what both want, with no fight between them, through changes and a restart', async () => {
    await scene();
    const first = await fleet.run({ pollIntervalMs: 100 });
    for (const workload of [a, b]) await hasNames(workload, { [A]: ['203.0.113.8'] });
    await eventually(async () => expect((await statusOf(fleet.hub.client, 'dev-team/dns')).published).toBe('2/2'));
    const writes = sliceWrites(a);
    await polls(10);
    expect(sliceWrites(a)).toBe(writes);
    await setIngress(a.client, [{ ip: '203.0.113.9' }]);
    await hasNames(a, { [A]: ['203.0.113.9'] });
    await putGatewayDNS(fleet.hub.client, 'partners/dns', { clusterSelector: {} });
    await hasNames(a, { [A]: ['203.0.113.9'], [TWIN]: ['203.0.113.9'] });
    await fleet.hub.client.delete(resources.gatewayDNS, 'dns', 'partners');
    await hasNames(a, { [A]: ['203.0.113.9'] });
    const { uid } = (await sliceIn(a, SLICE))?.metadata ?? {};
    await first.stop();
    const before = sliceWrites(a);
    await fleet.run({ pollIntervalMs: 100 });
    await polls(10);
    expect([sliceWrites(a), (await sliceIn(a, SLICE))?.metadata.uid]).toEqual([before, uid]);
  });

  it('keeps the names of the one whose kubeconfig is no more usable', async () => {
    await scene();
    await fleet.run({ pollIntervalMs: 100 });
    await hasNames(a, { [A]: ['203.0.113.8'] });
    const { uid } = (await sliceIn(a, SLICE))?.metadata ?? {};
    await fleet.hub.client.patch(resources.secrets, 'cluster-a-kubeconfig', 'dev-team', MERGE, { data: { value: Buffer.from('none').toString('base64') } });
    await eventually(async () => expect((await statusOf(fleet.hub.client, 'dev-team/dns')).clusters).toMatchObject([{ name: 'cluster-a', state: 'Unreachable' }]));
    await polls(10);
    expect((await sliceIn(a, SLICE))?.metadata.uid).toBe(uid);
  });

  it('loses what nobody wants any more when one of the names goes', async () => {
    await scene();
    await putGatewayDNS(fleet.hub.client, 'partners/dns', { clusterSelector: {} });
    await fleet.run();
    await hasNames(a, { [A]: ['203.0.113.8'], [TWIN]: ['203.0.113.8'] });
    await fleet.removeCluster('dev-team/cluster-a');
    await hasNames(a, { [TWIN]: ['203.0.113.8'] });
    await fleet.removeCluster('partners/twin');
    await hasNames(a, {});
  });
});

describe('a GatewayDNS whose status the server does not take', () => {
  it('is told of by Events, and not tried again as long as it stays the same', async () => {
    await storeAnything(fleet.hub.client);
    await scene();
    fleet.hub.server.faults.fail({ ...HUB, verb: 'patch', resource: 'gatewaydns' }, { code: 422 });
    await fleet.run({ pollIntervalMs: 100 });
    await hasNames(b, { [A]: ['203.0.113.8'] });
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { service: 'nowhere' } });
    await eventually(async () => expect(await eventsAbout(fleet.hub.client, 'dns')).toContain('InvalidSpec'));
    // it has no status that says so, and keeps its name
    const tries = requests(fleet.hub, ['patch'], 'gatewaydns');
    await polls(10);
    expect(requests(fleet.hub, ['patch'], 'gatewaydns')).toBe(tries);
    expect(await namesIn(b)).toEqual({ [A]: ['203.0.113.8'] });
  });
});

describe('a cluster that answers, and does not let the hub list', () => {
  it('is told of in the status, and holds up no other one', async () => {
    await scene();
    b.server.faults.fail({ ...HUB, verb: 'list', resource: 'endpointslices' }, { code: 403 });
    await fleet.run({ pollIntervalMs: 100 });
    await hasNames(a, { [A]: ['203.0.113.8'] });
    await eventually(async () => expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ published: '1/2', conditions: expect.arrayContaining([expect.objectContaining({ type: 'Published', reason: 'WriteFailed' })]) }));
  });
});
