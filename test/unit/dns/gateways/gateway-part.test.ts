import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { resources } from '../../../../src/api/resources.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import type { ExternalAnswer } from '../../../../src/dns/gateways/external-lookup.ts';
import { createGatewayPart, type GatewayPart } from '../../../../src/dns/gateways/gateway-part.ts';
import { ServiceZone } from '../../../../src/dns/service-zone.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../../helpers/memory-client.ts';
import { sampleIndex, zone } from '../fixtures.ts';
import { gatewaySlice, outcome, SETTINGS } from './fixtures.ts';

describe('createGatewayPart()', () => {
  let client: MemoryClient;
  let clock: FakeClock;
  let part: GatewayPart;
  let asked: string[];
  const registry = new Registry();
  const end = new AbortController();
  const lead = (name: string, target: string) => gatewaySlice(`${name}.xcc.test`, [target], { type: 'FQDN', name });

  beforeEach(() => {
    [client, clock, asked] = [createMemoryClient(), new FakeClock(), []];
    registry.clear();
    const lookUp = (name: string, family: string): Promise<ExternalAnswer> => {
      asked.push(`${name} ${family}`);
      return Promise.resolve(family === 'IPv4' ? { kind: 'addresses', addresses: ['203.0.113.1'], ttl: 60 } : { kind: 'noData' });
    };
    const others = [new ServiceZone({ kind: 'clusterset.local', zone, index: sampleIndex(), isSynced: () => true })];
    part = createGatewayPart({ client, namespace: 'xcc-dns', suffixes: ['xcc.test'], settings: SETTINGS, lookup: { lookUp, close: () => void asked.push('closed') }, others, registry, clock, logger: silentLogger });
  });
  afterEach(async () => {
    for (const each of [part.feed, part.external]) await each.stop();
  });

  const ask = (name: string, type = 'A') => outcome(part.zone.answer({ name, type }));

  it('knows where records lead before anybody asks, and asks others for what is nobody of ours alone', async () => {
    for (const slice of [lead('lb', 'lb.example.com'), lead('inside', 'lb.xcc.test'), lead('service', 'web.shop.svc.clusterset.local'), lead('ours', 'none.xcc.test')]) client.seed(resources.endpointSlices, slice);
    expect([ask('lb.xcc.test'), ask('lb.example.com')]).toEqual(['SERVFAIL', 'REFUSED']);
    await part.feed.start(end.signal);
    await part.feed.synced(AbortSignal.timeout(5_000));
    await clock.advance(0);
    expect(asked.sort()).toEqual(['lb.example.com IPv4', 'lb.example.com IPv6']);
    expect(['lb', 'inside', 'service', 'ours'].map((name) => ask(`${name}.xcc.test`))).toEqual([
      ['lb.example.com', '203.0.113.1'],
      ['lb.xcc.test', 'lb.example.com', '203.0.113.1'],
      ['web.shop.svc.clusterset.local', '10.0.0.1'],
      'NXDOMAIN none.xcc.test',
    ]);
    expect(await registry.metrics()).toContain('mcs_dns_external_lookups_total{outcome="addresses"} 1');
  });

  it('follows its namespace alone, and ends its lookups with the program', async () => {
    await part.feed.start(end.signal);
    await part.feed.synced(AbortSignal.timeout(5_000));
    await client.create(resources.endpointSlices, { ...lead('a', 'a.example.com'), metadata: { ...lead('a', 'x').metadata, namespace: 'default' } });
    await client.create(resources.endpointSlices, lead('b', 'b.example.com'));
    await eventually(() => ask('b.xcc.test', 'CNAME') !== 'NXDOMAIN');
    expect(ask('a.xcc.test')).toBe('NXDOMAIN');
    await part.external.stop();
    expect([asked.at(-1), clock.pending]).toEqual(['closed', 0]);
  });
});
