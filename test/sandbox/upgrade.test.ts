import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { APP_VERSION } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeObject, MemberConfig } from '../../src/api/types/index.ts';
import type { Resource } from '../../src/api/resources.ts';
import { deployBroker, type FleetContext, join, type JoinOptions, repin, upgrade, type UpgradeOptions, type UpgradeResult } from '../../src/deployers/index.ts';
import { type DeployFleet, snapshot, startFleet } from '../helpers/deploy-fleet.ts';
import { rejection } from '../helpers/thrown.ts';

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;

beforeAll(async () => {
  fleet = await startFleet(1);
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
  await fleet.join(0);
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

function contextOf(version: string): FleetContext {
  return { ...fleet.context(0), version };
}

/** A join that says nothing but this. */
function rejoin(more: Partial<JoinOptions> = {}): ReturnType<typeof join> {
  const { clusterCidr: _clusterCidr, serviceCidr: _serviceCidr, clusterID: _clusterID, ...rest } = fleet.joinOptions(0);
  return join(fleet.context(0), { ...rest, images: {}, settings: {}, ...more });
}

function run(version: string, more: Partial<UpgradeOptions> = {}): Promise<UpgradeResult> {
  return upgrade(contextOf(version), { brokerNamespace: BROKER_NAMESPACE, images: {}, allowDowngrade: false, wait: 'none', timeoutMs: 20_000, dryRun: false, ...more });
}

async function config(): Promise<MemberConfig> {
  const map = await fleet.admin(0).get(resources.configMaps, 'mcs-member', MEMBER_NAMESPACE);
  return JSON.parse(map.data?.['config.json'] ?? '') as MemberConfig;
}

/** What must outlive a change of settings and an upgrade: tearing down and making anew would give new uids. */
async function identities(): Promise<(string | undefined)[]> {
  const kept: [Resource<KubeObject>, string, string | undefined][] = [
    [resources.deployments, 'mcs-controller', MEMBER_NAMESPACE],
    [resources.deployments, 'mcs-dns', MEMBER_NAMESPACE],
    [resources.services, 'mcs-dns', MEMBER_NAMESPACE],
    [resources.serviceAccounts, 'mcs-controller', MEMBER_NAMESPACE],
    [resources.deployments, 'mcs-desk', BROKER_NAMESPACE],
    [resources.clusters, 'cluster0', BROKER_NAMESPACE],
    [resources.serviceAccounts, 'cluster-cluster0', BROKER_NAMESPACE],
    [resources.customResourceDefinitions, 'serviceimports.multicluster.x-k8s.io', undefined],
  ];
  return Promise.all(kept.map(async ([resource, name, namespace]) => (await fleet.admin(0).get(resource, name, namespace)).metadata.uid));
}

const versionOf = async (resource: Resource<KubeObject>, name: string, namespace?: string): Promise<string | undefined> =>
  (await fleet.admin(0).get(resource, name, namespace)).metadata.labels?.[APP_VERSION];

describe('join(), again', () => {
  it('changes nothing where no flag says anything: what the last join was given stays', async () => {
    const before = await snapshot(fleet.admin(0));
    expect(await rejoin()).toMatchObject({ isUnchanged: true, clusterID: 'cluster0', podCIDRs: ['10.16.0.0/16'] });
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('changes one setting in place, rolls the agents out by it, and tells the broker', async () => {
    const before = await identities();
    const hash = async (): Promise<unknown> => (await fleet.admin(0).get(resources.deployments, 'mcs-controller', MEMBER_NAMESPACE)).spec.template.metadata?.annotations;
    const standing = await hash();
    expect((await rejoin({ settings: { natt: true }, imports: { denyNamespaces: ['secret'] } })).isUnchanged).toBe(false);
    expect(await config()).toMatchObject({ settings: { cableDriver: 'vxlan', natt: true }, denyNamespaces: ['secret'], podCIDRs: ['10.16.0.0/16'] });
    expect((await fleet.admin(0).get(resources.clusters, 'cluster0', BROKER_NAMESPACE)).spec.settings).toMatchObject({ cableDriver: 'vxlan', natt: true });
    expect(await hash()).not.toEqual(standing);
    expect(await identities()).toEqual(before);
  });

  it('discovers a range anew with "auto"', async () => {
    await rejoin({ clusterCidr: 'auto' });
    expect((await config()).podCIDRs).not.toEqual(['10.16.0.0/16']);
    await rejoin({ clusterCidr: '10.16.0.0/16' });
    expect((await config()).podCIDRs).toEqual(['10.16.0.0/16']);
  });

  it('takes the rights to wire the DNS away where it is told to leave that alone, and gives them back', async () => {
    const findRight = () => fleet.admin(0).find(resources.roles, 'mcs-controller-dns-wiring', 'kube-system');
    expect(await findRight()).toBeDefined();
    const result = await rejoin({ dnsWiring: { isWanted: false } });
    expect(result.steps).toContainEqual(expect.objectContaining({ title: "Leave the cluster's own DNS alone", state: 'updated' }));
    expect(await findRight()).toBeUndefined();
    expect((await rejoin()).isUnchanged).toBe(true);
    await rejoin({ dnsWiring: { isWanted: true } });
    expect(await findRight()).toBeDefined();
  });

  it('tells by its own code that the credential is damaged, and how to go on; repin does the same', async () => {
    const secret = await fleet.admin(0).get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    await fleet.admin(0).patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, 'application/merge-patch+json', { data: { ca: Buffer.from('no PEM').toString('base64') } }, { fieldManager: 'test' });
    const code = { code: 'MCS_CREDENTIAL_UNREADABLE', exitCode: 1 };
    expect(await rejection(rejoin())).toMatchObject(code);
    expect(await rejection(repin(fleet.context(0), { ...fleet.joinOptions(0), consent: () => Promise.resolve(), dryRun: false }))).toMatchObject(code);
    await fleet.admin(0).delete(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    expect(await rejoin()).toMatchObject({ clusterID: 'cluster0' });
    expect((await fleet.admin(0).get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE)).data?.ca).toBe(secret.data?.ca);
  });
});

describe('upgrade()', () => {
  it('writes nothing in a dry run, and shows versions, changes and manifests', async () => {
    const before = await snapshot(fleet.admin(0));
    const result = await run('0.0.2', { dryRun: true });
    expect(result.parts.map(({ part, from, to }) => [part, from, to])).toEqual([['broker', '0.0.1', '0.0.2'], ['member', '0.0.1', '0.0.2']]);
    expect(result.parts[1]?.changes).toEqual(expect.arrayContaining([`update Deployment ${MEMBER_NAMESPACE}/mcs-controller`, 'update CustomResourceDefinition serviceexports.multicluster.x-k8s.io']));
    expect(parseAllDocuments(result.manifests ?? '').length).toBeGreaterThan(20);
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('upgrades in place, the broker first, with the settings and images of the last join and the same credential', async () => {
    const [before, standing] = [await identities(), await config()];
    const secret = await fleet.admin(0).get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    const result = await run('0.0.2');
    expect(result.isUnchanged).toBe(false);
    const titles = result.steps.map(({ title }) => title);
    const order = ['Upgrade Desk of the broker', 'Upgrade CustomResourceDefinitions of the member', 'Upgrade Roles and accounts of the member', 'Upgrade Configuration of the member', 'Upgrade Controller of the member'];
    expect(titles.filter((title) => order.includes(title))).toEqual(order);
    expect(result.warnings).toEqual([expect.stringContaining('mcs-controller=echo:1')]);
    expect(await identities()).toEqual(before);
    expect(await config()).toEqual(standing);
    expect((await fleet.admin(0).get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE)).data).toEqual(secret.data);
    expect(await versionOf(resources.deployments, 'mcs-dns', MEMBER_NAMESPACE)).toBe('0.0.2');
    expect(await versionOf(resources.deployments, 'mcs-desk', BROKER_NAMESPACE)).toBe('0.0.2');
  });

  it('changes nothing the second time', async () => {
    const before = await snapshot(fleet.admin(0));
    expect(await run('0.0.2')).toMatchObject({ isUnchanged: true });
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('refuses to go back, as join and deploy-broker do', async () => {
    const before = await snapshot(fleet.admin(0));
    expect(await rejection(run('0.0.1'))).toMatchObject({ code: 'MCS_DOWNGRADE' });
    expect(await rejection(rejoin())).toMatchObject({ code: 'MCS_DOWNGRADE' });
    expect(await rejection(deployBroker(contextOf('0.0.1'), fleet.brokerOptions()))).toMatchObject({ code: 'MCS_DOWNGRADE' });
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('goes back when it is told to, and leaves the CustomResourceDefinitions', async () => {
    await run('0.0.1', { allowDowngrade: true });
    expect(await versionOf(resources.deployments, 'mcs-controller', MEMBER_NAMESPACE)).toBe('0.0.1');
    expect(await versionOf(resources.customResourceDefinitions, 'serviceexports.multicluster.x-k8s.io')).toBe('0.0.2');
  });

});
