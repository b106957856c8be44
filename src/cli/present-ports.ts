import type { Flow, Party } from '../inspect/ports/flow.ts';
import type { Section } from './sections.ts';

const portOf = ({ port, protocol }: Flow): string => (port === undefined ? (protocol === 'ICMP' ? '-' : 'all') : String(port));
const who = ({ cluster, role }: Party): string => `${cluster} ${role}`;

/** `west gateways (10.0.0.4, 198.51.100.7)` */
function describeParty(party: Party): string {
  const shown = party.addresses.slice(0, 3);
  const more = party.addresses.length - shown.length;
  return shown.length === 0 ? who(party) : `${who(party)} (${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

/** A table for each kind of way. */
export function portSections(flows: readonly Flow[]): readonly Section[] {
  return [...Map.groupBy(flows, ({ scope }) => scope)].map(([scope, some]) => ({
    title: `${scope.charAt(0).toUpperCase()}${scope.slice(1)}`,
    columns: ['PROTOCOL', 'FROM', 'TO', 'PORT', 'WHY'],
    rows: some.map((flow) => [flow.protocol, describeParty(flow.from), describeParty(flow.to), portOf(flow), flow.why]),
    empty: 'nothing',
  }));
}

/** RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(text: string): string {
  const safe = /^[=+@-]./.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** For the people who run the firewall: all addresses, a line each flow. */
export function portsCsv(flows: readonly Flow[]): string {
  const rows = flows.map((flow) => [flow.scope, flow.protocol, who(flow.from), flow.from.addresses.join(' '), who(flow.to), flow.to.addresses.join(' '), flow.port === undefined ? '' : String(flow.port), flow.why]);
  return [['scope', 'protocol', 'from', 'from addresses', 'to', 'to addresses', 'port', 'why'], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
