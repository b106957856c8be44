import { connectionSection, endpointSection, gatewaySection } from './present-data-plane.ts';
import type { ShowReport } from '../inspect/show-report.ts';
import type { Section } from './sections.ts';

/** `west 10.0.0.1, east 10.1.0.1` */
function listIPs(ips: Readonly<Record<string, readonly string[]>>): string {
  return list(Object.entries(ips).flatMap(([cluster, addresses]) => addresses.map((address) => `${cluster} ${address}`)));
}

const list = (values: readonly string[]): string => (values.length === 0 ? '-' : values.join(', '));

/** The tables of `mcs show`, in a fixed order. */
export function showSections(report: ShowReport): readonly Section[] {
  const sections: Section[] = [];
  if (report.brokers !== undefined) {
    const rows = report.brokers.map(({ cluster, namespace, desk, members, exports }) => [cluster, namespace, desk, list(members), String(exports)]);
    sections.push({ title: 'Brokers', columns: ['CLUSTER', 'NAMESPACE', 'DESK', 'MEMBERS', 'EXPORTS'], rows, empty: 'no broker in these clusters' });
  }
  if (report.connections !== undefined) sections.push(connectionSection(report.connections));
  if (report.endpoints !== undefined) sections.push(endpointSection(report.endpoints));
  if (report.gateways !== undefined) sections.push(gatewaySection(report.gateways));
  if (report.networks !== undefined) {
    const rows = report.networks.map((row) => [row.cluster, list(row.podCIDRs), list(row.serviceCIDRs), list(row.nodeCIDRs), list(row.components), row.cableDriver, row.dnsWiring?.state ?? 'unknown']);
    sections.push({ title: 'Networks', columns: ['CLUSTER', 'POD CIDRS', 'SERVICE CIDRS', 'NODES', 'COMPONENTS', 'CABLE DRIVER', 'CLUSTER DNS'], rows, empty: 'no member in these clusters' });
  }
  if (report.services !== undefined) {
    const rows = report.services.map(({ namespace, name, type, exportedBy, importedIn, ips, ports, state }) => [namespace, name, type, list(exportedBy), list(importedIn), listIPs(ips), list(ports), state]);
    sections.push({ title: 'Services', columns: ['NAMESPACE', 'SERVICE', 'TYPE', 'EXPORTED BY', 'IMPORTED IN', 'CLUSTERSET IPS', 'PORTS', 'STATE'], rows, empty: 'nothing is exported' });
  }
  if (report.versions !== undefined) {
    const rows = report.versions.map(({ cluster, component, image, version, ready, wanted }) => [cluster, component, image, version, `${ready}/${wanted}`]);
    sections.push({ title: 'Versions', columns: ['CLUSTER', 'COMPONENT', 'IMAGE', 'VERSION', 'READY'], rows, empty: 'nothing is installed' });
  }
  // an empty table of clusters that could not be read says nothing about them
  return report.unread.length === 0 ? sections : sections.map((section) => ({ ...section, empty: `${section.empty} (as far as the clusters could be read)` }));
}

/** What the tables leave out, and what to do about clusters that could not be read; `asTyped` as in BaseCommand. */
export function showRemarks({ unread, leftOut }: Pick<ShowReport, 'unread' | 'leftOut'>, asTyped: (command: string) => string): readonly string[] {
  const byReason = Map.groupBy(leftOut, ({ reason }) => reason);
  const omitted = [...byReason].map(([reason, entries]) => `Left out: ${entries.map(({ context }) => context).join(', ')} (${reason})`);
  const failed = unread.flatMap(({ context, hints, message }) => [`Cannot show "${context}": ${message}`, ...hints.slice(0, 1).map((hint) => `  Try: ${asTyped(hint)}`)]);
  return [...failed, ...omitted];
}
