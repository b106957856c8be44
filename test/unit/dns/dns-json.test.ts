import { describe, expect, it } from '@jest/globals';
import { toDnsJson } from '../../../src/dns/dns-json.ts';
import { resolve } from '../../../src/dns/resolve.ts';
import { sampleIndex, zone } from './fixtures.ts';
import { gatewayScene, gatewaySlice } from './gateways/fixtures.ts';

const ask = (name: string, type: string) => toDnsJson(resolve(sampleIndex(), zone, { name, type }));

describe('toDnsJson', () => {
  it('has records in the form of DNS over HTTPS', () => {
    const name = 'web.shop.svc.clusterset.local';
    expect(ask(name, 'A')).toEqual({ Status: 0, Answer: [{ name, type: 1, TTL: 5, data: '10.0.0.1' }] });
    expect(ask(`_http._tcp.${name}`, 'SRV').Answer).toEqual([{ name: `_http._tcp.${name}`, type: 33, TTL: 5, data: `0 100 80 ${name}` }]);
    expect(ask('clusterset.local', 'SOA').Answer?.[0]?.data).toBe('ns.dns.clusterset.local hostmaster.clusterset.local 1');
  });

  it('has a CNAME with what it leads to', () => {
    const scene = gatewayScene([gatewaySlice('a.xcc.test', ['b.xcc.test'], { type: 'FQDN' }), gatewaySlice('b.xcc.test', ['10.0.0.1'])]);
    const { Answer = [] } = toDnsJson(scene.ask('a.xcc.test')!);
    expect(Answer.map(({ type, data }) => [type, data])).toEqual([[5, 'b.xcc.test'], [1, '10.0.0.1']]);
  });

  it('has the rcode alone where there is no answer', () => {
    expect([ask('none.svc.clusterset.local', 'A'), ask('svc.clusterset.local', 'A')]).toEqual([{ Status: 3 }, { Status: 0 }]);
  });
});
