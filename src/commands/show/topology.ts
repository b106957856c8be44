import { Flags } from '@oclif/core';
import { FleetCommand } from '../../cli/fleet-command.ts';
import { fleetFlags } from '../../cli/flags.ts';
import { showRemarks } from '../../cli/present-show.ts';
import { PICTURE_FORMATS, renderTopology } from '../../cli/topology/index.ts';
import { makeTopology } from '../../inspect/topology.ts';

export default class ShowTopology extends FleetCommand {
  static override readonly summary = 'Draw clusters, brokers, gateways and the tunnels between them';
  static override readonly description =
    'With state and mean time there and back as both ends of each tunnel see them. `dot` is for Graphviz (`... | dot -Tpng > topology.png`), `mermaid` for Markdown, `svg` is a picture on its own, light or dark as its reader is (`... -o svg > topology.svg`). Clusters that were not read but are known to others have a dashed frame.';
  static override readonly examples = ['<%= config.bin %> show topology', '<%= config.bin %> show topology -o svg', '<%= config.bin %> show topology -o mermaid --services'];
  static override readonly flags = {
    ...fleetFlags,
    services: Flags.boolean({ summary: 'Draw the shared services too' }),
    output: Flags.option({ char: 'o', options: [...PICTURE_FORMATS, 'json', 'yaml'] as const, default: 'dot' as const, summary: 'Form of the picture', helpGroup: 'OUTPUT' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowTopology);
    await this.withFleet(flags, async (fleet) => {
      const topology = makeTopology(fleet, { services: flags.services });
      const { output } = flags;
      if (output === 'json' || output === 'yaml') await this.present(topology, output, { table: () => '' });
      else await this.present(topology, 'table', { table: () => renderTopology(topology, output) });
      for (const remark of showRemarks(topology, (text) => this.asTyped(text))) this.note(remark);
      this.setExitCode(fleet);
    });
  }
}
