import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { APP_MCS, GATEWAY_LABELLED, GATEWAY_NODE, MANAGED_BY } from '../../src/api/labels.ts';
import { GATEWAY_SERVICE } from '../../src/api/data-plane.ts';
import { BROKER_NAMESPACE, GATEWAY_AGENT, MEMBER_CONFIG, MEMBER_DNS_WIRING, MEMBER_NAMESPACE, MEMBER_WIREGUARD_SECRET } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { deployBroker, exportService, join, leave } from '../../src/deployers/index.ts';
import { findMemberCredential } from '../../src/deployers/join/member-secret.ts';
import { eventually } from '../helpers/eventually.ts';
import { type DeployFleet, snapshot, startFleet } from '../helpers/deploy-fleet.ts';
import { shiftedClock } from '../helpers/shifted-clock.ts';
import { rejection } from '../helpers/thrown.ts';

const signal = new AbortController().signal;
const LEAVE = { force: false, timeoutMs: 20_000 };

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
});

afterEach(async () => {
  await Promise.all([0, 1].map((index) => leave(fleet.context(index), LEAVE)));
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

async function clusterIds(): Promise<string[]> {
  return (await fleet.admin(0).list(resources.clusters, { namespace: BROKER_NAMESPACE })).items.map(({ metadata }) => metadata.name).sort();
}

describe('deployBroker()', () => {
  it('changes nothing the second time, and keeps the file', async () => {
    const before = await snapshot(fleet.admin(0));
    const again = await fleet.deployBroker();
    expect(again).toMatchObject({ isUnchanged: true });
    expect(again).not.toHaveProperty('joinKey');
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('writes a new file and keeps the old one where the token was revoked', async () => {
    const [secret] = (await fleet.admin(0).list(resources.secrets, { namespace: BROKER_NAMESPACE, labelSelector: 'mcs.clusterset.local/join-token-id' })).items;
    await fleet.admin(0).delete(resources.secrets, secret?.metadata.name ?? '', BROKER_NAMESPACE);
    const again = await fleet.deployBroker();
    expect(again.file?.backup).toMatch(/broker-info\.subm\.\d{4}/);
    expect(again.joinKey).toMatch(/^([0-9A-Z]{4}-){8}[0-9A-Z]{4}$/);
  });

  it('only reads in a dry run', async () => {
    const before = await snapshot(fleet.admin(1));
    const result = await deployBroker(fleet.context(1), fleet.brokerOptions({ dryRun: true, kubeconfigCa: fleet.ca(1), outputFile: `${fleet.directory}/other` }));
    expect(parseAllDocuments(result.manifests ?? '').length).toBeGreaterThan(10);
    expect(result).not.toHaveProperty('file');
    expect(await snapshot(fleet.admin(1))).toEqual(before);
  });

  it('says what is not enforced where the API server has no admission policies', async () => {
    expect((await fleet.deployBroker()).warnings).toEqual([expect.stringMatching(/no ValidatingAdmissionPolicies .* Not enforced: .* Still enforced: /)]);
  });
});

describe('join()', () => {
  it('makes both clusters members, and changes nothing the second time', async () => {
    await fleet.join(0);
    await fleet.join(1);
    expect(await clusterIds()).toEqual(['cluster0', 'cluster1']);
    const before = await Promise.all([snapshot(fleet.admin(0)), snapshot(fleet.admin(1))]);
    const again = await Promise.all([fleet.join(0), fleet.join(1)]);
    expect(again.map(({ isUnchanged }) => isUnchanged)).toEqual([true, true]);
    expect(await Promise.all([snapshot(fleet.admin(0)), snapshot(fleet.admin(1))])).toEqual(before);
  });

  it('keeps the credential, the configuration and the identity of the cluster in it', async () => {
    await fleet.join(1);
    const credential = await findMemberCredential(fleet.admin(1), signal);
    expect(credential).toMatchObject({ server: fleet.server(0), namespace: BROKER_NAMESPACE, clusterID: 'cluster1' });
    const config = await fleet.admin(1).get(resources.configMaps, 'mcs-member', MEMBER_NAMESPACE);
    expect(JSON.parse(config.data?.['config.json'] ?? '')).toMatchObject({ clusterID: 'cluster1', podCIDRs: ['11.16.0.0/16'], nodeCIDRs: [`${fleet.nodeAddress(1)}/32`], settings: { cableDriver: 'vxlan', natt: false } });
    const property = await fleet.admin(1).get(resources.clusterProperties, 'cluster.clusterset.k8s.io');
    expect(property.spec.value).toBe('cluster1');
    const granted = await fleet.admin(0).get(resources.clusters, 'cluster1', BROKER_NAMESPACE);
    expect(granted.spec).toMatchObject({ cluster_cidr: ['11.16.0.0/16'], settings: { cableDriver: 'vxlan', natt: false } });
  });

  it('has the new ranges granted when it is run with others', async () => {
    await fleet.join(1);
    const again = await fleet.join(1, { clusterCidr: '11.17.0.0/16' });
    expect(again.isUnchanged).toBe(false);
    expect((await fleet.admin(0).get(resources.clusters, 'cluster1', BROKER_NAMESPACE)).spec.cluster_cidr).toEqual(['11.17.0.0/16']);
  });

  it('only reads in a dry run, on both sides', async () => {
    const before = await Promise.all([snapshot(fleet.admin(0)), snapshot(fleet.admin(1))]);
    const { manifests = '' } = await fleet.join(1, { dryRun: true });
    const kinds = parseAllDocuments(manifests).map((document) => (document.toJS() as { kind: string }).kind);
    expect(kinds).toEqual(expect.arrayContaining(['Namespace', 'CustomResourceDefinition', 'ClusterRole', 'ConfigMap', 'Deployment', 'Service']));
    expect(kinds).not.toContain('Secret');
    expect(await Promise.all([snapshot(fleet.admin(0)), snapshot(fleet.admin(1))])).toEqual(before);
  });

  it('installs the gateway agent, keeps the key of the tunnels, and changes settings in place', async () => {
    const admin = fleet.admin(1);
    const secret = () => admin.find(resources.secrets, MEMBER_WIREGUARD_SECRET, MEMBER_NAMESPACE);
    const service = () => admin.find(resources.services, GATEWAY_SERVICE, MEMBER_NAMESPACE);
    const { notes } = await fleet.join(1, { settings: { cableDriver: 'wireguard', loadBalancer: true } });
    expect(notes).toEqual([]);
    const first = await secret();
    const agent = await admin.get(resources.daemonSets, GATEWAY_AGENT, MEMBER_NAMESPACE);
    expect(agent.spec.template.spec.containers.map(({ name }) => name)).toEqual(['gateway', 'wireguard-go']);
    expect((await service())?.spec).toMatchObject({ type: 'LoadBalancer' });
    await fleet.join(1, { settings: { loadBalancer: false } });
    expect(await service()).toBeUndefined();
    expect((await secret())?.data).toEqual(first?.data);
    expect((await admin.get(resources.daemonSets, GATEWAY_AGENT, MEMBER_NAMESPACE)).metadata.uid).toBe(agent.metadata.uid);
  });

  it('refuses another cable driver than that of the members by name, and takes theirs where it is told none', async () => {
    await fleet.join(0, { settings: { cableDriver: 'vxlan' } });
    expect(await rejection(fleet.join(1, { settings: { cableDriver: 'wireguard' } }))).toMatchObject({ code: 'MCS_CABLE_DRIVER_MIXED', message: expect.stringContaining('"cluster0" has "vxlan"'), hints: ['--cable-driver vxlan'] });
    await fleet.join(1, { settings: {} });
    const config = await fleet.admin(1).get(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE);
    expect(JSON.parse(config.data?.['config.json'] ?? '')).toMatchObject({ settings: { cableDriver: 'vxlan' } });
  });

  it('completes two joins at once', async () => {
    await Promise.all([fleet.join(0), fleet.join(1)]);
    expect(await clusterIds()).toEqual(['cluster0', 'cluster1']);
  });

  it('completes two joins of the same cluster at once', async () => {
    await Promise.all([fleet.join(1), fleet.join(1)]);
    expect(await clusterIds()).toEqual(['cluster1']);
    expect((await fleet.join(1)).isUnchanged).toBe(true);
  });

  it('lets one of two clusters have an id that both want at once, and tells the other', async () => {
    const results = await Promise.allSettled([fleet.join(0, { clusterID: 'same' }), fleet.join(1, { clusterID: 'same' })]);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(['MCS_CLUSTER_ID_TAKEN']);
    expect(await clusterIds()).toEqual(['same']);
  });

  it('times out with MCS_DESK_SILENT where no desk runs, and is completed once it does', async () => {
    await stopDesk();
    expect(await rejection(fleet.join(1, { timeoutMs: 300 }))).toMatchObject({ code: 'MCS_DESK_SILENT', exitCode: 5 });
    stopDesk = await fleet.startDesk();
    await fleet.join(1);
    expect(await clusterIds()).toEqual(['cluster1']);
  });

  it.each([[10, -10], [-10, 10]])('does not mind a clock that is wrong: the joiner is off by %d min, the desk by %d min', async (joiner, desk) => {
    await stopDesk();
    stopDesk = await fleet.startDesk(shiftedClock(desk * 60_000));
    const context = { ...fleet.context(1), clock: shiftedClock(joiner * 60_000) };
    expect(await join(context, fleet.joinOptions(1))).toMatchObject({ clusterID: 'cluster1' });
    expect(await join(context, fleet.joinOptions(1))).toMatchObject({ isUnchanged: true });
    expect(await clusterIds()).toEqual(['cluster1']);
    await stopDesk();
    stopDesk = await fleet.startDesk();
  });

  it('says that its namespace is being deleted, and is completed once that is over', async () => {
    await fleet.admin(1).create(resources.namespaces, { metadata: { name: MEMBER_NAMESPACE } });
    await fleet.admin(1).create(resources.configMaps, { metadata: { name: 'last', namespace: MEMBER_NAMESPACE, finalizers: ['example.org/wait'] } });
    await fleet.admin(1).delete(resources.namespaces, MEMBER_NAMESPACE);
    expect(await rejection(fleet.join(1, { timeoutMs: 300 }))).toMatchObject({ code: 'MCS_TIMEOUT', message: expect.stringContaining('still being deleted'), hints: [expect.stringContaining('kubectl get namespace')] });
    await fleet.admin(1).patch(resources.configMaps, 'last', MEMBER_NAMESPACE, 'application/merge-patch+json', { metadata: { finalizers: null } }, { fieldManager: 'test' });
    await eventually(async () => expect(await fleet.admin(1).find(resources.namespaces, MEMBER_NAMESPACE)).toBeUndefined());
    expect(await fleet.join(1)).toMatchObject({ clusterID: 'cluster1' });
  });

  it("waits until the agents run, and until the controller holds its Lease on the broker and has looked at the cluster's DNS", async () => {
    const joining = fleet.join(1, { wait: 'ready' });
    const uid = await eventually(async () => {
      const { items } = await fleet.admin(1).list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: 'app.kubernetes.io/component=controller' });
      return items[0]?.metadata.uid ?? false;
    });
    // what the controller does; the holder of another cluster's pod would not count
    await fleet.admin(0).create(resources.leases, { metadata: { name: 'cluster1', namespace: BROKER_NAMESPACE }, spec: { holderIdentity: uid } });
    const status = { state: 'conflict', kind: 'coredns', message: 'somebody else serves it', hints: [], places: [], servers: [], notes: [] };
    await fleet.admin(1).create(resources.configMaps, { metadata: { name: MEMBER_DNS_WIRING, namespace: MEMBER_NAMESPACE, labels: { [MANAGED_BY]: APP_MCS } }, data: { 'status.json': JSON.stringify(status) } });
    const { steps, warnings } = await joining;
    expect(steps.slice(-5).map(({ title, state }) => [title, state])).toEqual([
      ['Wait for controller and dns', 'done'],
      ['Wait for the gateway agents', 'done'],
      ['Wait for the Lease on the broker', 'done'],
      ['Wait for the connections', 'skipped'],
      ["Wait for the cluster's DNS", 'warning'],
    ]);
    expect(warnings).toContain('somebody else serves it');
  });

  it('says what is lacking when the wait is over', async () => {
    const error = await rejection(fleet.join(1, { wait: 'ready', timeoutMs: 3000 }));
    expect(error).toMatchObject({ code: 'MCS_TIMEOUT', exitCode: 5, message: expect.stringContaining('the controller has no Lease on the broker yet') });
  });

  it('labels the only node as gateway; leave takes that label off, and leaves one of the user', async () => {
    await fleet.join(1);
    expect((await fleet.admin(1).get(resources.nodes, 'cluster1')).metadata).toMatchObject({ labels: { [GATEWAY_NODE]: 'true' }, annotations: { [GATEWAY_LABELLED]: 'true' } });
    await leave(fleet.context(1), LEAVE);
    expect((await fleet.admin(1).get(resources.nodes, 'cluster1')).metadata.labels?.[GATEWAY_NODE]).toBeUndefined();
    await fleet.admin(1).patch(resources.nodes, 'cluster1', undefined, 'application/merge-patch+json', { metadata: { labels: { [GATEWAY_NODE]: 'true' } } });
    await fleet.join(1);
    await leave(fleet.context(1), LEAVE);
    expect((await fleet.admin(1).get(resources.nodes, 'cluster1')).metadata.labels?.[GATEWAY_NODE]).toBe('true');
    await fleet.admin(1).patch(resources.nodes, 'cluster1', undefined, 'application/merge-patch+json', { metadata: { labels: { [GATEWAY_NODE]: null } } });
  });
});

describe('leave()', () => {
  it('leaves neither cluster with anything that join made', async () => {
    const keys = async (index: number): Promise<string[]> => Object.keys(await snapshot(fleet.admin(index))).sort();
    const clean = await Promise.all([keys(0), keys(1)]);
    await fleet.join(1);
    const result = await leave(fleet.context(1), LEAVE);
    expect(result).toMatchObject({ clusterID: 'cluster1', leftovers: [], warnings: [] });
    const after = await Promise.all([keys(0), keys(1)]);
    const isNoJoin = (key: string): boolean => !key.startsWith('clusterjoins');
    expect(after[1]).toEqual(clean[1]);
    // answered ClusterJoins stand a while; the desk deletes them
    expect(after[0].filter(isNoJoin)).toEqual(clean[0].filter(isNoJoin));
  });

  it('changes nothing the second time, and the cluster can join again', async () => {
    await fleet.join(1);
    await leave(fleet.context(1), LEAVE);
    expect(await leave(fleet.context(1), LEAVE)).toMatchObject({ clusterID: undefined, isUnchanged: true });
    await fleet.join(1);
    expect(await clusterIds()).toEqual(['cluster1']);
  });

  it('keeps the ServiceExports of users, and says so', async () => {
    await fleet.join(1);
    await exportService(fleet.context(1), { name: 'nginx', namespace: 'default', wait: 'none', timeoutMs: 1000, dryRun: false });
    const { steps } = await leave(fleet.context(1), LEAVE);
    expect(steps.map(({ detail }) => detail)).toEqual(expect.arrayContaining([expect.stringMatching(/serviceexports\.multicluster\.x-k8s\.io stays/)]));
    expect((await fleet.admin(1).list(resources.serviceExports)).items).toHaveLength(1);
    await fleet.admin(1).delete(resources.serviceExports, 'nginx', 'default');
  });

  it('touches only derived objects that the controller made', async () => {
    await fleet.join(1);
    const service = (name: string, labels: Record<string, string>) => fleet.admin(1).create(resources.services, { metadata: { name, namespace: 'default', labels }, spec: { ports: [{ port: 80 }] } });
    await service('derived', { 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': 'controller' });
    await service('users', {});
    await service('of-a-broker-here', { 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': 'controller', 'mcs.clusterset.local/member': 'other' });
    await leave(fleet.context(1), LEAVE);
    const left = (await fleet.admin(1).list(resources.services, { namespace: 'default' })).items.map(({ metadata }) => metadata.name);
    expect(left.filter((name) => name !== 'kubernetes').sort()).toEqual(['of-a-broker-here', 'users']);
  });

  it('ends by its deadline where no desk runs, and names what is left', async () => {
    await fleet.join(1);
    await stopDesk();
    const result = await leave(fleet.context(1), { force: false, timeoutMs: 5_000 });
    expect(result.leftovers).toEqual([{ object: expect.stringContaining('Cluster "cluster1"'), command: expect.stringContaining('kubectl -n submariner-k8s-broker annotate lease cluster1') }]);
    stopDesk = await fleet.startDesk();
  });
});
