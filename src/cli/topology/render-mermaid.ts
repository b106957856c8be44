import type { Topology, TopologyConnection, TopologyService } from '../../inspect/topology.ts';
import { brokerTitle, cleanText, clusterLines, connectionLines, serviceName } from './describe.ts';

const STROKES: Readonly<Record<TopologyConnection['verdict'], string>> = { ok: '#1a7f37', bad: '#cf222e', unknown: '#9a6700', off: '#6e7781' };

/**
 * Within quotes mermaid still reads Markdown between backticks, HTML, and entities, which begin with
 * `#` there; whatever is not plain is written as such an entity by its number.
 */
function quote(lines: readonly string[]): string {
  const escaped = lines.map((line) => cleanText(line).replaceAll(/[^\p{L}\p{N} ./:,()+-]/gu, (character) => `#${character.codePointAt(0)};`));
  return `"${escaped.join('<br/>')}"`;
}

/** A flowchart as GitHub, GitLab and editors draw it. */
export function renderMermaid({ brokers, clusters, connections, services = [] }: Topology): string {
  const ids = new Map(clusters.map(({ cluster }, index) => [cluster, `cluster${index + 1}`]));
  const idsOf = (names: readonly string[]): readonly string[] => names.flatMap((name) => ids.get(name) ?? []);
  const nodes = clusters.map((cluster) => `  ${ids.get(cluster.cluster)}[${quote([cluster.cluster, ...clusterLines(cluster)])}]`);
  const unread = clusters.filter(({ isRead }) => !isRead).map(({ cluster }) => `  style ${ids.get(cluster)} stroke-dasharray: 4 4`);
  // linkStyle counts the links in the order of the text, so tunnels come first
  const tunnels = connections.flatMap((connection) => {
    const [one, other] = idsOf(connection.clusters);
    return [`  ${one} ${connection.verdict === 'ok' ? '---' : '-.-'}|${quote(connectionLines(connection))}| ${other}`];
  });
  const styles = connections.map(({ verdict }, index) => `  linkStyle ${index} stroke:${STROKES[verdict]},stroke-width:2px`);
  const brokerLines = brokers.flatMap((broker, index) => {
    const id = `broker${index + 1}`;
    return [`  ${id}[(${quote([brokerTitle(broker), broker.namespace])})]`, ...idsOf(broker.members).map((member) => `  ${member} -.- ${id}`)];
  });
  const serviceLines = services.flatMap((service, index) => describeService(service, `service${index + 1}`, idsOf));
  return `${['flowchart LR', ...nodes, ...tunnels, ...brokerLines, ...serviceLines, ...styles, ...unread].join('\n')}\n`;
}

function describeService(service: TopologyService, id: string, idsOf: (names: readonly string[]) => readonly string[]): readonly string[] {
  const exporters = new Set(service.exportedBy);
  const exported = idsOf(service.exportedBy).map((from) => `  ${from} --> ${id}`);
  const imported = idsOf(service.importedIn.filter((cluster) => !exporters.has(cluster))).map((to) => `  ${id} -.-> ${to}`);
  return [`  ${id}([${quote([serviceName(service)])}])`, ...exported, ...imported];
}
