import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { macOf } from '../../src/api/mac.ts';
import { UPDATE_TIMESTAMP } from '../../src/api/data-plane.ts';
import { MANAGED_BY, MANAGED_BY_MCS, MEMBER, OWNER } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { CableConnection, CableEndpointSpec, ConnectionState } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { parseRejectionSummary } from '../../src/sync/service/rejection-summary.ts';
import { brokerEndpointName, localEndpointName } from '../../src/sync/cable/endpoint-names.ts';
import { eventually } from '../helpers/eventually.ts';
import { cableSpec, memberCable } from '../helpers/member-records.ts';
import { conditionsOf, createService, importedAddresses, type MemberSet, podAddress, startMemberSet } from '../helpers/member-set.ts';

jest.setTimeout(60_000);

let set: MemberSet;
/** The last one joined last, and follows no rules. */
const NAMES = ['east', 'west', 'south', 'trudy'];

beforeAll(async () => {
  set = await startMemberSet(NAMES, { limits: { reportSeconds: 0.1 } });
  await set.member('trudy').stop();
});

afterAll(async () => {
  await set.stop();
});

/** What the gateway agent of a member does when it becomes the active one: at home, and on the broker. */
async function announce(name: string, address: string, more: Partial<CableEndpointSpec> = {}): Promise<void> {
  const rest = { ...more, subnets: [`10.${NAMES.indexOf(name) + 1}.0.0/16`] };
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
async function report(states: Readonly<Record<string, ConnectionState>>, at = 'now'): Promise<void> {
  const { user } = set.member('west');
  const connections = Object.entries(states).map(([cluster, status]): CableConnection => ({ status, statusMessage: '', endpoint: cableSpec(cluster, '192.0.2.1') }));
  const status = { version: '', haStatus: 'active' as const, statusFailure: '', localEndpoint: cableSpec('west', '192.0.2.2'), connections };
  await user.apply(resources.gateways, { metadata: { name: 'west-gateway', namespace: MEMBER_NAMESPACE, annotations: { [UPDATE_TIMESTAMP]: at } }, status }, { fieldManager: 'test', force: true });
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

describe('controller: a gateway that falls silent', () => {
  it('reaches nobody any more, until it speaks again', async () => {
    const namespace = await set.addNamespace();
    const west = set.member('west').user;
    await report({ east: 'connected' });
    await createService(set.member('east').user, { namespace, addresses: [podAddress(0, 6)], exported: {} });
    await createService(west, { namespace, addresses: [podAddress(1, 6)], exported: {} });
    await eventually(async () => expect(await importedAddresses(west, namespace)).toEqual([podAddress(0, 6), podAddress(1, 6)]));
    await eventually(async () => expect(await importedAddresses(west, namespace)).toEqual([podAddress(1, 6)]), { timeoutMs: 60_000 });
    await report({ east: 'connected' }, 'later');
    await eventually(async () => expect(await importedAddresses(west, namespace)).toEqual([podAddress(0, 6), podAddress(1, 6)]));
  }, 90_000);
});

/** Why "west" refuses what "trudy" writes. */
async function refusals(): Promise<Partial<Record<string, number>> | undefined> {
  const map = await set.member('west').user.find(resources.configMaps, MEMBER_REJECTIONS, MEMBER_NAMESPACE);
  return parseRejectionSummary(map?.data?.['rejections.json']).trudy?.reasons;
}

describe('controller: a member that wants the traffic of another one', () => {
  const TRUDY = { subnets: ['10.4.0.0/16'] };
  const wireguard = (letter: string): Partial<CableEndpointSpec> => ({ backend: 'wireguard', backend_config: { 'udp-port': '4500', publicKey: `${letter.repeat(42)}A=` } });
  const withMac = (mac: string): Partial<CableEndpointSpec> => ({ backend_config: { 'udp-port': '4500', mac } });

  /** As its gateway would, with its own token on the broker; gives what takes it back. */
  async function write(address: string, rest: Partial<CableEndpointSpec>): Promise<() => Promise<void>> {
    const { client } = set.member('trudy').toBroker;
    const { metadata } = await client.create(resources.cableEndpoints, memberCable('trudy', address, BROKER_NAMESPACE, { ...TRUDY, ...rest }));
    return () => client.delete(resources.cableEndpoints, metadata.name, BROKER_NAMESPACE);
  }

  beforeAll(async () => {
    await announce('south', '192.0.2.3', wireguard('S'));
    await eventually(async () => expect(await endpointsIn(set.member('west').user)).toContain('controller south 192.0.2.3'));
  });

  it('is taken as it is, as long as it is itself', async () => {
    const takeAway = await write('192.0.2.4', {});
    await eventually(async () => expect(await endpointsIn(set.member('west').user)).toContain('controller trudy 192.0.2.4'));
    await takeAway();
    await eventually(async () => expect((await endpointsIn(set.member('west').user)).join()).not.toContain('trudy'));
    expect(await refusals()).toBeUndefined();
  });

  it.each<[string, string, Partial<CableEndpointSpec>, string]>([
    ["another one's MAC", '192.0.2.4', withMac(macOf('cable', 'east', 'east-gateway', '192.0.2.9')), 'FieldInvalid'],
    ['its own MAC spelled otherwise', '192.0.2.4', withMac(macOf('cable', 'trudy', 'trudy-gateway', '192.0.2.4').toUpperCase()), 'FieldInvalid'],
    ["another one's key", '192.0.2.4', wireguard('S'), 'KeyContested'],
    ["another one's pod as its private address", '10.1.0.5', {}, 'AddressContested'],
    ["another one's pod as its public address", '192.0.2.4', { public_ip: '10.3.0.5' }, 'AddressContested'],
    ['a pod of this cluster as its address', '10.2.0.5', {}, 'AddressContested'],
    ['the gateway of this cluster as its address', '192.0.2.2', {}, 'AddressContested'],
  ])('is refused with %s, and the other keeps its end', async (_title, address, rest, reason) => {
    const west = set.member('west').user;
    const takeAway = await write(address, rest);
    await eventually(async () => expect(await refusals()).toEqual({ [reason]: 1 }));
    expect(await endpointsIn(west)).toEqual(['controller east 192.0.2.9', 'controller south 192.0.2.3', 'gateway west 192.0.2.2']);
    await takeAway();
    await eventually(async () => expect(await refusals()).toBeUndefined());
  });
});
