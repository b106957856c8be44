import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createGatewayMetrics } from '../../../../src/dns/gateways/metrics.ts';

describe('createGatewayMetrics()', () => {
  it('tells what is served and what is not, without a name in any label', async () => {
    const registry = new Registry();
    const index = { size: 3, skipped: () => ({ hostname: 1, zone: 2, address: 5 }) };
    const external = { states: () => ({ fresh: 4, stale: 1, unknown: 0 }) };
    const count = createGatewayMetrics(registry, () => ({ index, external }));
    for (const outcome of ['addresses', 'addresses', 'noData', 'noName', 'failed'] as const) count(outcome);
    const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.sort()).toEqual([
      'mcs_dns_external_lookups_total{outcome="addresses"} 2',
      'mcs_dns_external_lookups_total{outcome="failed"} 1',
      'mcs_dns_external_lookups_total{outcome="nodata"} 1',
      'mcs_dns_external_lookups_total{outcome="nxdomain"} 1',
      'mcs_dns_external_names{state="fresh"} 4',
      'mcs_dns_external_names{state="stale"} 1',
      'mcs_dns_external_names{state="unknown"} 0',
      'mcs_dns_gateway_names 3',
      'mcs_dns_gateway_skipped{reason="address"} 5',
      'mcs_dns_gateway_skipped{reason="hostname"} 1',
      'mcs_dns_gateway_skipped{reason="zone"} 2',
    ]);
  });
});
