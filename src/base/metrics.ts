import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** A registry of one process, with its memory and CPU, and a constant gauge that tells part and version. */
export function createRegistry(part: string, version: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'mcs_build_info', help: 'Part and version; always 1', labelNames: ['part', 'version'], registers: [registry] }).set({ part, version }, 1);
  return registry;
}
