import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS, MEMBER, OWNER } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { CableConnection, ConnectionState } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { brokerEndpointName, localEndpointName } from '../../src/sync/cable/endpoint-names.ts';
import { eventually } from '../helpers/eventually.ts';
import { cableSpec, memberCable } from '../helpers/member-records.ts';
import { conditionsOf, createService, importedAddresses, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

let set: MemberSet;
const NAMES = ['east', 'west', 'south'];

beforeAll(async () => {
  set = await startMemberSet(NAMES, { limits: { reportSeconds: 0.1 } });
});

afterAll(async () => {
  await set.stop();
});

/** What the gateway agent of a member does when it becomes the active one: at home, and on the broker. */
async function announce(name: string, address: string): Promise<void> {
  const rest = { subnets: [`10.${NAMES.indexOf(name) + 1}.0.0/16`] };
  const spec = cableSpec(name, address, rest);
  const labels = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'gateway', [MEMBER]: name };
  await set.member(name).user.create(resources.cableEndpoints, { metadata: { name: localEndpointName(spec), namespace: MEMBER_NAMESPACE, labels }, spec });
  await set.brokerUser.create(resources.cableEndpoints, memberCable(name, address, BROKER_NAMESPACE, rest));
}

/** What it does with the end of its predecessor. */
async function takeBack(name: string, address: string): Promise<void> {
  const spec = cableSpec(name, address);
  await set.member(name).user.delete(resources.cableEndpoints, localEndpointName(spec), MEMBER_NAMESPACE);
  await set.brokerUser.delete(resources.cableEndpoints, brokerEndpointName(spec), BROKER_NAMESPACE);
}

async function endpointsIn(client: KubeClient, namespace = MEMBER_NAMESPACE): Promise<string[]> {
  const { items } = await client.list(resources.cableEndpoints, { namespace });
  return items.map(({ metadata, spec }) => `${metadata.labels?.[OWNER] ?? ''} ${spec.cluster_id} ${spec.private_ip}`).toSorted();
}

/** What the active gateway of "west" says of its connections. */
async function report(states: Readonly<Record<string, ConnectionState>>): Promise<void> {
  const { user } = set.member('west');
  const connections = Object.entries(states).map(([cluster, status]): CableConnection => ({ status, statusMessage: '', endpoint: cableSpec(cluster, '192.0.2.1') }));
  const status = { version: '', haStatus: 'active' as const, statusFailure: '', localEndpoint: cableSpec('west', '192.0.2.2'), connections };
  await user.apply(resources.gateways, { metadata: { name: 'west-gateway', namespace: MEMBER_NAMESPACE }, status }, { fieldManager: 'test', force: true });
}

describe('controller: ends of tunnels', () => {
  it('go from the broker to every other member', async () => {
    await announce('east', '192.0.2.1');
    await announce('west', '192.0.2.2');
    await eventually(async () => expect(await endpointsIn(set.member('west').user)).toEqual(['controller east 192.0.2.1', 'gateway west 192.0.2.2']));
    await eventually(async () => expect(await endpointsIn(set.member('south').user)).toEqual(['controller east 192.0.2.1', 'controller west 192.0.2.2']));
  });

  it('follow a gateway that takes over', async () => {
    await announce('east', '192.0.2.9');
    await takeBack('east', '192.0.2.1');
    await eventually(async () => expect(await endpointsIn(set.member('west').user)).toEqual(['controller east 192.0.2.9', 'gateway west 192.0.2.2']));
  });

  it('come back where somebody deletes or changes a copy', async () => {
    const { user } = set.member('west');
    const name = localEndpointName(cableSpec('east', '192.0.2.9'));
    await user.delete(resources.cableEndpoints, name, MEMBER_NAMESPACE);
    await eventually(async () => expect(await endpointsIn(user)).toContain('controller east 192.0.2.9'));
    await user.patch(resources.cableEndpoints, name, MEMBER_NAMESPACE, 'application/merge-patch+json', { spec: { subnets: ['0.0.0.0/0'] } });
    await eventually(async () => expect((await user.get(resources.cableEndpoints, name, MEMBER_NAMESPACE)).spec.subnets).toEqual(['10.1.0.0/16']));
  });

  it('are refused, and reported, where they claim what was not granted', async () => {
    await set.brokerUser.create(resources.clusters, { metadata: { name: 'mallory', namespace: BROKER_NAMESPACE }, spec: { cluster_id: 'mallory', cluster_cidr: ['10.9.0.0/16'], service_cidr: [] } });
    await set.brokerUser.create(resources.cableEndpoints, memberCable('mallory', '192.0.2.3', BROKER_NAMESPACE, { subnets: ['10.1.0.0/16', '0.0.0.0/0'] }));
    await eventually(async () => {
      const map = await set.member('west').user.find(resources.configMaps, 'mcs-rejections', MEMBER_NAMESPACE);
      expect(JSON.parse(map?.data?.['rejections.json'] ?? '{}')).toMatchObject({ mallory: { total: 2, reasons: { AddressNotGranted: 2 } } });
    });
    expect(await endpointsIn(set.member('west').user)).toEqual(['controller east 192.0.2.9', 'gateway west 192.0.2.2']);
  });

  it('go with a member that has left the set', async () => {
    await set.brokerUser.delete(resources.clusters, 'east', BROKER_NAMESPACE);
    await eventually(async () => expect(await endpointsIn(set.member('west').user)).toEqual(['gateway west 192.0.2.2']));
    const spec = { cluster_id: 'east', cluster_cidr: ['10.1.0.0/16'], service_cidr: ['10.96.0.0/16'], node_cidr: [] };
    await set.brokerUser.create(resources.clusters, { metadata: { name: 'east', namespace: BROKER_NAMESPACE }, spec });
    await eventually(async () => expect(await endpointsIn(set.member('west').user)).toContain('controller east 192.0.2.9'));
  });
});

describe('controller: a connection that fails', () => {
  it('withdraws the endpoints of that cluster while another one offers the service, and says so', async () => {
    const namespace = await set.addNamespace();
    const west = set.member('west').user;
    await report({ east: 'connected', south: 'connected' });
    await createService(set.member('east').user, { namespace, addresses: [podAddress(0, 5)], exported: {} });
    await createService(set.member('south').user, { namespace, addresses: [podAddress(2, 5)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, namespace)).toEqual([podAddress(0, 5), podAddress(2, 5)]));
    await report({ east: 'error', south: 'connected' });
    await eventually(async () => expect(await importedAddresses(west, namespace)).toEqual([podAddress(2, 5)]));
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, namespace)).toContain('mcs.clusterset.local/Reachable=False ConnectionFailed'));
    await report({ east: 'error', south: 'error' });
    await eventually(async () => expect(await importedAddresses(west, namespace)).toEqual([podAddress(0, 5), podAddress(2, 5)]));
    await report({ east: 'connected', south: 'connected' });
    await eventually(async () => expect(await conditionsOf(west, resources.serviceImports, namespace)).toEqual(['Ready=True Ready']));
  });
});
