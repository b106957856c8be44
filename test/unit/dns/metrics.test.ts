import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { createDnsMetrics } from '../../../src/dns/metrics.ts';

describe('createDnsMetrics', () => {
  it('counts by transport, type and rcode, and puts types that clients make up into one', async () => {
    const registry = new Registry();
    const metrics = createDnsMetrics(registry, () => 3);
    metrics.answered('udp', 1, 0, 0.00003);
    metrics.answered('udp', 1, 0, 0.3);
    metrics.answered('tcp', 33, 3, 0.0001);
    metrics.answered('udp', 65_000, 0, 0.0001);
    metrics.answered('udp', 64_000, 0, 0.0001);
    metrics.answered('udp', 1, 16, 0.0001);
    metrics.answered('udp', 1, 0, 0.0001, 'gateways');
    metrics.answered('tcp', 5, 0, 0.0001, 'gateways');
    metrics.answered('udp', 28, 3, 0.0001, 'cluster.local');
    metrics.dropped('udp');
    const text = await registry.metrics();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'mcs_dns_queries_total{transport="udp",type="A",rcode="NOERROR"} 3',
        'mcs_dns_queries_total{transport="tcp",type="CNAME",rcode="NOERROR"} 1',
        'mcs_dns_zone_queries_total{zone="gateways",rcode="NOERROR"} 2',
        'mcs_dns_zone_queries_total{zone="cluster.local",rcode="NXDOMAIN"} 1',
        'mcs_dns_zone_queries_total{zone="none",rcode="NOERROR"} 4',
        'mcs_dns_queries_total{transport="tcp",type="SRV",rcode="NXDOMAIN"} 1',
        'mcs_dns_queries_total{transport="udp",type="other",rcode="NOERROR"} 2',
        'mcs_dns_queries_total{transport="udp",type="A",rcode="BADVERS"} 1',
        'mcs_dns_dropped_total{transport="udp"} 1',
        'mcs_dns_query_seconds_bucket{le="0.00005"} 1',
        'mcs_dns_query_seconds_bucket{le="0.0002"} 8',
        'mcs_dns_query_seconds_bucket{le="+Inf"} 9',
        'mcs_dns_query_seconds_count 9',
        'mcs_dns_services 3',
      ]),
    );
    expect(text).toContain('# TYPE mcs_dns_query_seconds histogram');
    // a second scrape counts nothing twice
    expect(await registry.metrics()).toBe(text);
  });
});
