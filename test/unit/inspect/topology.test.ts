import { describe, expect, it } from '@jest/globals';
import { makeTopology } from '../../../src/inspect/topology.ts';
import { matrixFleet, matrixMember, type MatrixMember, mixedFleet } from '../../helpers/matrix-fleet.ts';

describe('makeTopology', () => {
  it('has the clusters with their gateways, read or not', () => {
    expect(makeTopology(mixedFleet()).clusters.map(({ cluster, gateways, isRead }) => [cluster, isRead, gateways.map(({ node, state }) => `${node} ${state}`)])).toEqual([
      ['west', true, ['west-gateway active', 'west-spare passive']],
      ['east', true, ['east-gateway active', 'east-spare passive']],
      ['south', true, ['south-gateway active', 'south-spare passive']],
      ['far', false, []],
    ]);
  });

  it('has one connection for each pair, with the views of both ends and the worse verdict', () => {
    expect(makeTopology(mixedFleet()).connections.map(({ asymmetry, clusters, verdict, views }) => [...clusters, verdict, ...views.map(({ state }) => state), asymmetry])).toEqual([
      ['west', 'east', 'ok', 'connected', 'connected', undefined],
      ['west', 'south', 'bad', 'connected', 'error', 'state'],
      ['west', 'far', 'bad', 'error', 'unknown', undefined],
      ['east', 'south', 'bad', 'connected', 'connecting', 'state'],
      ['east', 'far', 'ok', 'connected', 'unknown', undefined],
      ['south', 'far', 'bad', 'missing', 'unknown', undefined],
    ]);
  });

  it.each<[string, MatrixMember, MatrixMember]>([
    ['neither has the data plane', { tunnels: undefined }, { tunnels: undefined }],
    ['one has no data plane', { tunnels: [] }, { tunnels: undefined }],
  ])('has no connection where %s', (_case, west, east) => {
    expect(makeTopology(matrixFleet([matrixMember('west', west), matrixMember('east', east)])).connections).toEqual([]);
  });

  it('says of a gateway whose agent does not report that it is silent', () => {
    const [cluster] = makeTopology(matrixFleet([matrixMember('west', { tunnels: [], leaseAge: 40 })])).clusters;
    expect(cluster?.gateways.map(({ node, state }) => `${node} ${state}`)).toEqual(['west-gateway silent', 'west-spare passive']);
  });

  it('takes a broker that no cluster here hosts from the credentials of its members', () => {
    const clusters = [matrixMember('west', { broker: { west: 3 } }), matrixMember('north', { server: 'https://far:6443' }), matrixMember('south', { server: 'https://far:6443' })];
    expect(makeTopology(matrixFleet(clusters)).brokers).toEqual([
      { host: 'west', namespace: 'submariner-k8s-broker', isRead: true, members: ['west'] },
      { host: 'https://far:6443', namespace: 'submariner-k8s-broker', isRead: false, members: ['north', 'south'] },
    ]);
  });

  it('has services only where they are asked for', () => {
    expect(makeTopology(mixedFleet()).services).toBeUndefined();
    expect(makeTopology(mixedFleet(), { services: true }).services).toEqual([{ namespace: 'shop', name: 'web', exportedBy: ['west'], importedIn: ['east', 'south'] }]);
  });
});
