import type { EndpointGroup, RecordPort } from '../record.ts';

/** Ports of one exporter, in order of precedence. */
export interface ExportedPorts {
  readonly cluster: string;
  readonly ports: readonly RecordPort[];
}

export interface MergedPorts {
  readonly ports: readonly RecordPort[];
  /** Per cluster: name of the merged port that each of its port names contributes to; a name that is missing contributes nothing. */
  readonly names: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Clusters whose ports are not those of the first one. */
  readonly differing: readonly string[];
}

function isSameNumber(a: RecordPort, b: RecordPort): boolean {
  return a.protocol === b.protocol && a.port === b.port;
}

/** Order of no meaning is dropped, so that equal sets have equal texts. */
export function describePorts(ports: readonly RecordPort[]): string {
  const texts = ports.map(({ name, protocol, port, appProtocol }) => [name, `${protocol}/${port}`, appProtocol].filter((part) => part !== undefined && part !== '').join(' '));
  return texts.length === 0 ? 'none' : texts.toSorted().join(', ');
}

/**
 * Union of the exporters' ports (KEP-1645): merged first by name, then by protocol and number, so
 * that neither occurs twice; the exporter that comes first decides. A port that has the name of a
 * standing one but another number contributes nothing (traffic to a conflicting port only goes to
 * clusters that expose it); one with the same number under another name contributes to that port.
 */
export function mergePorts(exporters: readonly ExportedPorts[]): MergedPorts {
  const ports: RecordPort[] = [];
  const names = new Map<string, Map<string, string>>();
  for (const exporter of exporters) {
    const own = new Map<string, string>();
    for (const port of exporter.ports) {
      const named = ports.find(({ name }) => name === port.name);
      const target = named ?? ports.find((standing) => isSameNumber(standing, port));
      if (target === undefined) ports.push(port);
      if (target === undefined || isSameNumber(target, port)) own.set(port.name, (target ?? port).name);
    }
    names.set(exporter.cluster, own);
  }
  const first = describePorts(exporters[0]?.ports ?? []);
  const differing = exporters.filter((exporter) => describePorts(exporter.ports) !== first).map(({ cluster }) => cluster);
  return { ports, names, differing };
}

/** Ports of a cluster's endpoints under their merged names; those that contribute to no merged port are left out (C4). */
export function contributedPorts({ names }: MergedPorts, cluster: string, { ports }: Pick<EndpointGroup, 'ports'>): RecordPort[] {
  const merged = names.get(cluster);
  return ports.flatMap((port) => {
    const name = merged?.get(port.name);
    return name === undefined ? [] : [{ ...port, name }];
  });
}
