import type { Topology, TopologyConnection, TopologyService } from '../../inspect/topology.ts';
import { brokerTitle, cleanText, clusterLines, connectionLines, serviceName } from './describe.ts';

const COLORS: Readonly<Record<TopologyConnection['verdict'], string>> = { ok: '#1a7f37', bad: '#cf222e', unknown: '#9a6700', off: '#6e7781' };

/** In DOT, `\N` stands for a name and `&amp;` for a character even within quotes. */
function quote(lines: readonly string[]): string {
  const escaped = lines.map((line) => cleanText(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;'));
  return `"${escaped.join('\\n')}"`;
}

/** A picture for Graphviz. Nodes have names of our own, so that what stands in clusters is in labels only. */
export function renderDot({ brokers, clusters, connections, services = [] }: Topology): string {
  const ids = new Map(clusters.map(({ cluster }, index) => [cluster, `cluster${index + 1}`]));
  const idsOf = (names: readonly string[]): readonly string[] => names.flatMap((name) => ids.get(name) ?? []);
  const nodes = clusters.map((cluster) => `  ${ids.get(cluster.cluster)} [label=${quote([cluster.cluster, ...clusterLines(cluster)])}${cluster.isRead ? '' : ' style="rounded,dashed"'}];`);
  const brokerLines = brokers.flatMap((broker, index) => {
    const id = `broker${index + 1}`;
    const links = idsOf(broker.members).map((member) => `  ${member} -- ${id} [style=dotted color="#6e7781"];`);
    return [`  ${id} [shape=cylinder style=solid label=${quote([brokerTitle(broker), broker.namespace])}];`, ...links];
  });
  const tunnels = connections.map((connection) => {
    const [one, other] = idsOf(connection.clusters);
    const { verdict } = connection;
    return `  ${one} -- ${other} [label=${quote(connectionLines(connection))} color="${COLORS[verdict]}" fontcolor="${COLORS[verdict]}" penwidth=2${verdict === 'ok' ? '' : ' style=dashed'}];`;
  });
  const serviceLines = services.flatMap((service, index) => describeService(service, `service${index + 1}`, idsOf));
  return `${['graph topology {', '  graph [overlap=false splines=true];', '  node [shape=box style=rounded fontname="sans-serif"];', '  edge [fontname="sans-serif" fontsize=10];', ...nodes, ...brokerLines, ...tunnels, ...serviceLines, '}'].join('\n')}\n`;
}

function describeService(service: TopologyService, id: string, idsOf: (names: readonly string[]) => readonly string[]): readonly string[] {
  const exported = idsOf(service.exportedBy).map((from) => `  ${from} -- ${id} [dir=forward color="#0969da"];`);
  const exporters = new Set(service.exportedBy);
  const imported = idsOf(service.importedIn.filter((cluster) => !exporters.has(cluster))).map((to) => `  ${id} -- ${to} [dir=forward style=dotted color="#0969da"];`);
  return [`  ${id} [shape=ellipse style=solid label=${quote([serviceName(service)])}];`, ...exported, ...imported];
}
