import type { Topology, TopologyCluster, TopologyConnection, TopologyService } from '../../inspect/topology.ts';
import { brokerTitle, cleanText, clusterLines, connectionLines, serviceName } from './describe.ts';
import { type BoxText, layOut, LINE, type Place } from './lay-out.ts';

const MAX_TEXT = 44;
const MAX_SERVICES = 5;
/** With more tunnels than this, only those that are not ok have a label; all have a tooltip. */
const MAX_LABELS = 28;
const LEGEND = ['solid: connected, time there / back', 'dashed: not connected, or not known', 'dotted: member of the broker', '* the two ends disagree'];
const FOOTER = { width: 300, height: LEGEND.length * LINE };

// plain colours in classes, no variables: viewers other than browsers do not know those
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.bg{fill:#fff}.box{fill:#f6f8fa;stroke:#57606a}.far{stroke-dasharray:5 4}.name{font-weight:600}.dim{fill:#57606a}
.link{stroke:#6e7781;stroke-dasharray:2 4}.tunnel{stroke-width:2.5}.ok{stroke:#1a7f37}.bad{stroke:#cf222e;stroke-dasharray:8 5}.unknown,.off{stroke:#9a6700;stroke-dasharray:8 5}.plate{fill:#fff;opacity:.9}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bg,.plate{fill:#0d1117}.box{fill:#161b22;stroke:#8b949e}.dim{fill:#9ea7b3}.link{stroke:#8b949e}.ok{stroke:#3fb950}.bad{stroke:#ff7b72}.unknown,.off{stroke:#d29922}}`;

function escapeXml(text: string): string {
  return cleanText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const shorten = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text);

function listServices(verb: string, services: readonly TopologyService[]): readonly string[] {
  const more = services.length - MAX_SERVICES;
  return [...services.slice(0, MAX_SERVICES).map((service) => `${verb} ${serviceName(service)}`), ...(more > 0 ? [`${verb} ${more} more`] : [])];
}

function boxOf(cluster: TopologyCluster, services: readonly TopologyService[]): BoxText {
  const exported = services.filter(({ exportedBy }) => exportedBy.includes(cluster.cluster));
  const imported = services.filter((service) => !exported.includes(service) && service.importedIn.includes(cluster.cluster));
  return { lines: [cluster.cluster, ...clusterLines(cluster), ...listServices('exports', exported), ...listServices('imports', imported)].map(shorten) };
}

function drawLines(lines: readonly string[], x: number, top: number, className: string): string {
  return lines.map((line, index) => `<text x="${x}" y="${top + index * LINE}" text-anchor="middle"${className === '' ? '' : ` class="${className}"`}>${escapeXml(line)}</text>`).join('');
}

function drawBox({ height, width, x, y }: Place, { lines }: BoxText, isFar: boolean): string {
  const [name = '', ...rest] = lines;
  const first = y - ((lines.length - 1) * LINE) / 2 + 5;
  const box = `<rect class="box${isFar ? ' far' : ''}" x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="8"/>`;
  return `<g>${box}${drawLines([name], x, first, 'name')}${drawLines(rest, x, first + LINE, 'dim')}</g>`;
}

const drawLine = (one: Place, other: Place, className: string, title: string): string =>
  `<line class="${className}" x1="${one.x}" y1="${one.y}" x2="${other.x}" y2="${other.y}"><title>${escapeXml(title)}</title></line>`;

/** `west - east: connected 1.2ms / 1.3ms`, with what the two ends say of it. */
function sentence(connection: TopologyConnection): string {
  const messages = connection.views.map(({ message }) => message).filter((message) => message !== '');
  return [`${connection.clusters.join(' - ')}: ${connectionLines(connection).join(', ')}`, ...new Set(messages)].join('; ');
}

const labelWidth = (lines: readonly string[]): number => Math.max(0, ...lines.map(({ length }) => length)) * 7 + 8;

function drawLabel(one: Place, other: Place, lines: readonly string[], isChord: boolean): string {
  // all long chords of an even ring cross in its middle
  const share = isChord ? 0.36 : 0.5;
  const [x, y] = [Math.round(one.x + (other.x - one.x) * share), Math.round(one.y + (other.y - one.y) * share)];
  const width = labelWidth(lines);
  const top = y - (lines.length * LINE) / 2;
  return `<rect class="plate" x="${x - width / 2}" y="${top}" width="${width}" height="${lines.length * LINE}" rx="4"/>${drawLines(lines, x, top + 13, '')}`;
}

/** A picture that needs nothing else: no script, no font or style from elsewhere; it follows the light or dark of its reader. In a page that styles the classes itself, `style` is empty: one in a picture would hold for the whole page. */
export function renderSvg({ brokers, clusters, connections, services = [] }: Topology, style = STYLE): string {
  const boxes = clusters.map((cluster) => boxOf(cluster, services));
  const brokerBoxes = brokers.map((broker) => ({ lines: [brokerTitle(broker), broker.namespace].map(shorten) }));
  const layout = layOut(brokerBoxes, boxes, FOOTER, labelWidth(connections.flatMap(connectionLines).map(shorten)));
  const index = new Map(clusters.map(({ cluster }, position) => [cluster, position]));
  const placeOf = (cluster: string): readonly Place[] => layout.clusters.slice(index.get(cluster) ?? clusters.length).slice(0, 1);
  const links = brokers.flatMap((broker, position) => layout.brokers.slice(position, position + 1).flatMap((place) => broker.members.flatMap((member) => placeOf(member).map((at) => drawLine(place, at, 'link', `${member} is a member of the ${brokerTitle(broker)}`)))));
  const ends = connections.flatMap((connection) => {
    const [one, other] = connection.clusters.flatMap(placeOf);
    return one === undefined || other === undefined ? [] : [{ connection, one, other }];
  });
  const lines = ends.map(({ connection, one, other }) => drawLine(one, other, `tunnel ${connection.verdict}`, sentence(connection)));
  const labelled = ends.length > MAX_LABELS ? ends.filter(({ connection }) => connection.verdict !== 'ok' || connection.asymmetry !== undefined) : ends;
  const labels = labelled.map(({ connection, one, other }) => drawLabel(one, other, connectionLines(connection).map(shorten), clusters.length > 3 && isChord(connection, index, clusters.length)));
  const legend = LEGEND.map((line, row) => `<text class="dim" x="24" y="${layout.height - 24 - (LEGEND.length - 1 - row) * LINE}">${line}</text>`);
  const summary = connections.length === 0 ? 'There are no tunnels.' : connections.map(sentence).join('. ');
  const body = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${layout.height}" width="${layout.width}" height="${layout.height}" role="img" aria-labelledby="topology-title topology-desc">`,
    `<title id="topology-title">${escapeXml(`Clusters: ${clusters.map(({ cluster }) => cluster).join(', ')}`)}</title>`,
    `<desc id="topology-desc">${escapeXml(summary)}</desc>`,
    ...(style === '' ? [] : [`<style>${style}</style>`]),
    `<rect class="bg" width="${layout.width}" height="${layout.height}"/>`,
    ...links,
    ...lines,
    ...brokers.flatMap((broker, position) => zip(layout.brokers[position], brokerBoxes[position], !broker.isRead)),
    ...clusters.flatMap(({ isRead }, position) => zip(layout.clusters[position], boxes[position], !isRead)),
    ...labels,
    ...legend,
    '</svg>',
  ];
  return `${body.join('\n')}\n`;
}

const zip = (place: Place | undefined, text: BoxText | undefined, isFar: boolean): readonly string[] => (place === undefined || text === undefined ? [] : [drawBox(place, text, isFar)]);

/** Whether the two do not stand beside each other on the ring. */
function isChord({ clusters: [one, other] }: TopologyConnection, index: ReadonlyMap<string, number>, count: number): boolean {
  const distance = Math.abs((index.get(one) ?? 0) - (index.get(other) ?? 0));
  return distance !== 1 && distance !== count - 1;
}
