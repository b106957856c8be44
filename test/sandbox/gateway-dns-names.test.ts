import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GATEWAY_DNS_HOSTNAME, GATEWAY_DNS_REF, SERVICE_NAME } from '../../src/api/labels.ts';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, ensureNamespace, eventsAbout, type GatewayFleet, MERGE, namesIn, putGateway, putGatewayDNS, setIngress, sliceIn, startGatewayFleet, statusOf, storeAnything, type Workload } from '../helpers/gateway-hub.ts';

let fleet: GatewayFleet;
let [a, b, c]: [Workload, Workload, Workload] = [] as never;
const A = '*.gateway.cluster-a.dev-team.clusters.xcc.test';
const B = '*.gateway.cluster-b.dev-team.clusters.xcc.test';
const SLICE = 'dev-team-cluster-a-gateway';

beforeAll(async () => {
  fleet = await startGatewayFleet(3);
  [a, b, c] = fleet.workloads as [Workload, Workload, Workload];
  await storeAnything(fleet.hub.client);
});

afterAll(() => fleet.stop());
afterEach(() => fleet.reset());

const hasNames = (workload: Workload, expected: Record<string, string[]>): Promise<unknown> => eventually(async () => expect(await namesIn(workload)).toEqual(expected));
const both = async (expected: Record<string, string[]>): Promise<void> => {
  await hasNames(a, expected);
  await hasNames(b, expected);
};

/** Two clusters of dev-team, the first with a gateway, one of another namespace; and a GatewayDNS. */
async function scene(): Promise<void> {
  await fleet.addCluster('dev-team/cluster-a', a);
  await fleet.addCluster('dev-team/cluster-b', b);
  await fleet.addCluster('prod/cluster-c', c);
  await putGateway(a.client, ['203.0.113.9', '203.0.113.8']);
  await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
}

describe('names of gateways', () => {
  it('XC-1, XC-2, XC-3: stand in all clusters of the namespace, and in no other', async () => {
    await scene();
    await fleet.run();
    await both({ [A]: ['203.0.113.8', '203.0.113.9'] });
    const slice = await sliceIn(b, SLICE);
    expect(slice).toMatchObject({
      metadata: { labels: { [SERVICE_NAME]: SLICE }, annotations: { [GATEWAY_DNS_HOSTNAME]: A, [GATEWAY_DNS_REF]: 'dev-team/dns' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['203.0.113.8', '203.0.113.9'] }],
    });
    expect(slice?.ports ?? []).toEqual([]);
    expect(await namesIn(c)).toEqual({});
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/dns')).toEqual({ Accepted: 'True Valid', GatewaysFound: 'False GatewayNotFound', Published: 'True Published', Conflicted: 'False NoConflicts' }));
    expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({
      observedGeneration: 1,
      published: '2/2',
      clusters: [
        { name: 'cluster-a', state: 'Published', hostname: A, addresses: ['203.0.113.8', '203.0.113.9'] },
        { name: 'cluster-b', state: 'NoGateway', hostname: B },
      ],
    });
    await eventually(async () => expect((await eventsAbout(fleet.hub.client, 'dns')).toSorted()).toEqual(['GatewayNotFound', 'Published']));
  });

  it('XC-3: a cluster without the namespace is passed over, and served as soon as it has it', async () => {
    await b.client.delete(resources.namespaces, XCC_NAMESPACE);
    await eventually(async () => (await b.client.find(resources.namespaces, XCC_NAMESPACE)) === undefined);
    await scene();
    await fleet.run();
    await hasNames(a, { [A]: ['203.0.113.8', '203.0.113.9'] });
    await eventually(async () => expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ published: '1/1', conditions: expect.arrayContaining([expect.objectContaining({ type: 'Published', message: expect.stringContaining('No namespace for them in dev-team/cluster-b') as unknown })]) as unknown }));
    await ensureNamespace(b.client, XCC_NAMESPACE);
    await hasNames(b, { [A]: ['203.0.113.8', '203.0.113.9'] });
    await eventually(async () => expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ published: '2/2' }));
  });

  it('XC-4: an empty selector selects every cluster of the namespace; resolutionType is read', async () => {
    await scene();
    await putGateway(b.client, ['203.0.113.20']);
    await fleet.run();
    await both({ [A]: ['203.0.113.8', '203.0.113.9'], [B]: ['203.0.113.20'] });
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { clusterSelector: null } });
    await eventually(async () => expect((await statusOf(fleet.hub.client, 'dev-team/dns')).observedGeneration).toBe(2));
    await both({ [A]: ['203.0.113.8', '203.0.113.9'], [B]: ['203.0.113.20'] });
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { resolutionType: 'hostPort' } });
    await both({});
  });

  it.each<[string, object, RegExp]>([
    ['XC-5: a service without exactly one "/"', { service: 'envoy' }, /spec\.service/],
    ['XC-5: one with two', { service: 'projectcontour/envoy/http' }, /spec\.service/],
    ['XC-4: an invalid operator', { clusterSelector: { matchExpressions: [{ key: 'hasContour', operator: 'Perhaps' }] } }, /Perhaps/],
    ['XC-4: an unknown resolutionType', { resolutionType: 'nodePortWhatever' }, /nodePortWhatever/],
  ])('%s keeps what was published, and says what is wrong', async (_title, spec, message) => {
    await scene();
    await fleet.run();
    await both({ [A]: ['203.0.113.8', '203.0.113.9'] });
    await eventually(async () => expect(await statusOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ published: '2/2' }));
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec });
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ Accepted: 'False Invalid' }));
    const { conditions = [], clusters } = await statusOf(fleet.hub.client, 'dev-team/dns');
    expect(conditions.find(({ type }) => type === 'Accepted')?.message).toMatch(message);
    expect(clusters).toMatchObject([{ name: 'cluster-a', addresses: ['203.0.113.8', '203.0.113.9'] }, {}]);
    await eventually(async () => expect(await eventsAbout(fleet.hub.client, 'dns')).toContain('InvalidSpec'));
    await setIngress(a.client, [{ ip: '203.0.113.10' }]); // of an invalid one nothing is taken any more
    await both({ [A]: ['203.0.113.8', '203.0.113.9'] });
    await fleet.hub.client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { clusterSelector: { matchLabels: { hasContour: 'true' }, matchExpressions: null }, service: 'projectcontour/envoy', resolutionType: 'loadBalancer' } });
    await both({ [A]: ['203.0.113.10'] });
  });
});

describe('changes, with a poll interval of an hour', () => {
  it('XC-6: labels of Clusters, the selector and the service', async () => {
    await scene();
    await putGateway(b.client, ['203.0.113.20'], 'ingress/nginx');
    await fleet.run();
    await both({ [A]: ['203.0.113.8', '203.0.113.9'] });
    const { client } = fleet.hub;
    await client.patch(resources.capiClusters, 'cluster-a', 'dev-team', MERGE, { metadata: { labels: { hasContour: 'no' } } });
    await both({});
    await client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { clusterSelector: { matchLabels: { hasContour: 'no' } } } });
    await both({ [A]: ['203.0.113.8', '203.0.113.9'] });
    await client.patch(resources.gatewayDNS, 'dns', 'dev-team', MERGE, { spec: { clusterSelector: { matchLabels: { hasContour: 'true' } }, service: 'ingress/nginx' } });
    await both({ [B]: ['203.0.113.20'] });
  });

  it('XC-6, XC-7: load balancers and Services of gateways', async () => {
    await scene();
    await fleet.run();
    await both({ [A]: ['203.0.113.8', '203.0.113.9'] });
    await setIngress(a.client, [{ ip: '203.0.113.10' }]);
    await both({ [A]: ['203.0.113.10'] });
    await setIngress(a.client, []);
    await both({});
    await setIngress(a.client, [{ ip: '203.0.113.11' }]);
    await both({ [A]: ['203.0.113.11'] });
    await a.client.delete(resources.services, 'envoy', 'projectcontour');
    await both({});
  });

  it('XC-6: what users edit or delete is put right', async () => {
    await scene();
    await fleet.run();
    await both({ [A]: ['203.0.113.8', '203.0.113.9'] });
    await b.client.patch(resources.endpointSlices, SLICE, XCC_NAMESPACE, MERGE, { endpoints: [{ addresses: ['192.0.2.66'] }], metadata: { labels: { mine: 'yes' } } });
    await hasNames(b, { [A]: ['203.0.113.8', '203.0.113.9'] });
    expect((await sliceIn(b, SLICE))?.metadata.labels).toMatchObject({ mine: 'yes' });
    await b.client.delete(resources.endpointSlices, SLICE, XCC_NAMESPACE);
    await hasNames(b, { [A]: ['203.0.113.8', '203.0.113.9'] });
  });

  it('XC-9, XC-14: a GatewayDNS or Cluster that goes takes its names along', async () => {
    await scene();
    await putGateway(b.client, ['203.0.113.20']);
    await fleet.run();
    await both({ [A]: ['203.0.113.8', '203.0.113.9'], [B]: ['203.0.113.20'] });
    await fleet.removeCluster('dev-team/cluster-b');
    await hasNames(a, { [A]: ['203.0.113.8', '203.0.113.9'] });
    await hasNames(b, {});
    await fleet.hub.client.delete(resources.gatewayDNS, 'dns', 'dev-team');
    await hasNames(a, {});
  });
});
