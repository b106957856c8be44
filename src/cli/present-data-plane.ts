import type { ConnectionRow, EndpointRow, GatewayRow } from '../inspect/data-plane.ts';
import type { NotInstalled } from '../inspect/show-report.ts';
import type { Section } from './sections.ts';

/** Rows of a topic of the data plane, or that there is none. */
type Rows<T> = readonly T[] | NotInstalled;

function sectionOf<T>(title: string, columns: readonly string[], rows: Rows<T>, cellsOf: (row: T) => readonly string[], empty: string): Section {
  if ('installed' in rows) return { title, columns: [], rows: [], empty: rows.message };
  return { title, columns, rows: rows.map(cellsOf), empty };
}

const orDash = (text: string): string => (text === '' ? '-' : text);

export function connectionSection(connections: Rows<ConnectionRow>): Section {
  const columns = ['CLUSTER', 'REMOTE CLUSTER', 'GATEWAY', 'REMOTE IP', 'NAT', 'CABLE DRIVER', 'SUBNETS', 'STATUS', 'RTT AVG'];
  const cellsOf = ({ cluster, remoteGateway, remoteCluster, remoteIP, nat, cableDriver, subnets, status, message, averageRTT }: ConnectionRow): string[] => {
    const state = message === '' ? status : `${status}: ${message}`;
    return [cluster, remoteCluster, orDash(remoteGateway), remoteIP, nat ? 'yes' : 'no', cableDriver, subnets.join(', '), state, orDash(averageRTT)];
  };
  return sectionOf('Connections', columns, connections, cellsOf, 'there are no connections');
}

export function endpointSection(endpoints: Rows<EndpointRow>): Section {
  const columns = ['CLUSTER', 'ENDPOINT OF', 'GATEWAY', 'ENDPOINT IP', 'PUBLIC IP', 'CABLE DRIVER', 'TYPE'];
  const cellsOf = ({ cluster, endpointCluster, gateway, endpointIP, publicIP, cableDriver, type }: EndpointRow): string[] => [cluster, endpointCluster, gateway, endpointIP, orDash(publicIP), cableDriver, type];
  return sectionOf('Endpoints', columns, endpoints, cellsOf, 'no gateway has made itself known: mcs gateway label <node> makes one');
}

export function gatewaySection(gateways: Rows<GatewayRow>): Section {
  const cellsOf = ({ cluster, node, haStatus, summary }: GatewayRow): string[] => [cluster, node, haStatus, summary];
  return sectionOf('Gateways', ['CLUSTER', 'NODE', 'HA STATUS', 'SUMMARY'], gateways, cellsOf, 'no node is a gateway: mcs gateway label <node> makes one');
}
