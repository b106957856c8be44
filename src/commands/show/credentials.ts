import { ReadingCredentialsCommand } from '../../cli/credentials-command.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { credentialRemarks, credentialSections } from '../../cli/present-credentials.ts';

export default class ShowCredentials extends ReadingCredentialsCommand {
  static override summary = 'Show the credentials of the members, and the join tokens';
  static override description = 'When each member credential ends and is renewed, and which join tokens the brokers have. Never a secret.';
  static override examples = ['<%= config.bin %> show credentials', '<%= config.bin %> show credentials --contexts west,east -o json'];
  static override flags = { ...fleetFlags, ...outputFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ShowCredentials);
    await this.presentCredentials(flags, { select: (report) => report, sections: credentialSections, remarks: credentialRemarks });
  }
}
