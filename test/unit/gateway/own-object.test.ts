import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import type { Gateway } from '../../../src/api/types/index.ts';
import { OwnObject } from '../../../src/gateway/own-object.ts';
import { type PublishedState, Publisher } from '../../../src/gateway/publisher.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { rejection } from '../../helpers/thrown.ts';

const { signal } = new AbortController();
const NS = 'submariner-operator';
const OWN = { 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': 'gateway' };

function status(haStatus: 'active' | 'passive'): NonNullable<Gateway['status']> {
  const localEndpoint = { cluster_id: 'east', cable_name: 'c', hostname: 'e1', subnets: [], private_ip: '10.0.0.1', public_ip: '', nat_enabled: false, backend: 'vxlan' };
  return { version: '1', haStatus, statusFailure: '', localEndpoint, connections: [] };
}

describe('OwnObject', () => {
  const gateway = (client: MemoryClient): OwnObject<Gateway> => new OwnObject(client, resources.gateways, NS, 'e1');

  it('creates, writes nothing that stands, replaces the whole, and leaves labels of others', async () => {
    const client = createMemoryClient();
    const own = gateway(client);
    await own.ensure({ metadata: { name: 'e1' }, status: status('passive') }, signal);
    await own.ensure({ metadata: { name: 'e1' }, status: status('passive') }, signal);
    expect(client.writes).toEqual(['create gateways e1']);
    await client.patch(resources.gateways, 'e1', NS, 'application/merge-patch+json', { metadata: { labels: { team: 'net' } } });
    await own.ensure({ metadata: { name: 'e1', annotations: { 'update-timestamp': '1' } }, status: status('active') }, signal);
    expect(await client.get(resources.gateways, 'e1', NS)).toMatchObject({ metadata: { labels: { ...OWN, team: 'net' }, annotations: { 'update-timestamp': '1' } }, status: { haStatus: 'active' } });
  });

  it('comes back after it was deleted, and finds what an earlier run has made', async () => {
    const client = createMemoryClient();
    await gateway(client).ensure({ metadata: { name: 'e1' }, status: status('passive') }, signal);
    const own = gateway(client);
    await own.ensure({ metadata: { name: 'e1' }, status: status('active') }, signal);
    await client.delete(resources.gateways, 'e1', NS);
    await own.ensure({ metadata: { name: 'e1' }, status: status('passive') }, signal);
    expect(await client.get(resources.gateways, 'e1', NS)).toMatchObject({ status: { haStatus: 'passive' } });
  });

  it('verify brings back what was deleted or changed by hand while nothing else changes', async () => {
    const client = createMemoryClient();
    const own = gateway(client);
    const desired = { metadata: { name: 'e1' }, status: status('passive') };
    await own.verify(desired, signal);
    await own.verify(desired, signal);
    expect(client.writes).toEqual(['create gateways e1']);
    await client.delete(resources.gateways, 'e1', NS);
    await own.verify(desired, signal);
    expect(await client.get(resources.gateways, 'e1', NS)).toMatchObject({ status: { haStatus: 'passive' } });
    await client.patch(resources.gateways, 'e1', NS, 'application/merge-patch+json', { status: { haStatus: 'active' } });
    await own.verify(desired, signal);
    expect(await client.get(resources.gateways, 'e1', NS)).toMatchObject({ status: { haStatus: 'passive' } });
  });

  it('touches nothing of others', async () => {
    const client = createMemoryClient();
    client.seed(resources.gateways, { metadata: { name: 'e1', namespace: NS }, status: status('active') });
    expect(await rejection(gateway(client).ensure({ metadata: { name: 'e1' }, status: status('passive') }, signal))).toMatchObject({ code: 'MCS_FOREIGN_OBJECT' });
    await gateway(client).remove(signal);
    expect(await client.find(resources.gateways, 'e1', NS)).toMatchObject({ status: { haStatus: 'active' } });
  });
});

describe('Publisher', () => {
  const spec = status('active').localEndpoint;
  const names = async (client: MemoryClient, resource: typeof resources.cableEndpoints | typeof resources.gateways | typeof resources.routeAgents): Promise<string[]> => (await client.list<{ apiVersion: string; kind: string; metadata: { name: string } }>(resource as never, { namespace: NS })).items.map(({ metadata }) => metadata.name).sort();

  it('publish writes the new Endpoint before it removes those of predecessors', async () => {
    const client = createMemoryClient();
    const old = client.seed(resources.cableEndpoints, { metadata: { name: 'old', namespace: NS, labels: OWN }, spec: { ...spec, hostname: 'e0' } });
    const publisher = new Publisher({ client, namespace: NS, clusterID: 'east', nodeName: 'e1', isConfirmed: () => true });
    const state = { nodes: new Set(['e1']), gatewayNodes: new Set(['e1']) };
    await publisher.publish(spec, { ...state, endpoints: [old] }, signal);
    expect(client.writes.map((write) => write.split(' ')[0])).toEqual(['create', 'delete']);
    expect(await names(client, resources.cableEndpoints)).toEqual(['east-submariner-cable-east-10-0-0-1']);
    const { items } = await client.list(resources.cableEndpoints, { namespace: NS });
    expect(items[0]?.metadata.labels).toEqual({ ...OWN, 'mcs.clusterset.local/member': 'east' });
    await publisher.publish(spec, { ...state, endpoints: items }, signal);
    expect(client.writes).toHaveLength(2);
    await publisher.publish({ ...spec, public_ip: '1.2.3.4' }, { ...state, endpoints: items }, signal);
    await publisher.retire({ ...state, endpoints: (await client.list(resources.cableEndpoints, { namespace: NS })).items }, signal);
    expect(await names(client, resources.cableEndpoints)).toEqual([]);
  });

  it('publish puts right what was changed or deleted by hand, and gives it as it stands', async () => {
    const client = createMemoryClient();
    const publisher = new Publisher({ client, namespace: NS, clusterID: 'east', nodeName: 'e1', isConfirmed: () => true });
    const seen = async (): Promise<PublishedState> => ({ nodes: new Set(), gatewayNodes: new Set(), endpoints: (await client.list(resources.cableEndpoints, { namespace: NS })).items });
    const { metadata: { name } } = await publisher.publish(spec, await seen(), signal);
    await client.patch(resources.cableEndpoints, name, NS, 'application/merge-patch+json', { spec: { private_ip: '10.9.9.9' } });
    expect((await publisher.publish(spec, await seen(), signal)).spec).toEqual(spec);
    expect((await client.get(resources.cableEndpoints, name, NS)).spec.private_ip).toBe('10.0.0.1');
    await client.delete(resources.cableEndpoints, name, NS);
    await publisher.publish(spec, await seen(), signal);
    expect(await names(client, resources.cableEndpoints)).toEqual([name]);
  });

  it('publish leaves what another gateway wrote once it is not sure of the Lease any more', async () => {
    const client = createMemoryClient();
    const other = client.seed(resources.cableEndpoints, { metadata: { name: 'successor', namespace: NS, labels: OWN }, spec: { ...spec, hostname: 'e2' } });
    const publisher = new Publisher({ client, namespace: NS, clusterID: 'east', nodeName: 'e1', isConfirmed: () => false });
    await publisher.publish(spec, { nodes: new Set(), gatewayNodes: new Set(), endpoints: [other] }, signal);
    expect(await names(client, resources.cableEndpoints)).toContain('successor');
  });

  it('sweep removes what is left of nodes, and nothing that is not ours', async () => {
    const client = createMemoryClient();
    for (const name of ['e1', 'e2', 'gone']) {
      client.seed(resources.gateways, { metadata: { name, namespace: NS, labels: OWN }, status: status('passive') });
      client.seed(resources.routeAgents, { metadata: { name, namespace: NS, labels: OWN } });
    }
    client.seed(resources.gateways, { metadata: { name: 'foreign', namespace: NS } });
    await new Publisher({ client, namespace: NS, clusterID: 'east', nodeName: 'e1', isConfirmed: () => true }).sweep({ endpoints: [], nodes: new Set(['e1', 'e2']), gatewayNodes: new Set(['e1']) }, signal);
    expect(await names(client, resources.gateways)).toEqual(['e1', 'foreign']);
    expect(await names(client, resources.routeAgents)).toEqual(['e1', 'e2']);
  });
});
