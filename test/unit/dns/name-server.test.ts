import { describe, expect, it } from '@jest/globals';
import { decode, encode } from 'dns-packet';
import { createLogger } from '../../../src/base/log.ts';
import { type ServiceServer, serviceServer } from '../../helpers/service-server.ts';
import { importOf, sliceOf } from './fixtures.ts';

function serverWithServices(): ServiceServer {
  const server = serviceServer({ random: () => 0 });
  server.index.setImport(importOf('web', { ips: ['10.0.0.1'], ports: [{ name: 'http', port: 80 }] }));
  server.index.setImport(importOf('big', { type: 'Headless' }));
  const many = Array.from({ length: 60 }, (_, host) => ({ addresses: [`10.1.0.${host + 1}`], hostname: `host-${host}` }));
  server.index.setSlice(sliceOf('big', 'west', many, [{ name: 'pg', port: 5432 }]));
  return server;
}

const WEB = 'web.shop.svc.clusterset.local';
const query = (name: string, extra: object = {}): Buffer => encode({ type: 'query', id: 7, flags: 0x0100, questions: [{ type: 'A', name }], ...extra });
const opt = (fields: object = {}): object => ({ type: 'OPT', name: '.', udpPayloadSize: 4096, ednsVersion: 0, extendedRcode: 0, flags: 0, options: [], ...fields });
const rcodeOf = (response: Buffer | undefined): number => (response?.readUInt16BE(2) ?? 0) & 0xf;

describe('NameServer.handle', () => {
  const server = serverWithServices();

  it('answers byte for byte as the RFCs lay it out', () => {
    const packet = Buffer.from(`0007010000010000000000000377656204${Buffer.from('shop').toString('hex')}03${Buffer.from('svc').toString('hex')}0a${Buffer.from('clusterset').toString('hex')}05${Buffer.from('local').toString('hex')}0000010001`, 'hex');
    const response = server.handle(packet, 'udp');
    expect(response?.toString('hex').slice(0, 24)).toBe('000785000001000100000000');
    expect(response?.subarray(12, packet.length)).toEqual(packet.subarray(12));
    expect(response?.toString('hex').endsWith('0001000100000005' + '0004' + '0a000001')).toBe(true);
  });

  it('keeps the case of the question, also from the cache (0x20)', () => {
    for (const name of [WEB, 'wEb.ShOp.svc.cluSterset.LOCAL', 'WEB.shop.svc.clusterset.local']) {
      const response = decode(server.handle(query(name), 'udp')!);
      expect(response.questions?.[0]?.name).toBe(name);
      expect(response.answers?.map((record) => ('data' in record ? record.data : undefined))).toEqual(['10.0.0.1']);
    }
  });

  it('drops a cached answer when its service changes', () => {
    const changing = serverWithServices();
    changing.handle(query(WEB), 'udp');
    changing.index.setImport(importOf('web', { ips: ['10.0.0.2'] }));
    expect(decode(changing.handle(query(WEB), 'udp')!).answers?.[0]).toMatchObject({ data: '10.0.0.2' });
    changing.index.removeImport(importOf('web', {}));
    expect(rcodeOf(changing.handle(query(WEB), 'udp'))).toBe(3);
  });

  it('fails every question until it is synced', () => {
    const unsynced = serviceServer({ isSynced: () => false });
    expect(rcodeOf(unsynced.handle(query(WEB), 'udp'))).toBe(2);
  });

  const refusals: [string, Buffer, number | undefined][] = [
    ['shorter than a header: no answer', Buffer.from('0007', 'hex'), undefined],
    ['a response: no answer', Buffer.from('000780000001000000000000', 'hex'), undefined],
    ['a NOTIFY: NOTIMP', Buffer.from('000720000001000000000000', 'hex'), 4],
    ['no question: FORMERR', Buffer.from('000701000000000000000000', 'hex'), 1],
    ['two questions: FORMERR', encode({ type: 'query', id: 7, questions: [{ type: 'A', name: WEB }, { type: 'A', name: WEB }] }), 1],
    ['a question that is cut short: FORMERR', query(WEB).subarray(0, 20), 1],
    ['a pointer in the question: FORMERR', Buffer.from('000701000001000000000000c00c00010001', 'hex'), 1],
    ['two OPT records: FORMERR', query(WEB, { additionals: [opt(), opt()] }), 1],
    ['another class: REFUSED', encode({ type: 'query', id: 7, questions: [{ type: 'A', name: WEB, class: 'CH' }] }), 5],
    ['a zone transfer: REFUSED', encode({ type: 'query', id: 7, questions: [{ type: 'AXFR', name: 'clusterset.local' }] }), 5],
    ['another zone: REFUSED', query('example.com'), 5],
  ];
  it.each(refusals)('%s', (_rule, packet, expected) => {
    const response = server.handle(packet, 'udp');
    expect(response === undefined ? undefined : rcodeOf(response)).toBe(expected);
    if (response !== undefined) expect(response.readUInt16BE(0)).toBe(7);
  });

  it('answers BADVERS for a later version of EDNS', () => {
    const [answered] = decode(server.handle(query(WEB, { additionals: [opt({ ednsVersion: 1 })] }), 'udp')!).additionals ?? [];
    expect(answered).toMatchObject({ type: 'OPT', extendedRcode: 1, ednsVersion: 0 });
  });

  it('sends OPT back only to those who sent one', () => {
    expect(decode(server.handle(query(WEB), 'udp')!).additionals).toEqual([]);
    expect(decode(server.handle(query(WEB, { additionals: [opt()] }), 'udp')!).additionals?.map(({ type }) => type)).toEqual(['OPT']);
  });

  it('cuts whole records and sets TC where an answer does not fit, and sends all of it over TCP', () => {
    const packet = query('big.shop.svc.clusterset.local');
    const cut = server.handle(packet, 'udp')!;
    expect(cut.length).toBeLessThanOrEqual(512);
    expect(cut.readUInt16BE(2) & 0x0200).not.toBe(0);
    expect(decode(cut).answers?.length).toBeGreaterThan(0);
    const whole = decode(server.handle(packet, 'tcp')!);
    expect([whole.answers?.length, (whole as { flag_tc?: boolean }).flag_tc]).toEqual([60, false]);
  });

  it('never uses more of a large EDNS size than travels unfragmented', () => {
    const response = server.handle(query('big.shop.svc.clusterset.local', { additionals: [opt({ udpPayloadSize: 65_535 })] }), 'udp')!;
    expect(response.length).toBeLessThanOrEqual(1232);
  });

  it('ignores EDNS options that it does not know, and echoes none: no cookie, no padding', () => {
    const options = [{ code: 10, data: Buffer.from('0123456789abcdef', 'hex') }, { code: 65_001, data: Buffer.from('x') }];
    const [answered] = decode(server.handle(query(WEB, { additionals: [opt({ options })] }), 'udp')!).additionals ?? [];
    expect(answered).toMatchObject({ type: 'OPT', udpPayloadSize: 1232, options: [] });
  });

  it('copies the DO bit, and sends no signatures for it', () => {
    const { answers, additionals } = decode(server.handle(query(WEB, { additionals: [opt({ flags: 0x8000 })] }), 'udp')!);
    expect([answers?.map(({ type }) => type), additionals]).toEqual([['A'], [expect.objectContaining({ flag_do: true })]]);
  });

  it('answers names of 253 characters with labels of 63', () => {
    const [service, namespace, cluster] = ['s'.repeat(63), 'n'.repeat(63), 'c'.repeat(63)];
    const host = 'h'.repeat(253 - 63 * 3 - '.....svc.clusterset.local'.length + 1);
    const name = `${host}.${cluster}.${service}.${namespace}.svc.clusterset.local`;
    const long = serviceServer();
    long.index.setImport(importOf(service, { type: 'Headless' }, namespace));
    const slice = sliceOf(service, cluster, [{ addresses: ['10.1.0.1'], hostname: host }], [{ name: 'http', port: 80 }]);
    long.index.setSlice({ ...slice, metadata: { ...slice.metadata, namespace } });
    expect(name).toHaveLength(253);
    expect(decode(long.handle(query(name), 'udp')!).answers).toEqual([expect.objectContaining({ name, data: '10.1.0.1' })]);
    const srv = decode(long.handle(query(`${service}.${namespace}.svc.clusterset.local`, { questions: [{ type: 'SRV', name: `${service}.${namespace}.svc.clusterset.local` }] }), 'tcp')!);
    expect([srv.answers, srv.additionals]).toEqual([[expect.objectContaining({ data: expect.objectContaining({ target: name }) })], [expect.objectContaining({ name })]]);
    const unknown = decode(long.handle(query(`x${name.slice(1)}`), 'udp')!);
    expect(unknown.authorities).toEqual([expect.objectContaining({ type: 'SOA', name: 'clusterset.local' })]);
  });

  it('keeps no answers about names that do not exist, also below a service that does', () => {
    for (let round = 0; round < 3; round += 1) expect(rcodeOf(server.handle(query(`none-${round}.${WEB}`), 'udp'))).toBe(3);
    expect(server.index.find('web.shop')?.answers.find(1, 'none-0')).toBeUndefined();
  });

  it('turns the order of several answers, and keeps all of them', () => {
    const turning = [0, 0.5, 0.99];
    const server2 = serviceServer({ random: () => turning.shift() ?? 0 });
    server2.index.setImport(importOf('db', { type: 'Headless' }));
    server2.index.setSlice(sliceOf('db', 'west', ['10.1.0.1', '10.1.0.2', '10.1.0.3'].map((address) => ({ addresses: [address] }))));
    const orders = [1, 2, 3].map(() => decode(server2.handle(query('db.shop.svc.clusterset.local'), 'udp')!).answers?.map((record) => record.type === 'A' ? record.data.slice(-1) : record.type).join(''));
    expect(orders).toEqual(['123', '231', '312']);
  });

  it('answers a question over and over with the same bytes, whether it was ready or not', () => {
    const packets = [query(WEB), query(WEB, { additionals: [opt()] }), query('none.shop.svc.clusterset.local')];
    const first = packets.map((packet) => server.handle(packet, 'udp')?.toString('hex'));
    expect(packets.map((packet) => server.handle(packet, 'udp')?.toString('hex'))).toEqual(first);
  });

  it('answers types that it does not know with NODATA, and OPT as a question with FORMERR', () => {
    const typed = (type: number): Buffer => {
      const packet = query(WEB);
      packet.writeUInt16BE(type, packet.length - 4);
      return packet;
    };
    const https = decode(server.handle(typed(65), 'udp')!);
    expect([rcodeOf(server.handle(typed(65), 'udp')), https.answers, https.authorities?.map(({ type }) => type)]).toEqual([0, [], ['SOA']]);
    expect(rcodeOf(server.handle(typed(41), 'udp'))).toBe(1);
  });

  it('lets negative answers live as long as positive ones (RFC 2308)', () => {
    const [soa] = decode(server.handle(query('none.shop.svc.clusterset.local'), 'udp')!).authorities ?? [];
    expect(soa).toMatchObject({ type: 'SOA', name: 'clusterset.local', ttl: 5, data: { mname: 'ns.dns.clusterset.local', minimum: 5 } });
  });

  it('is SERVFAIL and a line in the log where an answer cannot be made', () => {
    const lines: string[] = [];
    const logger = createLogger({ write: (line) => void lines.push(line) });
    const broken = serviceServer({ isSynced: () => { throw new Error('no state'); }, logger });
    expect(rcodeOf(broken.handle(query(WEB), 'udp'))).toBe(2);
    expect(lines.join('')).toContain('no state');
  });

  it('survives any bytes', () => {
    let seed = 42;
    const random = (below: number): number => ((seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) >> 8) % below;
    const bases = [query(WEB), query(WEB, { additionals: [opt()] }), query('big.shop.svc.clusterset.local')];
    for (let round = 0; round < 5000; round += 1) {
      const packet = Buffer.from(bases[random(bases.length)]!);
      for (let change = 0; change <= random(4); change += 1) packet[random(packet.length)] = random(256);
      const handed = packet.subarray(0, random(8) === 0 ? random(packet.length) : packet.length);
      const response = server.handle(handed, random(2) === 0 ? 'udp' : 'tcp');
      if (response !== undefined) expect(response.readUInt16BE(2) & 0x8000).not.toBe(0);
    }
  });
});
