import { Flags } from '@oclif/core';
import { FleetCommand } from '../cli/fleet-command.ts';
import { fleetFlags, outputFlags } from '../cli/flags.ts';
import { diffRemarks, diffSections } from '../cli/present-diff.ts';
import { showRemarks } from '../cli/present-show.ts';
import { namespaceFlags, parseServiceArgument, serviceArgs } from '../cli/service-argument.ts';
import { EXIT } from '../base/exit-codes.ts';

export default class Diff extends FleetCommand {
  static override readonly summary = 'Compare a service at its source, on the broker and where it is imported';
  static override readonly description = 'Field by field: type, ports, affinity, policies, exported labels, and every endpoint with its state; and how long each copy came behind its original. Only what differs is shown. Exit code 3 means that something differs.';
  static override readonly examples = ['<%= config.bin %> diff shop/nginx', '<%= config.bin %> diff shop/nginx --all', '<%= config.bin %> diff nginx -n shop --contexts west,east -o json'];
  static override readonly args = serviceArgs;

  static override readonly flags = {
    ...fleetFlags,
    ...outputFlags,
    ...namespaceFlags,
    all: Flags.boolean({ summary: 'Show what is the same too', helpGroup: 'OUTPUT' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Diff);
    const { diffService, readServiceView, requireKnown } = await import('../inspect/service/index.ts');
    const key = await parseServiceArgument(args.service, flags);
    await this.withFleet(flags, async (fleet) => {
      const view = await readServiceView(fleet, key, { signal: this.signal, timeoutMs: 8000 });
      requireKnown(view, 'compare');
      const diff = diffService(view);
      await this.presentSections(diff, flags.output, diffSections(diff, flags.all));
      if (flags.output === 'table') for (const remark of [...diffRemarks(diff), ...showRemarks(diff, (text) => this.asTyped(text))]) this.note(remark);
      this.setExitCode(fleet, diff.ok ? EXIT.ok : EXIT.checksFailed);
    });
  }
}
