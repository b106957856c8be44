import { describe, expect, it } from '@jest/globals';
import { bareAnswer, RCODE } from '../../../../src/dns/records.ts';
import { GATEWAY, gatewayScene, gatewaySlice, outcome } from './fixtures.ts';

const WILD = `*.${GATEWAY}`;

describe('resolveGateway: names', () => {
  const scene = gatewayScene([
    gatewaySlice(WILD, ['10.0.0.1', '10.0.0.2']),
    gatewaySlice(WILD, ['fd00::1'], { type: 'IPv6' }),
    gatewaySlice(`exact.${GATEWAY}`, ['10.0.0.9']),
    gatewaySlice(`deep.node.${GATEWAY}`, ['10.0.0.8']),
    gatewaySlice('*.xcc.test', ['10.0.0.7']),
    gatewaySlice('ttl.xcc.test', ['10.0.0.6'], { ttl: '60' }),
  ]);
  const cases: [string, string, string, string | string[]][] = [
    ['XC-1: any service of a gateway', `kuard.${GATEWAY}`, 'A', ['10.0.0.1', '10.0.0.2']],
    ['XC-1: in any case', `KuArD.${GATEWAY.toUpperCase()}`, 'A', ['10.0.0.1', '10.0.0.2']],
    ['XC-16: several labels for one wildcard', `a.b.${GATEWAY}`, 'A', ['10.0.0.1', '10.0.0.2']],
    ['XC-16: exact before wildcard', `exact.${GATEWAY}`, 'A', ['10.0.0.9']],
    ['XC-16: exact before wildcard, for types that it lacks too', `exact.${GATEWAY}`, 'AAAA', 'NODATA'],
    ['RFC 4592: no wildcard below a name that exists', `below.exact.${GATEWAY}`, 'A', 'NXDOMAIN'],
    ['RFC 4592: an empty non-terminal is NODATA, not the wildcard', `node.${GATEWAY}`, 'A', 'NODATA'],
    ['RFC 4592: no wildcard below an empty non-terminal', `other.node.${GATEWAY}`, 'A', 'NXDOMAIN'],
    ['RFC 4592: what is above a wildcard exists', GATEWAY, 'A', 'NODATA'],
    ['RFC 4592: the wildcard of the zone is not the closest one here', 'none.dev-team.clusters.xcc.test', 'A', 'NXDOMAIN'],
    ['RFC 4592: the asterisk asked for literally', WILD, 'A', ['10.0.0.1', '10.0.0.2']],
    ['RFC 4592: below the literal asterisk', `x.${WILD}`, 'A', 'NXDOMAIN'],
    ['RFC 4592: an asterisk in front of another wildcard is a label as any', `*.b.${GATEWAY}`, 'A', ['10.0.0.1', '10.0.0.2']],
    ['XC-19: AAAA', `kuard.${GATEWAY}`, 'AAAA', ['fd00::1']],
    ['XC-19: AAAA of a name with IPv4 alone', 'any.xcc.test', 'AAAA', 'NODATA'],
    ['XC-19: SRV', `kuard.${GATEWAY}`, 'SRV', 'NODATA'],
    ['XC-19: TXT', `kuard.${GATEWAY}`, 'TXT', 'NODATA'],
    ['XC-19: PTR', `kuard.${GATEWAY}`, 'TYPE12', 'NODATA'],
    ['XC-19: NS of a name', `kuard.${GATEWAY}`, 'NS', 'NODATA'],
    ['XC-19: SOA of a name that is no apex', `kuard.${GATEWAY}`, 'SOA', 'NODATA'],
    ['XC-19: SOA of a name that does not exist', `below.exact.${GATEWAY}`, 'SOA', 'NXDOMAIN'],
    ['XC-19: CNAME of a name with addresses', `kuard.${GATEWAY}`, 'CNAME', 'NODATA'],
    ['XC-20: the apex: SOA', 'xcc.test', 'SOA', ['SOA']],
    ['XC-20: the apex: NS', 'XCC.test', 'NS', ['ns.dns.xcc.test']],
    ['XC-20: the apex is not what `*.<zone>` stands for', 'xcc.test', 'A', 'NODATA'],
    ['XC-20: the server', 'ns.dns.xcc.test', 'A', ['10.9.0.1']],
    ['XC-20: what is above the server', 'dns.xcc.test', 'A', 'NODATA'],
    ['XC-20: no wildcard beside the server', 'apex.dns.xcc.test', 'A', 'NXDOMAIN'],
    ['XC-20: outside of the zones', 'kuard.example.com', 'A', 'REFUSED'],
    ['XC-20: a name that merely ends alike', 'notxcc.test', 'A', 'REFUSED'],
    ['ANY: one record (RFC 8482)', `kuard.${GATEWAY}`, 'ANY', ['HINFO']],
    ['ANY: of a name that does not exist', `below.exact.${GATEWAY}`, 'ANY', 'NXDOMAIN'],
  ];
  it.each(cases)('%s: %s %s', (_rule, name, type, expected) => {
    const answer = scene.ask(name, type);
    expect(outcome(answer)).toEqual(expected);
    const isNegative = typeof expected === 'string' && expected !== 'REFUSED';
    expect(answer?.authorities.map((record) => [record.name, record.type, record.ttl])).toEqual(expected === 'REFUSED' ? undefined : isNegative ? [['xcc.test', 'SOA', 5]] : []);
  });

  it('XC-17: owners keep the case of the question; records live as long as their slice says', () => {
    expect(scene.ask('TTL.xcc.test')?.answers).toEqual([{ name: 'TTL.xcc.test', type: 'A', ttl: 60, data: '10.0.0.6' }]);
    expect(scene.ask(`Kuard.${GATEWAY}`)?.answers[0]).toEqual({ name: `Kuard.${GATEWAY}`, type: 'A', ttl: 5, data: '10.0.0.1' });
  });

  it('XC-19: the SOA is that of the zone', () => {
    expect(scene.ask('xcc.test', 'SOA')?.answers[0]).toMatchObject({ name: 'xcc.test', data: { mname: 'ns.dns.xcc.test', rname: 'hostmaster.xcc.test', refresh: 7200, retry: 1800, expire: 86_400, minimum: 5 } });
  });

  it('a record of the apex itself answers for it, beside SOA and NS', () => {
    const apex = gatewayScene([gatewaySlice('xcc.test', ['10.0.0.1']), gatewaySlice('ns.dns.xcc.test', ['10.0.0.2'])]);
    expect([apex.ask('xcc.test'), apex.ask('xcc.test', 'SOA'), apex.ask('ns.dns.xcc.test')].map(outcome)).toEqual([['10.0.0.1'], ['SOA'], ['10.0.0.2']]);
  });
});

describe('resolveGateway: names that lead to others', () => {
  const lead = (hostname: string, target: string, name = `${hostname}-${target}`) => gatewaySlice(hostname, [target], { type: 'FQDN', name });
  const external = {
    'lb.example.com IPv4': { answer: { kind: 'addresses', addresses: ['203.0.113.1', '203.0.113.2'], ttl: 60 }, ttl: 41 },
    'lb.example.com IPv6': { answer: { kind: 'noData' }, ttl: 30 },
    'gone.example.com IPv4': { answer: { kind: 'noName' }, ttl: 30 },
  } as const;
  const scene = gatewayScene(
    [
      lead(WILD, 'LB.example.com.'),
      lead('gone.xcc.test', 'gone.example.com'),
      lead('new.xcc.test', 'new.example.com'),
      lead('inside.xcc.test', 'plain.xcc.test'),
      lead('twice.xcc.test', 'inside.xcc.test'),
      lead('nowhere.xcc.test', 'missing.xcc.test'),
      lead('round.xcc.test', 'about.xcc.test'),
      lead('about.xcc.test', 'round.xcc.test'),
      lead('self.xcc.test', 'self.xcc.test'),
      lead('wild.xcc.test', `any.${GATEWAY}`),
      lead('service.xcc.test', 'web.shop.svc.clusterset.local'),
      lead('xcc.test', 'lb.example.com'),
      gatewaySlice('plain.xcc.test', ['10.0.0.1']),
      gatewaySlice('mixed.xcc.test', ['10.0.0.3']),
      lead('mixed.xcc.test', 'lb.example.com'),
      lead('several.xcc.test', 'z.example.com'),
      lead('several.xcc.test', 'lb.example.com'),
    ],
    { external, elsewhere: ({ name }) => (name.endsWith('clusterset.local') ? { ...bareAnswer(RCODE.noError), answers: [{ name, type: 'A', ttl: 5, data: '10.96.0.1' }] } : undefined) },
  );
  const cases: [string, string, string, string | string[]][] = [
    ['XC-18: CNAME', `kuard.${GATEWAY}`, 'CNAME', ['lb.example.com']],
    ['XC-18: A of a target outside', `kuard.${GATEWAY}`, 'A', ['lb.example.com', '203.0.113.1', '203.0.113.2']],
    ['XC-18: a target without the type is the CNAME alone', `kuard.${GATEWAY}`, 'AAAA', ['lb.example.com']],
    ['XC-18: other types are the CNAME alone', `kuard.${GATEWAY}`, 'TXT', ['lb.example.com']],
    ['XC-18: a target that does not exist', 'gone.xcc.test', 'A', 'NXDOMAIN gone.example.com'],
    ['XC-18: a target that nobody has answered for yet', 'new.xcc.test', 'A', 'SERVFAIL'],
    ['XC-18: its CNAME is known', 'new.xcc.test', 'CNAME', ['new.example.com']],
    ['XC-18: a target inside', 'inside.xcc.test', 'A', ['plain.xcc.test', '10.0.0.1']],
    ['XC-18: a target inside, without the type', 'inside.xcc.test', 'AAAA', ['plain.xcc.test']],
    ['XC-18: a chain', 'twice.xcc.test', 'A', ['inside.xcc.test', 'plain.xcc.test', '10.0.0.1']],
    ['XC-18: by way of a wildcard, to the outside', 'wild.xcc.test', 'A', [`any.${GATEWAY}`, 'lb.example.com', '203.0.113.1', '203.0.113.2']],
    ['XC-18: a target inside that does not exist', 'nowhere.xcc.test', 'A', 'NXDOMAIN missing.xcc.test'],
    ['XC-18: a loop', 'round.xcc.test', 'A', 'SERVFAIL'],
    ['XC-18: a name that leads to itself', 'self.xcc.test', 'A', 'SERVFAIL'],
    ['XC-18: a target in another zone of the server', 'service.xcc.test', 'A', ['web.shop.svc.clusterset.local', '10.96.0.1']],
    ['XC-18: addresses win over targets', 'mixed.xcc.test', 'A', ['10.0.0.3']],
    ['XC-18: addresses win over targets: no CNAME', 'mixed.xcc.test', 'CNAME', 'NODATA'],
    ['XC-18: of several targets the first', 'several.xcc.test', 'CNAME', ['lb.example.com']],
    ['an apex has no CNAME', 'xcc.test', 'CNAME', 'NODATA'],
    ['an apex has no CNAME to follow', 'xcc.test', 'A', 'NODATA'],
    ['ANY: one record (RFC 8482)', 'inside.xcc.test', 'ANY', ['HINFO']],
  ];
  it.each(cases)('%s: %s %s', (_rule, name, type, expected) => {
    expect(outcome(scene.ask(name, type))).toEqual(expected);
  });

  it('XC-18: what is negative inside has the SOA of its zone, also behind a CNAME (RFC 2308)', () => {
    expect(scene.ask('inside.xcc.test', 'AAAA')?.authorities.map(({ name }) => name)).toEqual(['xcc.test']);
    expect(scene.ask('nowhere.xcc.test')?.authorities.map(({ name }) => name)).toEqual(['xcc.test']);
    expect(scene.ask('gone.xcc.test')?.authorities).toEqual([]);
  });

  it('XC-18: the CNAME lives as long as the record, an address as long as its own server said', () => {
    expect(scene.ask(`kuard.${GATEWAY}`)?.answers.map(({ name, ttl }) => [name, ttl])).toEqual([[`kuard.${GATEWAY}`, 5], ['lb.example.com', 41], ['lb.example.com', 41]]);
  });

  it('XC-18: a chain of eight is followed, a longer one is not', () => {
    const hops = Array.from({ length: 10 }, (_, hop) => lead(`hop${hop}.xcc.test`, `hop${hop + 1}.xcc.test`));
    const long = gatewayScene([...hops, gatewaySlice('hop10.xcc.test', ['10.0.0.1'])]);
    expect(long.ask('hop2.xcc.test')?.answers.at(-1)).toMatchObject({ data: '10.0.0.1' });
    expect(outcome(long.ask('hop1.xcc.test'))).toBe('SERVFAIL');
  });
});
