import { Args } from '@oclif/core';
import { LintCommand, lintFlags } from '../cli/lint-command.ts';
import { readInputs } from '../cli/read-inputs.ts';

export default class Lint extends LintCommand {
  static override readonly summary = 'Say what files would break before they are applied';
  static override readonly description =
    'Reads Services, ServiceExports and EndpointSlices from YAML files, and says with file and line what is wrong with them in themselves, and which conflicts with other clusters they would cause. Conflicts are found by the rules by which the controllers merge, against what the broker has, else against what the members export. Templates are rendered first: helm template shop | mcs lint -';
  static override readonly examples = ['<%= config.bin %> lint shop.yaml', '<%= config.bin %> lint - --context west', '<%= config.bin %> lint shop.yaml bank.yaml --offline --fail-on warning -o json'];
  static override readonly args = { file: Args.string({ required: true, description: 'YAML file, several of them, or - for the standard input' }) };
  static override readonly strict = false;
  static override readonly flags = lintFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Lint);
    await this.lint(await readInputs(argv as string[], process.stdin), flags);
  }
}
