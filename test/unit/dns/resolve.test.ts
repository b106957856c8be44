import { describe, expect, it } from '@jest/globals';
import type { DnsRecord } from '../../../src/dns/records.ts';
import { resolve } from '../../../src/dns/resolve.ts';
import { importOf, sampleIndex, sliceOf, zone } from './fixtures.ts';

const index = sampleIndex();
index.setImport(importOf('pair', { type: 'Headless' }));
index.setSlice(sliceOf('pair', 'west', ['10.1.0.7', '10.1.0.8'].map((address) => ({ addresses: [address], hostname: 'same' })), [{ name: 'http', port: 80 }]));
const ask = (name: string, type: string) => resolve(index, zone, { name, type });

function text(record: DnsRecord): string {
  if (record.type === 'SRV') return `${record.data.port} ${record.data.target}`;
  return typeof record.data === 'string' ? record.data : record.type;
}

const SVC = 'svc.clusterset.local';

describe('resolve answers by the MCS DNS specification', () => {
  const cases: [string, string, string, string[]][] = [
    ['D1: the schema version', 'dns-version.clusterset.local', 'TXT', ['1.0.0']],
    ['D2: the clusterset IP', `web.shop.${SVC}`, 'A', ['10.0.0.1']],
    ['D2: in the other family', `web.shop.${SVC}`, 'AAAA', ['fd00::1']],
    ['D2: in any case', 'WeB.Shop.SVC.clusterSET.local', 'A', ['10.0.0.1']],
    ['D3: a named port', `_http._tcp.web.shop.${SVC}`, 'SRV', [`80 web.shop.${SVC}`]],
    ['D3: a port of another protocol', `_dns._udp.web.shop.${SVC}`, 'SRV', [`53 web.shop.${SVC}`]],
    ['bare SRV: each pair of target and port once, unnamed ports not at all', `web.shop.${SVC}`, 'SRV', [`80 web.shop.${SVC}`, `53 web.shop.${SVC}`]],
    ['D5: all ready endpoints', `db.shop.${SVC}`, 'A', ['10.1.0.5', '10.1.0.6', '10.2.0.5']],
    ['D5: in the other family', `db.shop.${SVC}`, 'AAAA', ['fd01::5']],
    ['D6: one endpoint by its hostname', `db-0.west.db.shop.${SVC}`, 'A', ['10.1.0.5']],
    ['D6: its other family', `db-0.west.db.shop.${SVC}`, 'AAAA', ['fd01::5']],
    ['D6: without a hostname by its dashed address', `10-1-0-6.west.db.shop.${SVC}`, 'A', ['10.1.0.6']],
    ['D7: endpoints times ports', `_pg._tcp.db.shop.${SVC}`, 'SRV', [`5432 db-0.west.db.shop.${SVC}`, `5432 10-1-0-6.west.db.shop.${SVC}`, `5432 db-0.east.db.shop.${SVC}`]],
    ['D6: endpoints that share a hostname', `same.west.pair.shop.${SVC}`, 'A', ['10.1.0.7', '10.1.0.8']],
    ['D7: endpoints that share a hostname are one target', `pair.shop.${SVC}`, 'SRV', [`80 same.west.pair.shop.${SVC}`]],
    ['the apex: SOA', 'clusterset.local', 'SOA', ['SOA']],
    ['the apex: NS', 'clusterset.local', 'NS', ['ns.dns.clusterset.local']],
    ['ANY: one record (RFC 8482)', `web.shop.${SVC}`, 'ANY', ['HINFO']],
  ];
  it.each(cases)('%s: %s %s', (_rule, name, type, expected) => {
    const answer = ask(name, type);
    expect(answer.rcode).toBe(0);
    expect(answer.answers.map(text)).toEqual(expected);
    expect(answer.authorities).toEqual([]);
  });

  it('has the address of the name server that SOA and NS name', () => {
    const own = { ...zone, addresses: ['10.9.0.1', 'fd09::1'] };
    const askOwn = (name: string, type: string) => resolve(index, own, { name, type });
    expect(askOwn('ns.dns.clusterset.local', 'A').answers.map(text)).toEqual(['10.9.0.1']);
    expect(askOwn('ns.dns.clusterset.local', 'AAAA').answers.map(text)).toEqual(['fd09::1']);
    expect([askOwn('dns.clusterset.local', 'A').rcode, askOwn('x.dns.clusterset.local', 'A').rcode]).toEqual([0, 3]);
  });

  it('keeps the case of the question in the names of its answers', () => {
    expect(ask('WEB.shop.svc.clusterset.local', 'A').answers[0]?.name).toBe('WEB.shop.svc.clusterset.local');
  });

  it('adds the addresses of SRV targets', () => {
    expect(ask(`_pg._tcp.db.shop.${SVC}`, 'SRV').additionals.map(text)).toEqual(['10.1.0.5', 'fd01::5', '10.1.0.6', '10.2.0.5']);
  });
});

describe('resolve tells NODATA from NXDOMAIN, both with the SOA', () => {
  const cases: [string, string, string, 'NODATA' | 'NXDOMAIN'][] = [
    ['another type', `web.shop.${SVC}`, 'MX', 'NODATA'],
    ['a name above others: svc', SVC, 'A', 'NODATA'],
    ['a name above others: a namespace', `shop.${SVC}`, 'A', 'NODATA'],
    ['a name above ports', `_tcp.web.shop.${SVC}`, 'A', 'NODATA'],
    ['a port, asked for another type', `_http._tcp.web.shop.${SVC}`, 'A', 'NODATA'],
    ['a name above hosts', `west.db.shop.${SVC}`, 'A', 'NODATA'],
    ['no such service', `none.shop.${SVC}`, 'A', 'NXDOMAIN'],
    ['no such namespace', `none.${SVC}`, 'A', 'NXDOMAIN'],
    ['D4: the reserved form', `west.web.shop.${SVC}`, 'A', 'NXDOMAIN'],
    ['D8: headless without a ready endpoint', `down.shop.${SVC}`, 'A', 'NXDOMAIN'],
    ['no such port', `_none._tcp.web.shop.${SVC}`, 'SRV', 'NXDOMAIN'],
    ['a port under the wrong protocol', `_http._udp.web.shop.${SVC}`, 'SRV', 'NXDOMAIN'],
    ['a protocol without its underscore', `_http.xtcp.web.shop.${SVC}`, 'SRV', 'NXDOMAIN'],
    ['the zone twice, of a search path', `web.shop.${SVC}.${SVC}`, 'A', 'NXDOMAIN'],
    ['an existing name, asked for NS', `web.shop.${SVC}`, 'NS', 'NODATA'],
    ['a host that is not ready', `10-2-0-6.east.db.shop.${SVC}`, 'A', 'NXDOMAIN'],
    ['labels in front of a host', `x.db-0.west.db.shop.${SVC}`, 'A', 'NXDOMAIN'],
    ['nothing of ours', 'other.clusterset.local', 'A', 'NXDOMAIN'],
  ];
  it.each(cases)('%s: %s %s is %s', (_rule, name, type, expected) => {
    const { rcode, answers, authorities } = ask(name, type);
    expect([rcode === 3 ? 'NXDOMAIN' : 'NODATA', answers]).toEqual([expected, []]);
    expect(authorities.map((record) => record.type)).toEqual(['SOA']);
  });

  it('D9, D10: has no part in reverse names, nor in the names of the cluster itself, whatever is imported', () => {
    expect(ask('1.0.0.10.in-addr.arpa', 'PTR').rcode).toBe(5);
    for (const type of ['A', 'AAAA', 'SRV']) expect(ask('web.shop.svc.cluster.local', type)).toMatchObject({ rcode: 5, answers: [] });
  });

  it('refuses names outside the zone, also those that merely end alike', () => {
    expect(ask('example.com', 'A').rcode).toBe(5);
    expect(ask('notclusterset.local', 'A').rcode).toBe(5);
    for (const suffix of ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'local']) expect(ask(`web.shop.${SVC}.${suffix}`, 'A').rcode).toBe(5);
  });
});

describe('DnsIndex', () => {
  it('forgets a service, and its namespace with the last one', () => {
    const changing = sampleIndex();
    for (const name of ['web', 'db', 'down']) changing.removeImport(importOf(name, {}));
    expect(changing.size).toBe(0);
    expect(resolve(changing, zone, { name: `shop.${SVC}`, type: 'A' }).rcode).toBe(3);
  });

  it('follows a slice that changes and one that goes', () => {
    const changing = sampleIndex();
    changing.setSlice(sliceOf('db', 'east', [{ addresses: ['10.2.0.7'], hostname: 'db-0' }]));
    changing.removeSlice(sliceOf('db', 'west', []));
    expect(resolve(changing, zone, { name: `db.shop.${SVC}`, type: 'A' }).answers.map(text)).toEqual(['10.2.0.7']);
  });

  it('knows slices that came before their import', () => {
    const changing = sampleIndex();
    changing.setSlice(sliceOf('late', 'west', [{ addresses: ['10.1.0.8'], hostname: 'a' }]));
    expect(resolve(changing, zone, { name: `late.shop.${SVC}`, type: 'A' }).rcode).toBe(3);
    changing.setImport(importOf('late', { type: 'Headless' }));
    expect(resolve(changing, zone, { name: `late.shop.${SVC}`, type: 'A' }).answers.map(text)).toEqual(['10.1.0.8']);
  });
});
