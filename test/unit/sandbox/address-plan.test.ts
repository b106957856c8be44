import { describe, expect, it } from '@jest/globals';
import { cidrContains, cidrsOverlap, parseCidr } from '../../../src/api/cidr.ts';
import type { Cidr } from '../../../src/api/cidr.ts';
import { FIRST_OCTET, LAST_OCTET, octetCandidates, planAddresses } from '../../../src/sandbox/network/address-plan.ts';
import { createAddressPool } from '../../../src/sandbox/network/address-pool.ts';

const cidr = (text: string): Cidr => parseCidr(text) as Cidr;

describe('planAddresses', () => {
  it('puts API server, nodes, pods and services into parts of 127.X.0.0/16 that do not meet', () => {
    const plan = planAddresses(41, ['cluster0', 'worker1']);
    expect(plan.apiServer).toEqual({ address: '127.41.0.1', port: 6443 });
    expect(plan.nodes).toEqual([
      { name: 'cluster0', address: '127.41.0.2', podCIDR: '127.41.64.0/24' },
      { name: 'worker1', address: '127.41.0.3', podCIDR: '127.41.65.0/24' },
    ]);
    expect(cidrsOverlap(cidr(plan.podCIDR), cidr(plan.serviceCIDR))).toBe(false);
    expect(cidrContains(cidr(plan.podCIDR), plan.nodes[0]?.address ?? '')).toBe(false);
    expect(cidrContains(cidr(plan.serviceCIDR), plan.kubernetesServiceIP)).toBe(true);
  });

  it('keeps the pod range of every node inside the pod CIDR, up to 64 nodes', () => {
    const plan = planAddresses(200, Array.from({ length: 64 }, (_, index) => `node${index}`));
    for (const node of plan.nodes) expect(cidrContains(cidr(plan.podCIDR), node.podCIDR.split('/')[0] ?? '')).toBe(true);
    expect(() => planAddresses(200, Array.from({ length: 65 }, (_, index) => `node${index}`))).toThrow('at most 64');
  });

  it('gives clusters of different octets no address in common', () => {
    expect(cidrsOverlap(cidr(planAddresses(40, ['a']).serviceCIDR), cidr(planAddresses(41, ['a']).serviceCIDR))).toBe(false);
  });
});

describe('octetCandidates', () => {
  it('begins where it is told and comes round to every octet once', () => {
    const candidates = octetCandidates(238);
    expect(candidates.slice(0, 3)).toEqual([238, 239, FIRST_OCTET]);
    expect(new Set(candidates).size).toBe(LAST_OCTET - FIRST_OCTET + 1);
  });
});

describe('createAddressPool', () => {
  it('hands out each address once, without network, broadcast and reserved ones', () => {
    const pool = createAddressPool('127.40.64.0/29', 1);
    expect(Array.from({ length: 6 }, () => pool.take('a'))).toEqual(['127.40.64.2', '127.40.64.3', '127.40.64.4', '127.40.64.5', '127.40.64.6', undefined]);
  });

  it('does not use an address again before the others had their turn', () => {
    const pool = createAddressPool('127.40.64.0/29');
    const first = pool.take('a') ?? '';
    pool.release(first, 'a');
    expect(pool.take('b')).not.toBe(first);
  });

  it('claims one address for one owner, inside the range only', () => {
    const pool = createAddressPool('127.40.128.0/17');
    expect(pool.claim('127.40.129.7', 'a')).toBe(true);
    expect(pool.claim('127.40.129.7', 'a')).toBe(true);
    expect(pool.claim('127.40.129.7', 'b')).toBe(false);
    expect(pool.claim('127.41.129.7', 'b')).toBe(false);
    pool.release('127.40.129.7', 'b');
    expect(pool.isFree('127.40.129.7', 'b')).toBe(false);
    pool.release('127.40.129.7', 'a');
    expect(pool.isFree('127.40.129.7', 'b')).toBe(true);
  });
});
