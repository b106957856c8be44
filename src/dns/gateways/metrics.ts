import { Counter, Gauge, type Registry } from 'prom-client';
import type { ExternalNames, LookupOutcome } from './external-names.ts';
import type { GatewayIndex } from './gateway-index.ts';

/** What the figures are read from when somebody scrapes. */
export interface GatewayFigures {
  readonly index: Pick<GatewayIndex, 'size' | 'skipped'>;
  readonly external: Pick<ExternalNames, 'states'>;
}

const OUTCOMES: Readonly<Record<LookupOutcome, string>> = { addresses: 'addresses', noData: 'nodata', noName: 'nxdomain', failed: 'failed' };

/** Figures of gateway names; names and labels stand in the README of `dns`. Gives what counts lookups. */
export function createGatewayMetrics(registry: Registry, read: () => GatewayFigures): (outcome: LookupOutcome) => void {
  new Gauge({
    name: 'mcs_dns_gateway_names',
    help: 'Names of gateways that can be resolved, wildcards counted once',
    registers: [registry],
    collect() {
      this.set(read().index.size);
    },
  });
  new Gauge({
    name: 'mcs_dns_gateway_skipped',
    help: 'What of the EndpointSlices is not served: hostnames that are none, hostnames outside of the zones, addresses that are none',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      for (const [reason, count] of Object.entries(read().index.skipped())) this.set({ reason }, count);
    },
  });
  new Gauge({
    name: 'mcs_dns_external_names',
    help: 'Names outside that records lead to, once per family, by what is known of their addresses',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(read().external.states())) this.set({ state }, count);
    },
  });
  const lookups = new Counter({ name: 'mcs_dns_external_lookups_total', help: 'Lookups of such names that have ended', labelNames: ['outcome'], registers: [registry] });
  return (outcome) => lookups.inc({ outcome: OUTCOMES[outcome] });
}
