import { Args, Flags } from '@oclif/core';
import { McsError } from '../../base/errors.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../../cli/flags.ts';
import { HubCommand } from '../../cli/hub-command.ts';
import { describeHubUnjoin } from '../../cli/present-hub.ts';

export default class HubUnjoin extends HubCommand {
  static override readonly summary = 'Take a member out of the hub in the current cluster';
  static override readonly description = 'The hub forgets it and removes what it shared, so that the others no longer have it; then everything of ours goes from the member. ServiceExports of yours stay. Idempotent.';
  static override readonly examples = ['<%= config.bin %> hub unjoin west --context hub --from west', '<%= config.bin %> hub unjoin west --from west --yes', '<%= config.bin %> hub unjoin west --hub-only'];
  static override readonly args = { name: Args.string({ required: true, description: 'Name of the member' }) };

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    from: Flags.string({ summary: 'Context of the member' }),
    'kubeconfig-file': Flags.string({ summary: 'Kubeconfig in which that context is (default: the one in use); without --from its current context' }),
    'hub-only': Flags.boolean({ default: false, summary: 'Only have the hub forget it: the member is gone, or out of reach', exclusive: ['from', 'kubeconfig-file'] }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(HubUnjoin);
    const { unjoinHub } = await import('../../deployers/hub/index.ts');
    const { 'hub-only': hubOnly, 'dry-run': dryRun, timeout } = flags;
    if (!hubOnly && flags.from === undefined && flags['kubeconfig-file'] === undefined) throw new McsError('MCS_USAGE', `Cannot take member "${args.name}" out: neither --from nor --kubeconfig-file says how it is reached`, { hints: [`mcs hub unjoin ${args.name} --from <context>`, `mcs hub unjoin ${args.name} --hub-only   # if it is gone`] });
    const { cluster, context } = await this.connect(flags);
    try {
      await this.requireConsent(flags.yes || dryRun, `Take member "${args.name}" out of the hub in the cluster of context "${cluster.context}"?`);
      const options = { clusterID: args.name, timeoutMs: parseDuration(timeout), dryRun };
      const result = hubOnly ? await unjoinHub(context, options) : await this.withMember(flags, (member) => unjoinHub(context, { ...options, member }));
      await this.present(result, flags.output, { table: () => describeHubUnjoin(result) });
      if (!dryRun) this.next(result.leftovers.length > 0 ? `mcs hub unjoin ${args.name} --from <context>   # again, for what is left` : `mcs hub join ${args.name} --from <context>   # to come back`);
    } finally {
      cluster.client.close();
    }
  }
}
