import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MCS_SERVICE_NAME, MEMBER } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, GATEWAY_AGENT, GATEWAY_LEASE, MEMBER_BROKER_SECRET, MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { PodTemplate } from '../../src/api/types/index.ts';
import { makeShowReport, SHOW_TOPICS } from '../../src/inspect/show-report.ts';
import { closeFleet, type Fleet, type FleetSource, surveyFleet } from '../../src/inspect/survey-fleet.ts';
import { directAccess } from '../../src/kube/direct-access.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { shiftedClock } from '../helpers/shifted-clock.ts';

const TOKEN = 'never-to-be-shown';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What join and deploy-broker leave behind, as far as it is read. */
async function makeMember(api: TestApiServer, clusterID: string, hasBroker: boolean): Promise<void> {
  const client = api.client();
  for (const name of [MEMBER_NAMESPACE, BROKER_NAMESPACE, 'shop']) await client.create(resources.namespaces, { metadata: { name } });
  const config = { clusterID, clusterUID: clusterID, podCIDRs: ['10.1.0.0/16'], serviceCIDRs: ['10.96.0.0/16'], nodeCIDRs: [], components: ['service-discovery'], brokerNamespace: BROKER_NAMESPACE, settings: {} };
  await client.create(resources.configMaps, { metadata: { name: MEMBER_CONFIG, namespace: MEMBER_NAMESPACE }, data: { 'config.json': JSON.stringify(config) } });
  const data = { server: base64('https://broker:6443'), token: base64(TOKEN), expiresAt: base64('2030-01-01T00:00:00Z') };
  await client.create(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE }, data });
  for (const component of hasBroker ? ['dns', 'desk'] : ['dns']) {
    const namespace = component === 'desk' ? BROKER_NAMESPACE : MEMBER_NAMESPACE;
    const labels = { [MANAGED_BY]: 'mcs', 'app.kubernetes.io/component': component, 'app.kubernetes.io/version': '1.2.3' };
    const template: PodTemplate = { metadata: { labels }, spec: { containers: [{ name: component, image: 'localhost/mcs:1.2.3' }] } };
    await client.create(resources.deployments, { metadata: { name: `mcs-${component}`, namespace, labels }, spec: { replicas: 1, selector: { matchLabels: labels }, template } });
  }
  await client.create(resources.serviceImports, { metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterSetIP', ips: ['10.96.0.9'], ports: [{ port: 80 }] } });
  await client.create(resources.serviceImports, { metadata: { name: `web.shop.${clusterID}`, namespace: BROKER_NAMESPACE, labels: { [MEMBER]: clusterID, [MCS_SERVICE_NAME]: 'web' } }, spec: { type: 'ClusterSetIP', ips: ['10.96.0.1'], ports: [{ port: 80 }] } });
  if (hasBroker) await client.create(resources.leases, { metadata: { name: clusterID, namespace: BROKER_NAMESPACE }, spec: { holderIdentity: 'a', renewTime: '2020-01-01T00:00:00.000000Z' } });
  if (hasBroker) await client.create(resources.clusters, { metadata: { name: clusterID, namespace: BROKER_NAMESPACE }, spec: { cluster_id: clusterID, cluster_cidr: [], service_cidr: [] } });
}

/** The agent's DaemonSet, and the Lease as the active gateway's agent renewed it by its own clock. */
async function addGateways(api: TestApiServer, renewTime: string): Promise<void> {
  const client = api.client();
  const labels = { [MANAGED_BY]: 'mcs', 'app.kubernetes.io/component': 'gateway' };
  const template: PodTemplate = { metadata: { labels }, spec: { containers: [{ name: 'gateway', image: 'localhost/mcs:1.2.3' }] } };
  await client.create(resources.daemonSets, { metadata: { name: GATEWAY_AGENT, namespace: MEMBER_NAMESPACE, labels }, spec: { selector: { matchLabels: labels }, template } });
  await client.create(resources.leases, { metadata: { name: GATEWAY_LEASE, namespace: MEMBER_NAMESPACE }, spec: { holderIdentity: 'a', renewTime } });
}

describe('surveyFleet over API servers', () => {
  let west: TestApiServer;
  let east: TestApiServer;
  let bare: TestApiServer;
  beforeAll(async () => {
    [west, east, bare] = await Promise.all([startTestApiServer(), startTestApiServer(), startTestApiServer()]);
    await Promise.all([makeMember(west, 'west', true), makeMember(east, 'east', false)]);
  }, 30_000);
  afterAll(async () => {
    for (const api of [west, east, bare]) await api.stop();
  });

  const source = (context: string, api: TestApiServer): FleetSource => ({ context, connect: () => Promise.resolve(createKubeClient(api.access(), { userAgent: 'mcs-cli/test' })) });
  async function survey(...sources: FleetSource[]): Promise<Fleet> {
    const fleet = await surveyFleet(sources, { signal: new AbortController().signal, timeoutMs: 20_000 });
    closeFleet(fleet);
    return fleet;
  }

  it('shows members, broker, services and versions of all clusters', async () => {
    const report = makeShowReport(await survey(source('w', west), source('e', east)), SHOW_TOPICS);
    expect(report.brokers).toEqual([{ cluster: 'west', namespace: BROKER_NAMESPACE, desk: 'not ready', members: ['west'], exports: 1 }]);
    expect(report.services).toMatchObject([{ namespace: 'shop', name: 'web', importedIn: ['west', 'east'] }]);
    expect(report.versions?.map(({ cluster, component, version, ready, wanted }) => [cluster, component, version, ready, wanted]).sort()).toEqual([
      ['east', 'dns', '1.2.3', 0, 1],
      ['west', 'desk', '1.2.3', 0, 1],
      ['west', 'dns', '1.2.3', 0, 1],
    ]);
  });

  it('knows since when a gateway has been silent by the clock of its API server, whatever the time in the Lease and here', async () => {
    const past = await startTestApiServer({ clock: shiftedClock(-40_000) });
    try {
      await makeMember(past, 'past', false);
      await addGateways(past, '2040-01-01T00:00:00.000000Z');
      const { clusters } = await survey(source('p', past));
      const age = clusters[0]?.state.member?.dataPlane?.leaseAge;
      expect(age).toBeGreaterThanOrEqual(39);
      expect(age).toBeLessThan(100);
    } finally {
      await past.stop();
    }
  });

  it("knows how old the Lease of a broker's member is by the clock of its API server", async () => {
    const { clusters } = await survey(source('w', west));
    const age = clusters[0]?.state.broker?.members[0]?.leaseAge;
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(600); // what stands in the Lease is years ago
  });

  it('knows where a credential leads and when it ends, and never holds the token', async () => {
    const { clusters } = await survey(source('w', west));
    const states = clusters.map(({ state }) => state);
    expect(states[0]?.member?.credential).toMatchObject({ server: 'https://broker:6443', expiresAt: '2030-01-01T00:00:00Z' });
    expect(JSON.stringify(states)).not.toMatch(new RegExp(`${TOKEN}|${base64(TOKEN)}`));
  });

  it('shows the others where one is dead, one refuses, one is silent and one has no mcs', async () => {
    const dead: FleetSource = { context: 'dead', connect: () => Promise.resolve(createKubeClient(directAccess({ server: 'https://127.0.0.1:1', ca: '', token: () => 't' }))) };
    const refusing: FleetSource = { context: 'refusing', connect: () => Promise.resolve(createKubeClient(directAccess({ server: east.url, ca: east.ca, token: () => 'wrong' }))) };
    const lift = west.faults.delay({ resource: 'namespaces', userAgent: 'mcs-cli' }, 600_000);
    const sources = [dead, refusing, source('silent', west), source('bare', bare), source('e', east)];
    const fleet = await surveyFleet(sources, { signal: new AbortController().signal, timeoutMs: 6_000 }); // long enough for those that answer, on a busy machine
    closeFleet(fleet);
    lift();
    expect(fleet.clusters.map(({ context }) => context)).toEqual(['e']);
    expect(fleet.leftOut).toEqual([{ context: 'bare', reason: 'mcs is not installed' }]);
    expect(fleet.unread.map(({ context, error }) => [context, error.code])).toEqual([
      ['dead', 'MCS_CLUSTER_UNREACHABLE'],
      ['refusing', 'MCS_UNAUTHORIZED'],
      ['silent', 'MCS_CLUSTER_UNREACHABLE'],
    ]);
  });

  it('asks each cluster few questions, and writes nothing', async () => {
    west.faults.resetCounts();
    await survey(source('w', west));
    const counts = west.faults.requestCounts({ userAgent: 'mcs-cli' });
    expect(new Set(counts.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']));
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(14);
  });
});
