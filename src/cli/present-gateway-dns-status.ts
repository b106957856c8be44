import { type ClusterReport, type GatewayReport, gatewayTrouble, type HubReport, type ServerReport } from '../deployers/gateway-dns/gateway-report.ts';
import type { UnreadContext } from '../inspect/survey-fleet.ts';
import type { Section } from './sections.ts';

/** What `mcs gateway-dns status` found in all clusters. */
export interface GatewayDnsReport extends ClusterReport {
  readonly formatVersion: 1;
  /** Contexts that could not be read. */
  readonly unread: readonly UnreadContext[];
}

const runs = ({ ready, wanted }: { readonly ready: number; readonly wanted: number }): string => `${ready}/${wanted}`;
const maker = ({ madeBy, version }: { readonly madeBy: string; readonly version: string }): string => (madeBy === 'mcs' ? version : madeBy);

function hubRow(hub: HubReport): readonly string[] {
  const { context, namespace, suffix, clusters, gatewayDNS } = hub;
  return [context, namespace, runs(hub), maker(hub), suffix, clusters === undefined ? '?' : String(clusters.length), String(gatewayDNS.length)];
}

function gatewayRow({ context, madeBy }: HubReport, gateway: GatewayReport): readonly string[] {
  const state = madeBy === 'mcs' ? (gatewayTrouble(gateway) ?? 'published') : 'its controller does not say';
  return [context, `${gateway.namespace}/${gateway.name}`, gateway.service, gateway.resolutionType, gateway.published, state];
}

function clusterRows({ context }: HubReport, { namespace, name, clusters }: GatewayReport): readonly (readonly string[])[] {
  return clusters.map((cluster) => [context, `${namespace}/${name}`, cluster.name, cluster.state, cluster.hostname, (cluster.addresses ?? []).join(', '), (cluster.withheld ?? []).join(', '), cluster.message ?? '']);
}

function serverRow(server: ServerReport): readonly string[] {
  const { context, namespace, suffixes, wiring, names } = server;
  return [context, namespace, runs(server), maker(server), suffixes.join(', '), String(names.length), wiring === undefined ? 'not of mcs' : `${wiring.state}: ${wiring.message}`];
}

/** The tables of `mcs gateway-dns status`. */
export function gatewayDnsSections({ hubs, servers }: GatewayDnsReport): readonly Section[] {
  const gateways = hubs.flatMap((hub) => hub.gatewayDNS.map((gateway) => ({ hub, gateway })));
  const names = servers.flatMap(({ context, names: found }) => found.map(({ hostname, addressType, addresses, gatewayDNS = '' }) => [context, hostname, addressType, addresses.join(', '), gatewayDNS]));
  return [
    { title: 'Hubs', columns: ['CONTEXT', 'NAMESPACE', 'READY', 'VERSION', 'SUFFIX', 'CLUSTERS', 'GATEWAYDNS'], rows: hubs.map(hubRow), empty: 'no hub in these clusters' },
    { title: 'GatewayDNS', columns: ['CONTEXT', 'NAME', 'SERVICE', 'RESOLUTION', 'PUBLISHED', 'STATE'], rows: gateways.map(({ hub, gateway }) => gatewayRow(hub, gateway)), empty: 'none' },
    { title: 'Gateways', columns: ['CONTEXT', 'GATEWAYDNS', 'CLUSTER', 'STATE', 'HOSTNAME', 'ADDRESSES', 'WITHHELD', 'MESSAGE'], rows: gateways.flatMap(({ hub, gateway }) => clusterRows(hub, gateway)), empty: 'none' },
    { title: 'Name servers', columns: ['CONTEXT', 'NAMESPACE', 'READY', 'VERSION', 'SUFFIXES', 'NAMES', "CLUSTER'S OWN DNS"], rows: servers.map(serverRow), empty: 'no name server in these clusters' },
    { title: 'Names that resolve', columns: ['CONTEXT', 'HOSTNAME', 'TYPE', 'ADDRESSES', 'GATEWAYDNS'], rows: names, empty: 'none' },
  ];
}

/** One line for each hub and each name server. */
export function shortGatewayDns({ hubs, servers }: GatewayDnsReport): string {
  const hubLines = hubs.map((hub) => `${hub.context} hub ${runs(hub)} ${hub.gatewayDNS.map((gateway) => `${gateway.namespace}/${gateway.name}=${gatewayTrouble(gateway) === undefined ? 'ok' : 'trouble'}`).join(' ')}`.trimEnd());
  const serverLines = servers.map((server) => `${server.context} dns-server ${runs(server)} ${server.wiring?.state ?? 'not-of-mcs'} names=${server.names.length}`);
  return [...hubLines, ...serverLines].join('\n');
}

/** What the tables leave out. */
export function gatewayDnsRemarks({ servers, unread }: GatewayDnsReport): readonly string[] {
  const hints = servers.flatMap(({ context, wiring }) => (wiring?.hints ?? []).map((hint) => `In ${context}: ${hint}`));
  return [...hints, ...unread.map(({ context, message }) => `Cannot show "${context}": ${message}`)];
}
