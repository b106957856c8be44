import type { TopologyBroker, TopologyCluster, TopologyConnection, TopologyGateway, TopologyService, TunnelView } from '../../inspect/topology.ts';
import { formatTime } from '../format-time.ts';

const GATEWAY_MARKS: Readonly<Record<TopologyGateway['state'], string>> = { active: '', passive: ' (stands by)', silent: ' (silent)', unknown: ' (unknown)' };

/** `gateway node-1 (silent)`, or that the cluster was not read. */
export function clusterLines({ gateways, isRead }: TopologyCluster): readonly string[] {
  return isRead ? gateways.map(({ node, state }) => `gateway ${node}${GATEWAY_MARKS[state]}`) : ['not read'];
}

export const brokerTitle = ({ host, isRead }: TopologyBroker): string => (isRead ? `broker in ${host}` : `broker at ${host}`);

const viewText = ({ averageRTT, state }: TunnelView): string => (averageRTT === undefined ? state : `${state} ${formatTime(averageRTT)}`);

/** One line where both ends say the same, else a line for each: words as well as times, because colours alone do not tell. */
export function connectionLines({ asymmetry, clusters, views }: TopologyConnection): readonly string[] {
  const [there, back] = views;
  const mark = asymmetry === undefined ? '' : ' *';
  if (there.state !== back.state) return [`${clusters[0]}: ${viewText(there)}${mark}`, `${clusters[1]}: ${viewText(back)}${mark}`];
  if (there.averageRTT === undefined && back.averageRTT === undefined) return [`${there.state}${mark}`];
  return [`${there.state} ${formatTime(there.averageRTT ?? '-')} / ${formatTime(back.averageRTT ?? '-')}${mark}`];
}

export const serviceName = ({ name, namespace }: TopologyService): string => `${namespace}/${name}`;

/** Texts come from clusters: control characters have no place in a picture, and XML does not allow most of them; nor has what turns the direction of writing. */
export function cleanText(text: string): string {
  // \p{Cs} is half of a surrogate pair without its other half
  return text.replaceAll(/[\p{Cc}\p{Cs}\u{FFFE}\u{FFFF}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, ' ');
}
