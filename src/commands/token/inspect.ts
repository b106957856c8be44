import { Args } from '@oclif/core';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { keyFlags } from '../../cli/deploy-flags.ts';
import { outputFlags } from '../../cli/flags.ts';

export default class TokenInspect extends DeployCommand {
  static override summary = 'Say what a broker-info file holds, without secrets';
  static override description = 'Format, fingerprint of the key and expiry need no key; broker, namespace and pin do. Files of subctl are described too.';
  static override examples = ['<%= config.bin %> token inspect broker-info.subm'];
  static override args = { file: Args.string({ required: true, description: 'The file that deploy-broker, or subctl, wrote' }) };
  static override flags = { ...outputFlags, ...keyFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TokenInspect);
    const { inspectToken } = await import('../../deployers/index.ts');
    const result = await inspectToken(args.file, this.keySources(flags), Date.now());
    const rows = Object.entries(result).filter(([, value]) => value !== undefined);
    const width = Math.max(...rows.map(([label]) => label.length)) + 2;
    const text = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));
    await this.present(result, flags.output, { table: () => rows.map(([label, value]) => `${`${label}:`.padEnd(width)}${text(value)}`).join('\n') });
  }
}
