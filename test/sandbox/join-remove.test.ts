import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXPORT_POLICY, MANAGED_BY, MANAGED_BY_MCS, ORIGIN_CLUSTER, ORIGIN_UID, OWNER } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { FleetContext } from '../../src/deployers/deploy-context.ts';
import { leave, removeBroker, uninstall } from '../../src/deployers/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type DeployFleet, snapshot, startFleet } from '../helpers/deploy-fleet.ts';
import { rejection } from '../helpers/thrown.ts';

const LEAVE = { force: false, timeoutMs: 20_000 };

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;

beforeEach(async () => {
  fleet = await startFleet();
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
});

afterEach(async () => {
  await stopDesk();
  await fleet.stop();
});

describe('leave()', () => {
  it('refuses, and removes nothing, where the broker cannot be reached; goes on by force and names what is left', async () => {
    await fleet.join(1);
    await fleet.sandbox.cluster(0).stop();
    const before = await snapshot(fleet.admin(1));
    expect(await rejection(leave(fleet.context(1), LEAVE))).toMatchObject({ code: 'MCS_BROKER_UNREACHABLE', exitCode: 6, hints: expect.arrayContaining(['mcs leave --force']) });
    expect(await snapshot(fleet.admin(1))).toEqual(before);
    const result = await leave(fleet.context(1), { ...LEAVE, force: true });
    expect(result.leftovers).toEqual([{ object: expect.stringContaining('Cluster "cluster1"'), command: expect.stringContaining('kubectl -n submariner-k8s-broker annotate lease cluster1') }]);
    expect((await fleet.admin(1).find(resources.namespaces, MEMBER_NAMESPACE))?.metadata.name).toBeUndefined();
  });

  it('removes what policies exported and what reflects services; policies and exports of users stay, and their CRDs', async () => {
    await fleet.join(1);
    const admin = fleet.admin(1);
    const reflection = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'reflection', [ORIGIN_CLUSTER]: 'cluster0', [ORIGIN_UID]: 'uid' };
    await admin.create(resources.exportPolicies, { metadata: { name: 'all' }, spec: {} });
    await admin.create(resources.serviceExports, { metadata: { name: 'web', namespace: 'default', labels: { [EXPORT_POLICY]: 'all' } } });
    await admin.create(resources.serviceExports, { metadata: { name: 'own', namespace: 'default' } });
    await admin.create(resources.services, { metadata: { name: 'web-cluster0', namespace: 'default', labels: reflection }, spec: { ports: [{ port: 80 }] } });
    const { steps } = await leave(fleet.context(1), LEAVE);
    expect(steps.map(({ detail }) => detail).join()).toContain('serviceexportpolicies.mcs.clusterset.local, serviceexports.multicluster.x-k8s.io stay');
    expect((await admin.list(resources.serviceExports, { namespace: 'default' })).items.map(({ metadata }) => metadata.name)).toEqual(['own']);
    expect((await admin.list(resources.services, { namespace: 'default' })).items.map(({ metadata }) => metadata.name)).toEqual(['kubernetes']);
    expect((await admin.list(resources.exportPolicies)).items).toHaveLength(1);
  });
});

/** The client as it is, except that one verb is never answered. */
function hangingAt(client: KubeClient, verb: 'list' | 'delete'): KubeClient {
  const hang = (...args: readonly unknown[]): Promise<never> =>
    new Promise((_resolve, reject) => {
      const { signal } = args.at(-1) as { signal: AbortSignal };
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  return new Proxy(client, {
    get: (target, name) => {
      if (name === verb) return hang;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member as () => unknown).bind(target) : member;
    },
  });
}

describe('leave() in a dry run', () => {
  it('leaves no client of the broker open', async () => {
    await fleet.join(1);
    const closed: string[] = [];
    const connect: FleetContext['connect'] = (access) => {
      const client = fleet.context(1).connect(access);
      const close = client.close.bind(client);
      client.close = () => {
        closed.push(client.server);
        close();
      };
      return client;
    };
    await leave({ ...fleet.context(1), connect }, { ...LEAVE, dryRun: true });
    expect(closed).toEqual([fleet.server(0)]);
  });
});

describe('leave(), the time limit', () => {
  it.each(['list', 'delete'] as const)('ends with MCS_TIMEOUT where the API server never answers a %s, and the next run completes it', async (verb) => {
    await fleet.join(1);
    const client = hangingAt(fleet.admin(1), verb);
    expect(await rejection(leave({ ...fleet.context(1), client }, { force: false, timeoutMs: 700 }))).toMatchObject({ code: 'MCS_TIMEOUT', exitCode: 5, hints: expect.arrayContaining([expect.stringContaining('mcs leave')]) });
    expect(await leave(fleet.context(1), LEAVE)).toMatchObject({ leftovers: [] });
    expect(await fleet.admin(1).find(resources.namespaces, MEMBER_NAMESPACE)).toBeUndefined();
  });
});

describe('removeBroker()', () => {
  const options = { brokerNamespace: BROKER_NAMESPACE, force: false, timeoutMs: 20_000 };

  it('refuses by name while clusters are members, and removes nothing', async () => {
    await fleet.join(1);
    const before = await snapshot(fleet.admin(0));
    expect(await rejection(removeBroker(fleet.context(0), options))).toMatchObject({ code: 'MCS_BROKER_IN_USE', message: expect.stringContaining('cluster1') });
    expect(await rejection(uninstall(fleet.context(0), options))).toMatchObject({ code: 'MCS_BROKER_IN_USE' });
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('removes all that deploy-broker made, and then nothing', async () => {
    const result = await removeBroker(fleet.context(0), options);
    expect(result).toMatchObject({ leftovers: [], isUnchanged: false });
    const left = Object.keys(await snapshot(fleet.admin(0)));
    expect(left.filter((key) => key.includes('mcs') || key.includes(BROKER_NAMESPACE))).toEqual([]);
    expect(await removeBroker(fleet.context(0), options)).toMatchObject({ isUnchanged: true });
  });

  it('writes nothing in a dry run, nor does leave, and both say what they would do', async () => {
    await fleet.join(0);
    const before = await snapshot(fleet.admin(0));
    const result = await uninstall(fleet.context(0), { ...options, dryRun: true });
    expect(result.leave.planned).toEqual(expect.arrayContaining([`delete Deployment ${MEMBER_NAMESPACE}/mcs-dns`, `delete Namespace ${MEMBER_NAMESPACE}`]));
    expect(result.broker?.planned).toEqual(expect.arrayContaining([`delete Deployment ${BROKER_NAMESPACE}/mcs-desk`, `delete Namespace ${BROKER_NAMESPACE}`]));
    const planned = [...(result.leave.planned ?? []), ...(result.broker?.planned ?? [])];
    expect(planned).toEqual([...new Set(planned)]);
    expect(planned).toContain('delete CustomResourceDefinition serviceimports.multicluster.x-k8s.io');
    expect(result.leave.steps.map(({ state }) => state)).not.toContain('deleted');
    expect(result.broker?.warnings).toEqual([]);
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('is part of uninstall where the broker and its only member are in one cluster', async () => {
    await fleet.join(0);
    const result = await uninstall(fleet.context(0), options);
    expect(result).toMatchObject({ leave: { clusterID: 'cluster0', leftovers: [] }, broker: { leftovers: [] } });
    const left = Object.keys(await snapshot(fleet.admin(0)));
    expect(left.filter((key) => key.includes('mcs') || key.includes('submariner'))).toEqual([]);
  });
});
