import { describe, expect, it } from '@jest/globals';
import type { Workload } from '../../../../src/api/types/index.ts';
import { hubVars, standingHubSettings, standingSuffixes, validateHubSettings, validateSuffix, validateSuffixes } from '../../../../src/deployers/gateway-dns/settings.ts';
import { readGatewayDNSSettings } from '../../../../src/gateway-dns/read-settings.ts';
import { thrown } from '../../../helpers/thrown.ts';

function deployment(env: Readonly<Record<string, string>>): Workload {
  const containers = [{ name: 'a', image: 'a', env: [...Object.entries(env).map(([name, value]) => ({ name, value })), { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }] }];
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { selector: {}, template: { spec: { containers } } } };
}

describe('validateSuffix()', () => {
  it.each([
    ['xcc.test', 'xcc.test'],
    ['XCC.Test.', 'xcc.test'],
    ['test', 'test'],
  ])('takes "%s"', (text, suffix) => {
    expect(validateSuffix(text)).toBe(suffix);
  });

  it.each(['', '.', 'a b', 'a..b', '*.xcc.test', 'cluster.local', 'x.clusterset.local', 'CLUSTER.LOCAL.'])('refuses "%s"', (text) => {
    expect(thrown(() => validateSuffix(text))).toMatchObject({ code: 'MCS_USAGE' });
  });

  it('has each suffix once, and at least one', () => {
    expect(validateSuffixes(['a.test', 'A.test.', 'b.test'])).toEqual(['a.test', 'b.test']);
    expect(thrown(() => validateSuffixes([]))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('hub settings', () => {
  it.each([{ pollingInterval: '30' }, { pollingInterval: '0s' }, { pollingInterval: '99ms' }, { hubID: 'A' }, { hubID: 'a'.repeat(41) }, { suffix: 'a b' }])('refuse %j', (settings) => {
    expect(thrown(() => validateHubSettings(settings))).toMatchObject({ code: 'MCS_USAGE' });
  });

  it.each([{}, { suffix: 'a.test' }, { pollingInterval: '100ms' }, { pollingInterval: '1m30s', crossNamespace: 'all', healthChecks: false, hubID: 'a'.repeat(40) }] as const)('that are accepted here, %j, are accepted by the hub, and read back', (given) => {
    const { suffix, pollingInterval, crossNamespace, healthChecks, hubID } = hubVars(validateHubSettings(given));
    const env = { DOMAIN_SUFFIX: suffix, GATEWAY_DNS_POLLING_INTERVAL: pollingInterval, MCS_GATEWAY_DNS_CROSS_NAMESPACE: crossNamespace, MCS_GATEWAY_DNS_HEALTH_CHECKS: healthChecks, MCS_GATEWAY_DNS_HUB_ID: hubID };
    expect(() => readGatewayDNSSettings(env)).not.toThrow();
    expect(standingHubSettings(deployment(env))).toMatchObject(given);
  });

  it('of a Deployment of cross-cluster-connectivity are its suffix', () => {
    expect(standingHubSettings(deployment({ DOMAIN_SUFFIX: 'a.test' }))).toEqual({ suffix: 'a.test' });
    expect(standingHubSettings(undefined)).toEqual({});
  });
});

describe('standingSuffixes()', () => {
  it.each([
    [{ MCS_DNS_SUFFIXES: 'a.test, b.test' }, ['a.test', 'b.test']],
    [{}, undefined],
  ])('reads %j as %j', (env, suffixes) => {
    expect(standingSuffixes(deployment(env))).toEqual(suffixes);
  });
});
