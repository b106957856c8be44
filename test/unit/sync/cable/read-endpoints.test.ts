import { describe, expect, it } from '@jest/globals';
import type { CableEndpoint, Cluster } from '../../../../src/api/types/index.ts';
import { createCablePolicy } from '../../../../src/sync/cable/cable-policy.ts';
import { readEndpoints } from '../../../../src/sync/cable/read-endpoints.ts';
import { memberCable } from '../../../helpers/member-records.ts';

const NAMES = ['east', 'south', 'west'];

function cluster(name: string, index: number): Cluster {
  // the youngest first: the order of the list says nothing
  return { apiVersion: 'submariner.io/v1', kind: 'Cluster', metadata: { name, creationTimestamp: `2026-01-0${9 - index}T00:00:00Z` }, spec: { cluster_id: name, service_cidr: [], cluster_cidr: [`10.${index + 1}.0.0/16`] } };
}

const POLICY = createCablePolicy({ clusters: NAMES.map(cluster), localCluster: 'west', own: { podCIDRs: ['10.3.0.0/16'], serviceCIDRs: [], nodeCIDRs: [] }, isSimulated: false });

function endpoint(member: string, address: string, createdAt: string, subnets = [`10.${NAMES.indexOf(member) + 1}.0.0/16`]): CableEndpoint {
  const object = memberCable(member, address, 'broker', { subnets });
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
    const bad = endpoint('east', '192.0.2.2', '02', ['10.9.0.0/16']);
    expect(read(endpoint('east', '192.0.2.1', '01'), bad)).toEqual({ taken: ['east 192.0.2.1'], refused: [`Endpoint ${bad.metadata.name} AddressNotGranted`] });
  });

  it('looks at the newest eight of a member only', () => {
    const objects = Array.from({ length: 9 }, (_, index) => endpoint('east', `192.0.2.${index + 1}`, `0${index}`));
    const oldest = objects[0]?.metadata.name ?? '';
    expect(read(...objects)).toEqual({ taken: ['east 192.0.2.9'], refused: [`Endpoint ${oldest} QuotaExceeded`] });
  });
});
