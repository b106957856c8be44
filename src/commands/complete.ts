import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { connectCluster, listContexts } from '../cli/connect.ts';
import { findTypedSelection } from '../cli/completion/typed-words.ts';
import { LOOKUPS } from '../cli/completion/model.ts';
import { listNames, type NameKind } from '../inspect/list-names.ts';

/** Tab shall feel immediate: what is not there by then, ms since the start of the process, is not offered. */
const PATIENCE_MS = 450;
/** For the cluster in any case, however slowly the process started, ms. */
const MINIMUM_MS = 150;

export default class Complete extends BaseCommand {
  static override readonly hidden = true;
  static override readonly summary = 'List the names that completion offers';
  static override readonly description = 'For the scripts of mcs completion. It says nothing where a cluster cannot be read, or not at once.';
  static override readonly examples = ['<%= config.bin %> complete context', '<%= config.bin %> complete namespace'];
  static override readonly args = {
    kind: Args.string({ required: true, options: [...LOOKUPS], description: 'What to list' }),
    line: Args.string({ default: '', description: 'The command line so far' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Complete);
    const names = await this.#list(args.kind as 'context' | NameKind, args.line).catch(() => []); // a message would land amid what is being typed
    process.stdout.write(names.map((name) => `${name}\n`).join(''));
  }

  async #list(kind: 'context' | NameKind, line: string): Promise<readonly string[]> {
    const selection = findTypedSelection(line);
    if (kind === 'context') return listContexts(selection);
    const { client, namespace } = await connectCluster(selection, this.version);
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(Math.max(MINIMUM_MS, Math.round(PATIENCE_MS - performance.now())))]);
    try {
      return await listNames(client, kind, { namespace: selection.namespace ?? namespace, signal });
    } finally {
      client.close();
    }
  }
}
