import { describe, expect, it } from '@jest/globals';
import { readGatewayDNSFlags, readGatewayDNSSettings } from '../../../src/gateway-dns/read-settings.ts';
import { defaultHubId, type GatewayDNSSettings } from '../../../src/gateway-dns/settings.ts';

const DEFAULTS: GatewayDNSSettings = { namespace: 'xcc-dns', domainSuffix: 'xcc.test', pollIntervalMs: 30_000, crossNamespace: 'policy', healthChecks: true };

describe('readGatewayDNSSettings', () => {
  it.each<[string, Record<string, string>, Partial<GatewayDNSSettings>]>([
    ['the defaults', {}, {}],
    ['empty variables as none', { NAMESPACE: '', GATEWAY_DNS_POLLING_INTERVAL: '', MCS_GATEWAY_DNS_HUB_ID: '', MCS_GATEWAY_DNS_CROSS_NAMESPACE: '', MCS_GATEWAY_DNS_HEALTH_CHECKS: '' }, {}],
    ['the namespace of the pod', { POD_NAMESPACE: 'hub' }, { namespace: 'hub' }],
    ['NAMESPACE before that of the pod', { NAMESPACE: 'names', POD_NAMESPACE: 'hub' }, { namespace: 'names' }],
    ['a suffix in any form', { DOMAIN_SUFFIX: '.Multi-Cluster.Example.COM.' }, { domainSuffix: 'multi-cluster.example.com' }],
    ['a Go duration', { GATEWAY_DNS_POLLING_INTERVAL: '1m30s' }, { pollIntervalMs: 90_000 }],
    ['no interval as the default, as XCC does', { GATEWAY_DNS_POLLING_INTERVAL: '0s' }, { pollIntervalMs: 30_000 }],
    ['an id', { MCS_GATEWAY_DNS_HUB_ID: 'hub-a' }, { hubId: 'hub-a' }],
    ['a rule for all namespaces', { MCS_GATEWAY_DNS_CROSS_NAMESPACE: 'none' }, { crossNamespace: 'none' }],
    ['health checks off', { MCS_GATEWAY_DNS_HEALTH_CHECKS: 'false' }, { healthChecks: false }],
  ])('takes %s', (_title, env, expected) => {
    expect(readGatewayDNSSettings({ DOMAIN_SUFFIX: 'xcc.test', ...env })).toEqual({ ...DEFAULTS, ...expected });
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ DOMAIN_SUFFIX: '' }, /without DOMAIN_SUFFIX/],
    [{ DOMAIN_SUFFIX: '*.test' }, /DOMAIN_SUFFIX "\*\.test"/],
    [{ NAMESPACE: 'Not/One' }, /NAMESPACE "Not\/One"/],
    [{ GATEWAY_DNS_POLLING_INTERVAL: '30' }, /GATEWAY_DNS_POLLING_INTERVAL "30"/],
    [{ GATEWAY_DNS_POLLING_INTERVAL: '-5s' }, /GATEWAY_DNS_POLLING_INTERVAL "-5s"/],
    [{ GATEWAY_DNS_POLLING_INTERVAL: '1ms' }, /shorter than 100ms/],
    [{ MCS_GATEWAY_DNS_HUB_ID: 'a.b' }, /MCS_GATEWAY_DNS_HUB_ID "a\.b"/],
    [{ MCS_GATEWAY_DNS_CROSS_NAMESPACE: 'some' }, /none of none, policy, all/],
    [{ MCS_GATEWAY_DNS_HEALTH_CHECKS: 'yes' }, /neither true nor false/],
  ])('refuses %j with a code', (env, message) => {
    expect(() => readGatewayDNSSettings({ DOMAIN_SUFFIX: 'xcc.test', ...env })).toThrow(expect.objectContaining({ code: 'MCS_USAGE', message: expect.stringMatching(message) as unknown }));
  });
});

describe('readGatewayDNSFlags', () => {
  it.each<[string[], ReturnType<typeof readGatewayDNSFlags>]>([
    [[], {}],
    [['--metrics-addr', ':9090'], { health: { port: 9090 } }],
    [['-metrics-addr=127.0.0.1:9090', '-enable-leader-election'], { health: { host: '127.0.0.1', port: 9090 } }],
    [['--enable-leader-election=true'], {}],
    [['--enable-leader-election=0', '--metrics-addr=[::1]:1'], { health: { host: '::1', port: 1 } }],
  ])('takes %j', (args, expected) => {
    expect(readGatewayDNSFlags(args)).toEqual(expected);
  });

  it.each([[['--metrics-addr', '0']], [['--metrics-addr']], [['--webhooks']], [['--enable-leader-election=maybe']], [['word']]])('refuses %j with a code', (args) => {
    expect(() => readGatewayDNSFlags(args)).toThrow(expect.objectContaining({ code: 'MCS_USAGE' }));
  });
});

describe('defaultHubId', () => {
  it('differs from hub to hub', () => {
    const ids = ['uid-1', 'uid-2'].map(defaultHubId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^hub-[0-9a-f]{10}$/);
  });
});
