import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FLEET_CLUSTER, MCS_SERVICE_NAME, MEMBER, OWNER } from '../../src/api/labels.ts';
import { HUB_NAMESPACE, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { joinHub, readHub, unjoinHub, uninstallHub } from '../../src/deployers/hub/index.ts';
import { leave } from '../../src/deployers/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { eventually } from '../helpers/eventually.ts';
import { type HubSet, startHubSet } from '../helpers/hub-set.ts';
import { schemaErrors } from '../helpers/schemas.ts';
import { createService, exportService, importedAddresses, podAddress } from '../helpers/member-set.ts';

jest.setTimeout(90_000);

const SLOW = { timeoutMs: 40_000 };
const ALL = ['home', 'west', 'east'];
let set: HubSet;

/** A namespace in all clusters. */
async function addNamespace(name: string): Promise<void> {
  for (const cluster of ALL) await set.user(cluster).create(resources.namespaces, { metadata: { name } });
}

const report = () => readHub(set.user('home'), { clock: systemClock, signal: new AbortController().signal });
const states = async () => Object.fromEntries((await report()).members.map(({ clusterID, state }) => [clusterID, state]));
const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing was thrown', (error: unknown) => (error as { code?: string }).code);

beforeAll(async () => {
  set = await startHubSet(ALL, { renewSeconds: 1, graceSeconds: 3 });
  await set.startHub();
  for (const name of ALL) await set.join(name);
  await eventually(async () => expect(await states()).toEqual({ home: 'active', west: 'active', east: 'active' }), SLOW);
});

afterAll(async () => {
  await set.stop();
});

describe('hub', () => {
  it('shares a service of one member with all, and follows its changes and its end', async () => {
    await addNamespace('shop');
    await createService(set.user('east'), { namespace: 'shop', addresses: [podAddress(2, 5)], exported: {} });
    for (const name of ALL) await eventually(async () => expect(await importedAddresses(set.user(name), 'shop')).toEqual([podAddress(2, 5)]), SLOW);
    const told = await report();
    expect(told.members.find(({ clusterID }) => clusterID === 'east')?.services).toBe(1);
    expect(schemaErrors('hub-status', told)).toEqual([]);
    const slice = await set.user('east').get(resources.endpointSlices, 'web-abcde', 'shop');
    await set.user('east').update(resources.endpointSlices, { ...slice, endpoints: [{ addresses: [podAddress(2, 6)], conditions: { ready: true } }] });
    for (const name of ALL) await eventually(async () => expect(await importedAddresses(set.user(name), 'shop')).toEqual([podAddress(2, 6)]));
    await set.user('east').delete(resources.serviceExports, 'web', 'shop');
    for (const name of ALL) await eventually(async () => expect(await set.user(name).find(resources.serviceImports, 'web', 'shop')).toBeUndefined());
  });

  it('shares all services of namespaces by a policy, without a ServiceExport of the user', async () => {
    await addNamespace('bank');
    await createService(set.user('west'), { namespace: 'bank', addresses: [podAddress(1, 5)] });
    await set.join('west', { exports: { namespaces: ['bank'] } });
    await eventually(async () => expect(await importedAddresses(set.user('east'), 'bank')).toEqual([podAddress(1, 5)]), SLOW);
  });

  it('writes nothing when it is restarted with nothing to change', async () => {
    await set.stopHub();
    set.resetWrites();
    await set.startHub();
    await eventually(async () => expect((await report()).evidence).toContain('pod-2'), SLOW);
    await eventually(async () => expect(await states()).toEqual({ home: 'active', west: 'active', east: 'active' }), SLOW);
    // a write that comes after the restart went through all that it could have written before
    await exportService(set.user('west'), 'bank', 'later');
    await eventually(async () => expect((await set.user('west').get(resources.serviceExports, 'later', 'bank')).status?.conditions).toBeDefined());
    expect(set.writes()).toEqual([expect.stringMatching(/^west: \w+ serviceexports\/status x\d$/)]);
  });

  it('ends a removal that was cut before it came to the Lease of the member', async () => {
    await set.stopHub();
    await set.user('home').create(resources.leases, { metadata: { name: 'gone', namespace: HUB_NAMESPACE, labels: { [MEMBER]: 'gone' } }, spec: { holderIdentity: 'x' } });
    await set.startHub();
    await eventually(async () => expect(await set.user('home').find(resources.leases, 'gone', HUB_NAMESPACE)).toBeUndefined(), SLOW);
    await eventually(async () => expect(await states()).toEqual({ home: 'active', west: 'active', east: 'active' }), SLOW);
  });

  it('joins again without a change, and renews nothing before its time', async () => {
    const again = await set.join('east');
    expect(again.steps.filter(({ state }) => state === 'created' || state === 'updated')).toEqual([]);
  });

  it('refuses two clusters of one name, one cluster of two names, a cluster of a broker, and one of another hub', async () => {
    expect(await codeOf(joinHub(set.context, { ...set.joinOptions('west'), clusterID: 'east' }))).toBe('MCS_CLUSTER_ID_CHANGED');
    const other = await startHubSet(['other', 'fresh']);
    try {
      expect(await codeOf(joinHub(set.context, { ...other.joinOptions('fresh'), clusterID: 'east' }))).toBe('MCS_CLUSTER_ID_TAKEN');
      await expect(joinHub(other.context, set.joinOptions('east'))).rejects.toMatchObject({ code: 'MCS_JOINED_ELSEWHERE', message: expect.stringContaining(set.hubID) as unknown as string });
      expect(await codeOf(joinHub({ ...set.context, client: other.user('fresh') }, other.joinOptions('fresh')))).toBe('MCS_HUB_NOT_FOUND');
      const map = { metadata: { name: 'mcs-member', namespace: MEMBER_NAMESPACE }, data: { 'config.json': JSON.stringify({ clusterID: 'fresh' }) } };
      await other.user('fresh').create(resources.namespaces, { metadata: { name: MEMBER_NAMESPACE } });
      await other.user('fresh').create(resources.configMaps, map);
      expect(await codeOf(other.join('fresh'))).toBe('MCS_JOINED_ELSEWHERE');
    } finally {
      await other.stop();
    }
    expect(await codeOf(leave({ ...set.context, client: set.user('east') }, { force: true, timeoutMs: 10_000 }))).toBe('MCS_JOINED_ELSEWHERE');
    expect(await codeOf(uninstallHub(set.context, { force: false, timeoutMs: 10_000, dryRun: false }))).toBe('MCS_HUB_IN_USE');
  });

  it('takes nothing out of a member for which the Secret of another tool stands, since the hub would go on', async () => {
    const metadata = { name: 'by-another-tool', namespace: HUB_NAMESPACE, labels: { [FLEET_CLUSTER]: 'north' } };
    await set.user('home').create(resources.secrets, { metadata });
    expect(await codeOf(unjoinHub(set.context, { clusterID: 'north', timeoutMs: 3_000, dryRun: false }))).toBe('MCS_FOREIGN_OBJECT');
    await set.user('home').delete(resources.secrets, metadata.name, HUB_NAMESPACE);
  });

  it('brings back what it has noted of a member, where somebody deletes it or grants more', async () => {
    const home = set.user('home');
    const ranges = async () => (await home.find(resources.clusters, 'east', HUB_NAMESPACE))?.spec.cluster_cidr;
    const { spec } = await home.get(resources.clusters, 'east', HUB_NAMESPACE);
    await home.delete(resources.clusters, 'east', HUB_NAMESPACE);
    await eventually(async () => expect(await ranges()).toEqual(spec.cluster_cidr));
    await home.patch(resources.clusters, 'east', HUB_NAMESPACE, 'application/merge-patch+json', { spec: { cluster_cidr: ['10.0.0.0/8'] } });
    await eventually(async () => expect(await ranges()).toEqual(spec.cluster_cidr));
  });

  it('withdraws a member that is away after the grace period, goes on with the others, and has it back', async () => {
    await addNamespace('away');
    await createService(set.user('east'), { namespace: 'away', name: 'far', addresses: [podAddress(2, 7)], exported: {} });
    await eventually(async () => expect(await importedAddresses(set.user('west'), 'away', 'far')).toEqual([podAddress(2, 7)]), SLOW);
    const heal = set.server('east').faults.partition();
    await createService(set.user('west'), { namespace: 'away', name: 'near', addresses: [podAddress(1, 7)], exported: {} });
    await eventually(async () => expect(await importedAddresses(set.user('home'), 'away', 'near')).toEqual([podAddress(1, 7)]));
    // what it shared stays known beside the hub, and is withdrawn where it was imported
    await eventually(async () => expect(await importedAddresses(set.user('west'), 'away', 'far')).toEqual([]), SLOW);
    expect(await set.user('home').find(resources.serviceImports, 'far.away.east', HUB_NAMESPACE)).toBeDefined();
    await eventually(async () => expect(await states()).toMatchObject({ east: 'unreachable', west: 'active' }), SLOW);
    heal();
    await eventually(async () => expect(await importedAddresses(set.user('west'), 'away', 'far')).toEqual([podAddress(2, 7)]), SLOW);
    await eventually(async () => expect(await importedAddresses(set.user('east'), 'away', 'near')).toEqual([podAddress(1, 7)]), SLOW);
  });

  it('takes a member out at run time, with all that it shared and all of ours in it, and takes it in again', async () => {
    await set.user('east').patch(resources.deployments, 'mcs-dns', MEMBER_NAMESPACE, 'application/merge-patch+json', { spec: { replicas: 0 } });
    await set.user('home').patch(resources.deployments, 'mcs-hub', HUB_NAMESPACE, 'application/merge-patch+json', { status: { readyReplicas: 1 } }, { subresource: 'status' });
    const options = { clusterID: 'east', member: set.place('east'), timeoutMs: 40_000, dryRun: false };
    expect((await unjoinHub(set.context, { ...options, dryRun: true })).planned).toContain('delete Secret mcs-hub/member.east');
    const result = await unjoinHub(set.context, options);
    expect(result.leftovers).toEqual([]);
    expect((await set.user('home').list(resources.serviceImports, { namespace: HUB_NAMESPACE, labelSelector: `${MEMBER}=east` })).items).toEqual([]);
    expect(await set.user('home').find(resources.clusters, 'east', HUB_NAMESPACE)).toBeUndefined();
    await eventually(async () => expect(await importedAddresses(set.user('west'), 'away', 'far')).toEqual([]));
    expect((await set.user('east').list(resources.services, { labelSelector: `${OWNER}=controller` })).items).toEqual([]);
    expect((await set.user('east').list(resources.endpointSlices, { labelSelector: MCS_SERVICE_NAME })).items).toEqual([]);
    expect(await set.user('east').find(resources.namespaces, MEMBER_NAMESPACE)).toBeUndefined();
    expect((await set.user('east').list(resources.clusterRoles, { labelSelector: 'app.kubernetes.io/managed-by=mcs' })).items).toEqual([]);
    expect(await set.user('east').find(resources.serviceExports, 'far', 'away')).toBeDefined();
    expect((await unjoinHub(set.context, options)).isUnchanged).toBe(true);
    await set.join('east');
    await eventually(async () => expect(await importedAddresses(set.user('west'), 'away', 'far')).toEqual([podAddress(2, 7)]), SLOW);
  });

  it('takes out a member whose Secret is deleted by hand: its records, and what it had imported, also where it may not touch the DNS', async () => {
    await set.user('west').delete(resources.roleBindings, 'mcs-controller-dns-wiring', 'kube-system');
    const { items } = await set.user('home').list(resources.secrets, { namespace: HUB_NAMESPACE, labelSelector: `${FLEET_CLUSTER}=west` });
    for (const { metadata } of items) await set.user('home').delete(resources.secrets, metadata.name, HUB_NAMESPACE);
    await eventually(async () => expect(await set.user('home').find(resources.clusters, 'west', HUB_NAMESPACE)).toBeUndefined(), SLOW);
    await eventually(async () => expect((await set.user('west').list(resources.services, { labelSelector: `${OWNER}=controller` })).items).toEqual([]), SLOW);
    await eventually(async () => expect(await importedAddresses(set.user('east'), 'away', 'near')).toEqual([]), SLOW);
  });
});
