import { McsError } from '../../base/errors.ts';
import { ChangeClusterLocalCommand, enableFlags } from '../../cli/change-cluster-local-command.ts';
import { yesFlags } from '../../cli/flags.ts';

const WARNING = [
  "Fallthrough edits the cluster's own DNS: what it does not know of cluster.local is asked of mcs-dns.",
  'While no pod of mcs-dns answers, the expansions of external names along the search path get SERVFAIL.',
  'Resolvers of musl (Alpine) stop there: their pods then resolve no external name.',
  'Where that cannot be borne, use "mcs reflection enable", which edits no DNS.',
];

export default class FallthroughEnable extends ChangeClusterLocalCommand {
  static override readonly summary = 'Let shared services be found as names of cluster.local';
  static override readonly description = 'In this cluster, <service>.<namespace>.svc.cluster.local then leads to the shared service wherever the cluster has no Service of that name. Local names always win, and unknown ones stay unknown. Asks first, because it has a price.';
  static override readonly examples = ['<%= config.bin %> fallthrough enable --namespaces shop,bank', '<%= config.bin %> fallthrough enable --all-namespaces --yes', '<%= config.bin %> fallthrough enable --namespaces shop --dry-run -o yaml'];
  static override readonly flags = { ...enableFlags, ...yesFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(FallthroughEnable);
    for (const line of WARNING) this.note(line);
    if (!flags['dry-run'] && !flags.yes && !(await this.confirm('Enable fallthrough?', '--yes'))) throw new McsError('MCS_INTERRUPTED', 'Stopped: nothing was written');
    await this.change('fallthrough', 'enable', flags);
  }
}
