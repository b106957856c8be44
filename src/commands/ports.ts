import { Flags } from '@oclif/core';
import { FleetCommand } from '../cli/fleet-command.ts';
import { fleetFlags } from '../cli/flags.ts';
import { portsCsv, portSections } from '../cli/present-ports.ts';
import { formatSections } from '../cli/sections.ts';
import { splitList } from '../cli/split-list.ts';
import { planFlows } from '../inspect/ports/plan-flows.ts';
import { readPorts } from '../inspect/ports/read-ports.ts';
import { renderNft } from '../inspect/ports/render-nft.ts';

export default class Ports extends FleetCommand {
  static override readonly summary = 'Say what firewalls must let through between and within clusters';
  static override readonly description =
    'Computed from what the members were joined with (cable driver, port of the tunnels, NAT, probes, DNS) and from the addresses of their gateways. Clusters that are no context of the kubeconfig are taken from the broker. With -o nft it prints rules to load on a firewall; they count what comes by, and drop nothing.';
  static override readonly examples = ['<%= config.bin %> ports --for west,east', '<%= config.bin %> ports --for west,east -o csv', '<%= config.bin %> ports -o nft'];
  static override readonly flags = {
    ...fleetFlags,
    for: Flags.string({ summary: 'Ids of the clusters, separated by commas (default: all that are found)' }),
    output: Flags.option({ char: 'o', options: ['table', 'csv', 'nft', 'json', 'yaml'] as const, default: 'table' as const, summary: 'Form of the result', helpGroup: 'OUTPUT' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Ports);
    await this.withFleet(flags, async (fleet) => {
      const clusters = await readPorts(fleet, splitList(flags.for), this.signal);
      const ids = clusters.map(({ cluster }) => cluster);
      const flows = planFlows(clusters);
      const { output } = flags;
      const table = (): string => (output === 'csv' ? portsCsv(flows) : output === 'nft' ? renderNft(flows, ids) : formatSections(portSections(flows), this.terminal.width));
      await this.present({ clusters: ids, flows }, output === 'json' || output === 'yaml' ? output : 'table', { table });
      for (const { context, error } of fleet.unread) this.note(`Not counted in: "${context}": ${error.message}`);
      if (ids.length === 0) this.note('No member was found in these clusters');
      this.setExitCode(fleet);
    });
  }
}
