import { Args, Flags } from '@oclif/core';
import { McsError } from '../../base/errors.ts';
import { brokerFlags } from '../../cli/broker-flags.ts';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../../cli/flags.ts';
import { describeRevocation } from '../../cli/present-credentials.ts';

export default class TokenRevoke extends DeployCommand {
  static override summary = 'Revoke join tokens, or eject a member';
  static override description = 'A revoked join token is refused after 10 s at the latest; clusters that have joined with it stay members. With --clusterid the member itself loses its account, its exports and the join tokens bound to it.';
  static override examples = ['<%= config.bin %> token revoke 3f2a9c0d1e4b5a67', '<%= config.bin %> token revoke --clusterid west --yes', '<%= config.bin %> token revoke --clusterid west --dry-run'];
  static override strict = false;
  static override args = { id: Args.string({ description: 'Id of a join token, as mcs token list shows it; several can be given' }) };
  static override flags = { ...clusterFlags, ...dryRunFlags, ...yesFlags, ...brokerFlags, clusterid: Flags.string({ summary: 'Eject this member' }) };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(TokenRevoke);
    const tokenIDs = argv.map(String);
    const { clusterid, 'dry-run': dryRun } = flags;
    if (tokenIDs.length === 0 && clusterid === undefined) throw new McsError('MCS_USAGE', 'Cannot revoke: neither a join token nor --clusterid is given', { hints: ['mcs token list', 'mcs token revoke --clusterid west'] });
    const { revokeTokens } = await import('../../deployers/index.ts');
    const { cluster, context } = await this.connect(flags);
    if (clusterid !== undefined) await this.requireConsent(flags.yes || dryRun, `Eject cluster "${clusterid}" from the broker of context "${cluster.context}"?`);
    const result = await revokeTokens(context, { brokerNamespace: flags.namespace, tokenIDs, ...(clusterid !== undefined && { clusterID: clusterid }), dryRun });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeRevocation(result) });
    if (dryRun) return;
    const [reusable] = result.stillUsable;
    this.next(...(reusable === undefined ? ['mcs token list'] : [`mcs token revoke ${result.stillUsable.join(' ')}`]), ...(clusterid === undefined ? [] : [`mcs leave --force   # with the context of ${clusterid}, to clean up there`]));
  }
}
