import { combineExitCodes, EXIT } from '../../base/exit-codes.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { findFleet } from '../../cli/connect.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { type GatewayDnsReport, gatewayDnsRemarks, gatewayDnsSections, shortGatewayDns } from '../../cli/present-gateway-dns-status.ts';
import { readContexts } from '../../cli/read-contexts.ts';
import { formatSections } from '../../cli/sections.ts';

export default class GatewayDnsStatus extends BaseCommand {
  static override readonly summary = 'Show gateway names: what hubs publish, and what resolves where';
  static override readonly description = "On hubs it shows each GatewayDNS with its conditions and clusters, elsewhere the name server, whether the cluster's own DNS forwards to it, and the names that resolve. The exit code is 3 where one of these is not as it should be.";
  static override readonly examples = ['<%= config.bin %> gateway-dns status', '<%= config.bin %> gateway-dns status --context management -o json'];
  static override readonly flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(GatewayDnsStatus);
    const { isHubWell, isServerWell, readGatewayDns } = await import('../../deployers/gateway-dns/index.ts');
    const { values, unread, code } = await readContexts(await findFleet(flags, this.version), { object: 'gateway-dns', read: readGatewayDns, signal: this.signal });
    const report: GatewayDnsReport = { formatVersion: 1, hubs: values.flatMap(({ hubs }) => hubs), servers: values.flatMap(({ servers }) => servers), unread };
    await this.present(report, flags.output, { table: () => formatSections(gatewayDnsSections(report), this.terminal.width), short: () => shortGatewayDns(report) });
    if (flags.output === 'table') for (const remark of gatewayDnsRemarks(report)) this.note(remark);
    const isWell = report.hubs.every(isHubWell) && report.servers.every(isServerWell);
    process.exitCode = combineExitCodes([isWell ? EXIT.ok : EXIT.checksFailed, code]);
  }
}
