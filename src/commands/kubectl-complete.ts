import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { findOffer, formatOffer } from '../cli/completion/kubectl.ts';
import { lookUpNames } from '../cli/completion/look-up.ts';
import { completionNodes } from '../cli/completion/model.ts';

export default class KubectlComplete extends BaseCommand {
  static override readonly hidden = true;
  static override readonly summary = 'List what kubectl offers behind "kubectl mcs"';
  static override readonly description = 'For bin/kubectl_complete-mcs.js, which kubectl runs when Tab is pressed.';
  static override readonly examples = ['<%= config.bin %> kubectl-complete ["show",""]'];
  static override readonly args = { words: Args.string({ required: true, description: 'The words behind "kubectl mcs", the last of them unfinished, as a JSON list' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(KubectlComplete);
    const words = JSON.parse(args.words) as readonly string[];
    const offer = findOffer(completionNodes(this.config.commands, this.config.topics), words);
    const names = offer.lookup === undefined ? [] : await lookUpNames(offer.lookup, words.join(' '), this.version, this.signal);
    process.stdout.write(formatOffer(offer, names));
  }
}
