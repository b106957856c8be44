import { Counter, Gauge, type Registry } from 'prom-client';

/** Present state of a hub, for its gauges. */
export interface GatewayDNSFigures {
  readonly isLeader: boolean;
  /** Workload clusters by the state of their connection. */
  readonly clusters: ReadonlyMap<string, number>;
  /** Names by what they lead to: `records`, `none`, `kept`, `pending`. */
  readonly names: ReadonlyMap<string, number>;
  /** Names in clusters that learn them, by how far they have them. */
  readonly deliveries: ReadonlyMap<string, number>;
  /** Addresses that are asked for an answer. */
  readonly probed: number;
  /** Addresses that are left out. */
  readonly withheld: number;
}

export interface GatewayDNSMetrics {
  /** Asks for the present state whenever the metrics are read. */
  observe(read: () => GatewayDNSFigures): void;
  wrote(count: number): void;
  failed(): void;
  asked(hasAnswered: boolean): void;
}

/** The metrics of a hub of gateway-dns. */
export function createGatewayDNSMetrics(registry: Registry): GatewayDNSMetrics {
  const registers = [registry];
  const writes = new Counter({ name: 'mcs_gateway_dns_slice_writes_total', help: 'Writes of slices to workload clusters', registers });
  const failures = new Counter({ name: 'mcs_gateway_dns_delivery_failures_total', help: 'Tries to bring the slices of one name in one cluster in line that failed', registers });
  const probes = new Counter({ name: 'mcs_gateway_dns_probes_total', help: 'Questions to addresses of gateways, by whether they answered', labelNames: ['answered'], registers });
  return {
    observe: (read) => observeFigures(registry, read),
    wrote: (count) => writes.inc(count),
    failed: () => failures.inc(),
    asked: (hasAnswered) => probes.inc({ answered: String(hasAnswered) }),
  };
}

function observeFigures(registry: Registry, read: () => GatewayDNSFigures): void {
  const registers = [registry];
  const byLabel = (name: string, help: string, label: string, pick: (figures: GatewayDNSFigures) => ReadonlyMap<string, number>): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of pick(read())) this.set({ [label]: value }, count);
      },
    });
  const plain = (name: string, help: string, pick: (figures: GatewayDNSFigures) => number): Gauge => new Gauge({ name, help, registers, collect() { this.set(pick(read())); } });
  byLabel('mcs_gateway_dns_clusters', 'Workload clusters, by the state of their connection', 'state', ({ clusters }) => clusters);
  byLabel('mcs_gateway_dns_names', 'Names of gateways, by what they lead to', 'content', ({ names }) => names);
  byLabel('mcs_gateway_dns_deliveries', 'Names in clusters that learn them, by how far they have them', 'state', ({ deliveries }) => deliveries);
  plain('mcs_gateway_dns_probed_addresses', 'Addresses of gateways that are asked for an answer', ({ probed }) => probed);
  plain('mcs_gateway_dns_withheld_addresses', 'Addresses of gateways that are left out because they do not answer', ({ withheld }) => withheld);
  plain('mcs_gateway_dns_leader', 'Whether this process is the active one', ({ isLeader }) => Number(isLeader));
}
