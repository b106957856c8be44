import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.ts';
import { parseDuration } from '../../cli/duration.ts';
import { mirrorFlags } from '../../cli/mirror-flags.ts';
import { requirePreset } from '../../mirror/config/parse-args.ts';
import { flagOf } from '../../mirror/config/option-table.ts';

export default class MirrorRun extends BaseCommand {
  static override readonly summary = 'Mirror Services of other clusters into this one, in the foreground';
  static override readonly description = `Keeps Services of one or more sources, with their endpoints, under their own names in the target cluster: the one of the current context. The pods of the sources must be routable from it; no broker and no DNS zone is needed. Objects that this mirror did not make are never touched.

A source is a kubeconfig, a context of yours, or the URL of an emitter or another Kubernetes-style API. What needs to differ from source to source goes into a file (--config), which is read again when it changes. Ctrl-C ends it; what is mirrored stays.`;
  static override readonly usage = ['mirror run --source <name>=<kubeconfig>[@<context>]... [FLAGS]', 'mirror run --config <file> [FLAGS]', 'mirror run --preset reflector|cross-cluster [FLAGS]'];
  static override readonly examples = [
    '<%= config.bin %> mirror run --context east --source west=@west --namespaces shop',
    '<%= config.bin %> mirror run --source west=west.kubeconfig --selector "app in (nginx,api)" --namespace-policy create --once',
    '<%= config.bin %> mirror run --source-url north=https://10.0.0.9:6443 --ca-file ca.pem --token-file token --dry-run -o yaml',
    '<%= config.bin %> mirror run --preset reflector --emitter=false --reflector.source-api http://10.4.0.9:8080',
    '<%= config.bin %> mirror run --preset cross-cluster --devmode=true --local-context sandbox-general --remote-context sandbox-secure',
  ];

  static override readonly flags = {
    ...mirrorFlags(),
    as: Flags.string({ summary: 'User to impersonate in the target', helpGroup: 'MIRROR' }),
    once: Flags.boolean({ summary: 'Mirror what is there, wait until it stands, and end; runs no emitter', helpGroup: 'RUN', exclusive: ['dry-run'] }),
    'dry-run': Flags.boolean({ summary: 'Show what would be written, and write nothing; runs no emitter', helpGroup: 'RUN' }),
    timeout: Flags.string({ default: '1m', summary: 'Longest time for --once and --dry-run, as in 90s or 5m', helpGroup: 'RUN' }),
    verbose: Flags.boolean({ summary: 'A line for each object that is written', helpGroup: 'RUN' }),
    output: Flags.option({ char: 'o', options: ['table', 'json', 'yaml'] as const, default: 'table' as const, summary: 'Form of what --dry-run shows', helpGroup: 'RUN' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(MirrorRun);
    const { as, once, 'dry-run': isDryRun, timeout, verbose, output, ...values } = flags;
    const args = requirePreset(values);
    if (flagOf(args.values, 'version') === true) {
      process.stdout.write(`mcs ${this.version}\n`);
      return;
    }
    const [{ MirrorSession }, { ensureMirrorNamespace, runForeground }] = await Promise.all([import('../../cli/mirror-run.ts'), import('../../agents/foreground-mirror.ts')]);
    const session = new MirrorSession({
      args,
      foreground: { run: runForeground, ensureNamespace: ensureMirrorNamespace },
      as,
      version: this.version,
      isVerbose: verbose,
      signal: this.signal,
      say: (line) => { this.note(line); },
      showResult: (result, sections) => this.presentSections(result, output, sections),
    });
    if (isDryRun) await session.dryRun(parseDuration(timeout), output);
    else if (once) await session.once(parseDuration(timeout));
    else await session.run();
  }
}
