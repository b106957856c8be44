import { describe, expect, it } from '@jest/globals';
import type { CableEndpoint, CableEndpointSpec, Cluster } from '../../../../src/api/types/index.ts';
import { createCablePolicy } from '../../../../src/sync/cable/cable-policy.ts';
import { readEndpoints } from '../../../../src/sync/cable/read-endpoints.ts';
import { cableSpec, memberCable } from '../../../helpers/member-records.ts';

const NAMES = ['east', 'south', 'west'];

function cluster(name: string, index: number): Cluster {
  // the youngest first: the order of the list says nothing
  return { apiVersion: 'submariner.io/v1', kind: 'Cluster', metadata: { name, creationTimestamp: `2026-01-0${9 - index}T00:00:00Z` }, spec: { cluster_id: name, service_cidr: [], cluster_cidr: [`10.${index + 1}.0.0/16`] } };
}

/** `wireguard` and a key that is all of this letter. */
const withKey = (letter: string): Partial<CableEndpointSpec> => ({ backend: 'wireguard', backend_config: { 'udp-port': '4500', publicKey: `${letter.repeat(42)}A=` } });

const OWN_ENDS = [cableSpec('west', '192.0.2.200', withKey('W'))];
const POLICY = createCablePolicy({ clusters: NAMES.map(cluster), localCluster: 'west', own: { podCIDRs: ['10.3.0.0/16'], serviceCIDRs: [], nodeCIDRs: [] }, ownEnds: OWN_ENDS, isSimulated: false });

function endpoint(member: string, address: string, createdAt: string, rest: Partial<CableEndpointSpec> = {}): CableEndpoint {
  const object = memberCable(member, address, 'broker', { subnets: [`10.${NAMES.indexOf(member) + 1}.0.0/16`], ...rest });
  return { ...object, metadata: { ...object.metadata, uid: `uid-${address}`, creationTimestamp: `2026-02-01T00:00:${createdAt}Z` } };
}

function read(...objects: readonly CableEndpoint[]): { taken: string[]; refused: string[] } {
  const { endpoints, rejections } = readEndpoints(objects, 'west', POLICY);
  return { taken: endpoints.map(({ spec }) => `${spec.cluster_id} ${spec.private_ip}`), refused: rejections.map(({ object, reason }) => `${object} ${reason}`) };
}

describe('readEndpoints', () => {
  it('takes one end of each other member, the oldest member first', () => {
    expect(read(endpoint('east', '192.0.2.1', '01'), endpoint('south', '192.0.2.2', '02'), endpoint('west', '192.0.2.3', '03'))).toEqual({ taken: ['south 192.0.2.2', 'east 192.0.2.1'], refused: [] });
  });

  it('takes the newest of several, and of the same second the one with the greater name', () => {
    expect(read(endpoint('east', '192.0.2.9', '01'), endpoint('east', '192.0.2.1', '02')).taken).toEqual(['east 192.0.2.1']);
    expect(read(endpoint('east', '192.0.2.1', '02'), endpoint('east', '192.0.2.9', '02')).taken).toEqual(['east 192.0.2.9']);
  });

  it('takes an older one while the newest is refused, and says so', () => {
    const bad = endpoint('east', '192.0.2.2', '02', { subnets: ['10.9.0.0/16'] });
    expect(read(endpoint('east', '192.0.2.1', '01'), bad)).toEqual({ taken: ['east 192.0.2.1'], refused: [`Endpoint ${bad.metadata.name} AddressNotGranted`] });
  });

  it('looks at the newest eight of a member only', () => {
    const objects = Array.from({ length: 9 }, (_, index) => endpoint('east', `192.0.2.${index + 1}`, `0${index}`));
    const oldest = objects[0]?.metadata.name ?? '';
    expect(read(...objects)).toEqual({ taken: ['east 192.0.2.9'], refused: [`Endpoint ${oldest} QuotaExceeded`] });
  });

  // "south" is the older member, whenever its end was made
  it.each<[string, readonly CableEndpoint[], { taken: string[]; refused: string[] }]>([
    ["leaves out a younger member's end with an older one's key", [endpoint('east', '192.0.2.1', '01', withKey('S')), endpoint('south', '192.0.2.2', '02', withKey('S'))], { taken: ['south 192.0.2.2'], refused: ['east KeyContested'] }],
    ["leaves out an end with the own cluster's key", [endpoint('south', '192.0.2.2', '02', withKey('W'))], { taken: [], refused: ['south KeyContested'] }],
    ['takes ends with keys of their own', [endpoint('east', '192.0.2.1', '01', withKey('E')), endpoint('south', '192.0.2.2', '02', withKey('S'))], { taken: ['south 192.0.2.2', 'east 192.0.2.1'], refused: [] }],
    ['takes the older end of a member whose newest has the key of another', [endpoint('south', '192.0.2.2', '01', withKey('S')), endpoint('east', '192.0.2.1', '02', withKey('E')), endpoint('east', '192.0.2.3', '03', withKey('S'))], { taken: ['south 192.0.2.2', 'east 192.0.2.1'], refused: ['east KeyContested'] }],
    ['lets a gateway take over with the key of its own cluster', [endpoint('east', '192.0.2.1', '01', withKey('E')), endpoint('east', '192.0.2.3', '02', withKey('E'))], { taken: ['east 192.0.2.3'], refused: [] }],
    ['counts no key of an end that is refused', [endpoint('south', '192.0.2.2', '01', { ...withKey('S'), subnets: ['10.9.0.0/16'] }), endpoint('east', '192.0.2.1', '02', withKey('S'))], { taken: ['east 192.0.2.1'], refused: ['south AddressNotGranted'] }],
  ])('%s', (_title, objects, { taken, refused }) => {
    const found = readEndpoints(objects, 'west', POLICY);
    expect(found.endpoints.map(({ spec }) => `${spec.cluster_id} ${spec.private_ip}`)).toEqual(taken);
    expect(found.rejections.map(({ object, reason }) => `${object.slice(object.lastIndexOf('.') + 1)} ${reason}`)).toEqual(refused);
  });
});
