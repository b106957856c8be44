import { describe, expect, it } from '@jest/globals';
import { WINNER } from '../../../../src/api/labels.ts';
import { BROKER_NAMESPACE } from '../../../../src/api/names.ts';
import { resources } from '../../../../src/api/resources.ts';
import type { ServiceImport } from '../../../../src/api/types/index.ts';
import { readLintFacts } from '../../../../src/inspect/lint/read-lint-facts.ts';
import { readPorts } from '../../../../src/inspect/ports/read-ports.ts';
import type { Fleet, FleetMember } from '../../../../src/inspect/survey-fleet.ts';
import { toBrokerObjects } from '../../../../src/sync/service/broker-objects.ts';
import { createMemoryClient, type MemoryClient } from '../../../helpers/memory-client.ts';
import { localExport, localService, localSlice, serviceRecord } from '../../../helpers/service-records.ts';
import { rejection } from '../../../helpers/thrown.ts';

const signal = new AbortController().signal;

/** A member with Service and export `shop/web`, and its broker if it has one. */
function cluster(id: string, options: { readonly exports?: boolean; readonly members?: readonly string[]; readonly server?: string } = {}): { readonly member: FleetMember; readonly client: MemoryClient } {
  const client = createMemoryClient();
  const { exports: hasExport = true, members, server = 'https://broker:6443' } = options;
  if (hasExport) {
    client.seed(resources.services, localService());
    client.seed(resources.endpointSlices, localSlice(['10.1.0.5']));
  }
  for (const name of members ?? []) client.seed(resources.clusters, { metadata: { name, namespace: BROKER_NAMESPACE }, spec: { cluster_id: name, cluster_cidr: ['10.1.0.0/16'], service_cidr: [], settings: { nattPort: 4501 } } });
  const config = { clusterID: id, clusterUID: id, podCIDRs: ['10.1.0.0/16'], serviceCIDRs: ['10.96.0.0/16', 'fd00::/108'], nodeCIDRs: [], components: ['connectivity'], brokerNamespace: BROKER_NAMESPACE, settings: {}, denyNamespaces: ['bank'] };
  const winner: ServiceImport = { apiVersion: '', kind: 'ServiceImport', metadata: { name: 'web', namespace: 'shop', annotations: { [WINNER]: 'east' } }, spec: { type: 'ClusterSetIP', ports: [] } };
  const credential = { server, issuedAt: '', expiresAt: '', renewsAt: '', caPins: [] };
  const member: FleetMember = {
    context: `ctx-${id}`,
    client,
    state: {
      uid: id,
      kubernetesVersion: 'v1.34.0',
      workloads: [],
      member: { config, credential, exports: hasExport ? [{ ...localExport(), metadata: { ...localExport().metadata, creationTimestamp: '2026-01-01T00:00:00Z' } }] : [], imports: [winner], readyEndpoints: new Map() },
      ...(members !== undefined && { broker: { namespace: BROKER_NAMESPACE, members: members.map((clusterID) => ({ clusterID, podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], joinedAt: '', exports: 0 })) } }),
    },
  };
  return { member, client };
}

const fleetOf = (...clusters: readonly { readonly member: FleetMember }[]): Fleet => ({ clusters: clusters.map(({ member }) => member), unread: [], leftOut: [] });

describe('readLintFacts', () => {
  it('takes exports from the broker as importers read them, of the wanted keys only', async () => {
    const west = cluster('west', { members: ['west', 'east'] });
    for (const name of ['web', 'other']) {
      const { object } = toBrokerObjects(serviceRecord('east', { origin: { cluster: 'east', namespace: 'shop', name, uid: 'u' } }), BROKER_NAMESPACE).serviceImport;
      west.client.seed(resources.serviceImports, object);
    }
    const { facts, source } = await readLintFacts(fleetOf(west, cluster('east')), 'ctx-west', ['shop/web'], signal);
    expect(source).toBe('broker');
    expect([...facts.exporters].map(([key, records]) => [key, records.map(({ origin }) => origin.cluster)])).toEqual([['shop/web', ['east']]]);
    expect(facts).toMatchObject({ members: ['west', 'east'], target: { cluster: 'west', families: ['IPv4', 'IPv6'], granted: [{ text: '10.1.0.0/16' }] } });
    expect(facts.target?.winners.get('shop/web')).toBe('east');
    expect([...(facts.target?.services.keys() ?? [])]).toEqual(['shop/web']);
    expect(facts.policies).toMatchObject([{ cluster: 'west', policy: { denyNamespaces: ['bank'] } }, { cluster: 'east' }]);
  });

  it('takes them from the members of the same set where the broker is not among the contexts', async () => {
    const { facts, source } = await readLintFacts(fleetOf(cluster('west', { exports: false }), cluster('east'), cluster('far', { server: 'https://other:6443' })), 'ctx-west', ['shop/web'], signal);
    expect(source).toBe('members');
    expect(facts.exporters.get('shop/web')).toMatchObject([{ origin: { cluster: 'east' }, createdAt: '2026-01-01T00:00:00Z', ports: [{ name: 'http', port: 80 }] }]);
    expect(facts.members).toBeUndefined();
    expect(facts.target?.granted).toBeUndefined();
  });

  it('knows no target where the context is no member', async () => {
    const { facts } = await readLintFacts(fleetOf(cluster('east')), 'ctx-other', ['shop/web'], signal);
    expect(facts.target).toBeUndefined();
  });
});

describe('readPorts', () => {
  it('takes members from themselves, and from the broker those that are no context', async () => {
    const found = await readPorts(fleetOf(cluster('west', { members: ['west', 'north'] })), undefined, signal);
    expect(found).toMatchObject([
      { cluster: 'north', isConnected: true, tunnelPort: 4501, natt: true, brokerURL: 'https://broker:6443' },
      { cluster: 'west', isConnected: true, tunnelPort: 4500, driver: 'wireguard' },
    ]);
  });

  it('names the nearest of the clusters that there are for one that there is not', async () => {
    const error = await rejection(readPorts(fleetOf(cluster('west')), ['wets'], signal));
    expect(error).toMatchObject({ code: 'MCS_USAGE', hints: ['--for west'] });
  });
});
