import { ReadingCredentialsCommand } from '../../cli/credentials-command.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { joinTokenSection } from '../../cli/present-credentials.ts';

export default class TokenList extends ReadingCredentialsCommand {
  static override summary = 'List the join tokens of the brokers';
  static override description = 'What each is good for, how often it was used, until when. Never a secret.';
  static override examples = ['<%= config.bin %> token list', '<%= config.bin %> token list --context broker -o json'];
  static override flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(TokenList);
    await this.presentCredentials(flags, {
      select: ({ joinTokens, hiddenTokens, unread, leftOut }) => ({ joinTokens, hiddenTokens, unread, leftOut }),
      sections: (report) => [joinTokenSection(report)],
      remarks: () => [],
    });
  }
}
