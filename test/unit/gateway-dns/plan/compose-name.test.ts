import { describe, expect, it } from '@jest/globals';
import { composeName } from '../../../../src/gateway-dns/plan/compose-name.ts';
import type { GatewayLookup } from '../../../../src/gateway-dns/plan/gateway-lookup.ts';
import { ENVOY, foundGateway, gatewayClusters, gatewayDNS, lookups, planOf } from '../../../helpers/gateway-dns.ts';

const UNION = { mergePolicy: 'Union' as const };
const two = planOf([gatewayDNS('dev-team/old', { ...ENVOY, ...UNION }, { age: 1 }), gatewayDNS('dev-team/new', { ...ENVOY, ...UNION, service: 'a/b' })]);
const none = (message: string): GatewayLookup => ({ kind: 'none', message });
const unreachable: GatewayLookup = { kind: 'unknown', message: 'it cannot be reached' };

describe('composeName', () => {
  const plan = planOf();

  it('gives addresses by family', () => {
    expect(composeName(plan, lookups(plan, foundGateway(['172.18.0.240', 'fd00::1'])))).toEqual({ kind: 'records', IPv4: ['172.18.0.240'], IPv6: ['fd00::1'], FQDN: [], addresses: ['172.18.0.240', 'fd00::1'], withheld: [], notes: [] });
  });

  it.each<[string, string[], string[], string[], number]>([
    ['XC-8: one hostname', [], ['lb.example.com'], ['lb.example.com'], 0],
    ['XC-8: of several hostnames the first, and says so', [], ['a.example.com', 'b.example.com'], ['a.example.com'], 1],
    ['XC-8: addresses rather than a hostname, and says so', ['1.2.3.4'], ['a.example.com'], [], 1],
  ])('%s', (_name, addresses, hostnames, FQDN, notes) => {
    expect(composeName(plan, lookups(plan, foundGateway(addresses, { hostnames })))).toMatchObject({ kind: 'records', FQDN, addresses: FQDN.length > 0 ? FQDN : addresses, notes: { length: notes } });
  });

  it('takes what an endpoint of a slice holds, and says how many are left out', () => {
    const many = Array.from({ length: 130 }, (_, index) => `10.0.${index}.1`);
    const content = composeName(plan, lookups(plan, foundGateway(many)));
    expect(content).toMatchObject({ IPv4: { length: 100 }, notes: ['30 IPv4 addresses are left out: a slice takes 100'] });
  });

  it.each<[string, string[], string[], string[]]>([
    ['leaves out what does not answer', ['1.1.1.1'], ['1.1.1.2'], ['1.1.1.1']],
    ['keeps all where none would be left', ['1.1.1.1', '1.1.1.2'], ['1.1.1.1', '1.1.1.2'], []],
    ['knows nothing of others', ['9.9.9.9'], ['1.1.1.1', '1.1.1.2'], []],
  ])('%s', (_name, silent, IPv4, withheld) => {
    expect(composeName(plan, lookups(plan, foundGateway(['1.1.1.1', '1.1.1.2'])), new Set(silent))).toMatchObject({ IPv4, withheld });
  });

  it.each<[string, GatewayLookup[], object]>([
    ['XC-11: unites the addresses of several', [foundGateway(['1.1.1.2']), foundGateway(['1.1.1.1', '1.1.1.2'])], { kind: 'records', IPv4: ['1.1.1.1', '1.1.1.2'] }],
    ['takes those of one where the other is not there, and says so', [none('gone'), foundGateway(['1.1.1.1'])], { kind: 'records', IPv4: ['1.1.1.1'], notes: ['gone'] }],
    ['XC-10: is not known while one is not', [unreachable, foundGateway(['1.1.1.1'])], { kind: 'kept', message: 'it cannot be reached' }],
    ['was not looked at while one was not', [foundGateway(['1.1.1.1'])], { kind: 'pending' }],
    ['XC-7: is none where none is there', [none('no a'), none('no b')], { kind: 'none', message: 'no a; no b' }],
  ])('of two gateways %s', (_name, looks, expected) => {
    expect(composeName(two, lookups(two, ...looks))).toMatchObject(expected);
  });

  it('XC-5: keeps what an invalid GatewayDNS published', () => {
    const invalid = gatewayDNS('dev-team/old', {}, { status: { clusters: [{ name: 'cluster-a', state: 'Published', hostname: '', addresses: ['1.1.1.1'] }] } });
    expect(composeName(planOf([invalid]), new Map())).toMatchObject({ kind: 'kept', message: expect.stringContaining('dev-team/old') as unknown });
  });

  it('gives no records where nobody wants the name, or where it is none', () => {
    const long = planOf(undefined, undefined, { suffix: 'x'.repeat(64) });
    expect(composeName(planOf([]), new Map()).kind).toBe('none');
    expect(composeName(long, lookups(long, foundGateway(['1.1.1.1'])))).toMatchObject({ kind: 'none', message: expect.stringContaining('is no DNS name') as unknown });
    expect(planOf([], gatewayClusters('dev-team/cluster-a')).recipients.size).toBe(0);
  });
});
