import { describe, expect, it } from '@jest/globals';
import { decode, encode } from 'dns-packet';
import { DnsIndex } from '../../../../src/dns/dns-index.ts';
import { GatewayZones } from '../../../../src/dns/gateways/gateway-zones.ts';
import { NameServer } from '../../../../src/dns/name-server.ts';
import { ServiceZone } from '../../../../src/dns/service-zone.ts';
import { importOf, zone } from '../fixtures.ts';
import { GATEWAY, gatewayScene, gatewaySlice, type Scene } from './fixtures.ts';

const NAMES = Array.from({ length: 40 }, (_, index) => `203.0.113.${index + 1}`);
const many = (count: number) => ({ 'lb.elb.example.com IPv4': { answer: { kind: 'addresses' as const, addresses: NAMES.slice(0, count), ttl: 60 }, ttl: 60 } });
const ALIAS = gatewaySlice(`*.${GATEWAY}`, ['lb.elb.example.com'], { type: 'FQDN' });

const query = (name: string, type = 'A', extra: object = {}): Buffer => encode({ type: 'query', id: 7, flags: 0x0100, questions: [{ type: type as 'A', name }], ...extra });
const rcodeOf = (response: Buffer | undefined): number => (response?.readUInt16BE(2) ?? 0) & 0xf;

/** clusterset.local and gateways in one server. */
function bothServer(scene: Scene, { random = () => 0, isSynced = () => true }: { readonly random?: () => number; readonly isSynced?: () => boolean } = {}): NameServer {
  const index = new DnsIndex();
  index.setImport(importOf('web', { ips: ['10.0.0.1'] }));
  const services = new ServiceZone({ kind: 'clusterset.local', zone, index, isSynced: () => true });
  return new NameServer({ zones: [services, new GatewayZones({ world: scene.world, isSynced, random })], random });
}

describe('a zone with a long name', () => {
  const suffix = ['a', 'b', 'c'].map((letter) => letter.repeat(63)).join('.');
  const server = bothServer(gatewayScene([gatewaySlice(`www.${suffix}`, ['10.0.0.5'])], { suffixes: [suffix] }));

  it('is told of by an answer that fits: without the SOA, and TC, so that it is asked for over TCP (RFC 2181 section 9)', () => {
    const name = `${'x'.repeat(50)}.${suffix}`;
    const [udp, tcp] = [server.handle(query(name), 'udp')!, server.handle(query(name), 'tcp')!];
    expect(udp.length).toBeLessThanOrEqual(512);
    expect([decode(udp), rcodeOf(udp)]).toEqual([expect.objectContaining({ flag_tc: true, authorities: [] }), 3]);
    expect(decode(tcp)).toMatchObject({ flag_tc: false, authorities: [{ type: 'SOA', name: suffix }] });
  });

  it('has names of at most 253 characters, also where they come over HTTP', () => {
    expect(server.ask({ name: `${'x.'.repeat(8000)}${suffix}`, type: 'A' })).toMatchObject({ rcode: 1, answers: [] });
  });
});

describe('a name server of several zones', () => {
  const server = bothServer(gatewayScene([gatewaySlice(`*.${GATEWAY}`, ['10.0.0.5', '10.0.0.6'])]));

  it.each([
    ['web.shop.svc.clusterset.local', 0, ['10.0.0.1']],
    [`kuard.${GATEWAY}`, 0, ['10.0.0.5', '10.0.0.6']],
    [`KuArD.${GATEWAY.toUpperCase()}`, 0, ['10.0.0.5', '10.0.0.6']],
    ['none.shop.svc.clusterset.local', 3, []],
    ['none.xcc.test', 3, []],
    [GATEWAY, 0, []],
    ['example.com', 5, []],
    ['xclusterset.local', 5, []],
    ['local', 5, []],
  ])('answers %s by the zone that it lies in, on the wire and in text', (name, rcode, expected) => {
    const response = server.handle(query(name), 'udp')!;
    const { answers = [], authorities = [] } = decode(response);
    expect([rcodeOf(response), answers.map((record) => ('data' in record ? record.data : ''))]).toEqual([rcode, expected]);
    expect(answers.every((record) => record.name === name)).toBe(true);
    expect(authorities.map((record) => record.name)).toEqual(expected.length > 0 || rcode === 5 ? [] : [name.endsWith('.test') ? 'xcc.test' : 'clusterset.local']);
    const asked = server.ask({ name, type: 'A' });
    expect([asked.rcode, asked.answers.map(({ data }) => data)]).toEqual([rcode, expected]);
  });

  it('fails names of unsynced gateways alone, and those that may be a zone of theirs', () => {
    const unsynced = bothServer(gatewayScene([gatewaySlice(`*.${GATEWAY}`, ['10.0.0.5'])]), { isSynced: () => false });
    const names = ['web.shop.svc.clusterset.local', 'none.clusterset.local', `kuard.${GATEWAY}`, 'example.com'];
    expect(names.map((name) => rcodeOf(unsynced.handle(query(name), 'udp')))).toEqual([0, 3, 2, 2]);
    expect(names.map((name) => unsynced.ask({ name, type: 'A' }).rcode)).toEqual([0, 3, 2, 2]);
  });

  it('refuses zone transfers of gateways too', () => {
    expect(rcodeOf(server.handle(query('xcc.test', 'AXFR'), 'tcp'))).toBe(5);
  });

  it('survives any bytes, and keeps those of a wildcard as they came', () => {
    const packet = query(`kuard.${GATEWAY}`);
    packet[13] = 0xc0; // no letter, with a lower case in Latin-1
    packet[14] = 0x2e; // a dot inside of a label
    const response = server.handle(packet, 'udp')!;
    expect([rcodeOf(response), response.readUInt16BE(6)]).toEqual([0, 2]);
    expect(response.subarray(packet.length, packet.length + 2).toString('hex')).toBe('c00c');
    expect(response.subarray(12, packet.length)).toEqual(packet.subarray(12));
    let seed = 7;
    const random = (below: number): number => ((seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) >> 8) % below;
    const bases = [query(`kuard.${GATEWAY}`), query('xcc.test', 'SOA'), query('a.b.xcc.test', 'CNAME')];
    const aliased = bothServer(gatewayScene([ALIAS], { external: many(3) }));
    for (let round = 0; round < 3000; round += 1) {
      const broken = Buffer.from(bases[random(bases.length)]!);
      for (let change = 0; change <= random(4); change += 1) broken[random(broken.length)] = random(256);
      const handed = (random(2) === 0 ? aliased : server).handle(broken, 'udp');
      if (handed !== undefined) expect(handed.readUInt16BE(2) & 0x8000).not.toBe(0);
    }
  });
});

describe('GatewayZones writes CNAME records', () => {
  const typesOf = (response: Buffer): string[] => (decode(response).answers ?? []).map((record) => `${record.name} ${record.type} ${'data' in record && typeof record.data === 'string' ? record.data : ''}`);
  const KUARD = `Kuard.${GATEWAY}`;

  it('CNAME first, then the addresses of its target, whichever of them comes first', () => {
    for (const [random, first] of [[0, 1], [0.5, 2], [0.99, 3]] as const) {
      const server = bothServer(gatewayScene([ALIAS], { external: many(3) }), { random: () => random });
      const [alias, ...addresses] = typesOf(server.handle(query(KUARD), 'udp')!);
      expect(alias).toBe(`${KUARD} CNAME lb.elb.example.com`);
      expect(addresses[0]).toBe(`lb.elb.example.com A 203.0.113.${first}`);
      expect(new Set(addresses).size).toBe(3);
    }
  });

  it('the name of the target once, then pointers to it', () => {
    const response = bothServer(gatewayScene([ALIAS], { external: many(40) })).handle(query(KUARD), 'tcp')!;
    const question = query(KUARD).length;
    expect(response.length).toBe(question + 2 + 10 + 20 + 40 * (2 + 10 + 4));
    expect(typesOf(response)).toHaveLength(41);
  });

  it('cuts addresses from the end where they do not fit, with TC, and never the CNAME before them', () => {
    const response = bothServer(gatewayScene([ALIAS], { external: many(40) })).handle(query(KUARD), 'udp')!;
    const answers = typesOf(response);
    expect([response.length <= 512, (response.readUInt16BE(2) & 0x0200) !== 0, answers[0]]).toEqual([true, true, `${KUARD} CNAME lb.elb.example.com`]);
    expect(answers.length).toBeGreaterThan(10);
    expect(answers.slice(1).every((answer) => answer.startsWith('lb.elb.example.com A '))).toBe(true);
  });

  it('a chain, with the SOA of its end', () => {
    const lead = (name: string, target: string) => gatewaySlice(`${name}.xcc.test`, [target], { type: 'FQDN' });
    const server = bothServer(gatewayScene([lead('a', 'b.xcc.test'), lead('b', 'c.xcc.test'), gatewaySlice('c.xcc.test', ['10.0.0.1'])]));
    expect(typesOf(server.handle(query('a.xcc.test'), 'udp')!)).toEqual(['a.xcc.test CNAME b.xcc.test', 'b.xcc.test CNAME c.xcc.test', 'c.xcc.test A 10.0.0.1']);
    const none = decode(server.handle(query('a.xcc.test', 'AAAA'), 'udp')!);
    expect([none.answers?.map(({ type }) => type), none.authorities?.map(({ name, type }) => `${name} ${type}`)]).toEqual([['CNAME', 'CNAME'], ['xcc.test SOA']]);
  });

  it('to a service of the cluster set', () => {
    const scene = gatewayScene([gatewaySlice('web.xcc.test', ['web.shop.svc.clusterset.local'], { type: 'FQDN' })], {
      elsewhere: (question) => bothServer(gatewayScene()).ask(question),
    });
    expect(typesOf(bothServer(scene).handle(query('web.xcc.test'), 'udp')!)).toEqual(['web.xcc.test CNAME web.shop.svc.clusterset.local', 'web.shop.svc.clusterset.local A 10.0.0.1']);
  });
});
