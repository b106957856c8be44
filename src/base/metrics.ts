import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** A registry of one process, with its memory and CPU, and a constant gauge that tells part and version. */
export function createRegistry(part: string, version: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'mcs_build_info', help: 'Part and version; always 1', labelNames: ['part', 'version'], registers: [registry] }).set({ part, version }, 1);
  return registry;
}

/** Counts requests to API servers, watches apart. Gives, for a server's role (local, broker), what a client calls for each. */
export function createRequestCounter(registry: Registry): (server: string) => (method: string, resource: string) => void {
  const requests = new Counter({ name: 'mcs_api_requests_total', help: 'Requests to API servers, without watches', labelNames: ['server', 'method', 'resource'], registers: [registry] });
  return (server) => (method, resource) => requests.inc({ server, method, resource });
}
