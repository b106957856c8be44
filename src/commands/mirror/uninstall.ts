import { Flags } from '@oclif/core';
import { MIRROR_NAMESPACE } from '../../api/names.ts';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { parseDuration } from '../../cli/duration.ts';
import { clusterFlags, dryRunFlags, yesFlags } from '../../cli/flags.ts';
import { describeUninstalledMirror } from '../../cli/present-mirror-install.ts';

export default class MirrorUninstall extends DeployCommand {
  static override readonly summary = 'Remove a mirror from the current cluster, with what it mirrored';
  static override readonly description = 'Stops it first, so that nothing comes back. Removes only what carries its tag, and namespaces that it made only where nothing of anybody else is in them; says what stays, and why.';
  static override readonly examples = ['<%= config.bin %> mirror uninstall --dry-run', '<%= config.bin %> mirror uninstall --name team-a --yes', '<%= config.bin %> mirror uninstall --preset reflector --keep-mirrors'];

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...yesFlags,
    name: Flags.string({ default: 'default', summary: 'Name of the mirror' }),
    namespace: Flags.string({ char: 'n', default: MIRROR_NAMESPACE, summary: 'Namespace of the mirror' }),
    preset: Flags.option({ options: ['reflector', 'cross-cluster'] as const, summary: 'What was installed with this preset' })(),
    emitter: Flags.boolean({ default: false, summary: 'Remove the emitter of that namespace too' }),
    'keep-mirrors': Flags.boolean({ default: false, summary: 'Leave what it mirrored where it is' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(MirrorUninstall);
    const { PRESET_PLACES, uninstallMirror } = await import('../../deployers/mirror/index.ts');
    const { preset, emitter, 'dry-run': dryRun } = flags;
    const place = preset === undefined ? { name: flags.name, namespace: flags.namespace } : { ...PRESET_PLACES[preset], preset };
    const { cluster, context } = await this.connect(flags);
    await this.requireConsent(flags.yes || dryRun, `Remove mirror "${place.name}" from the cluster of context "${cluster.context}"?`);
    const result = await uninstallMirror(context, { ...place, keepsMirrors: flags['keep-mirrors'], emitter, timeoutMs: parseDuration(flags.timeout), dryRun });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeUninstalledMirror(result) });
    if (dryRun) return;
    if (result.leftovers.length > 0) this.next('mcs mirror uninstall   # again, for what is left');
    else if (result.revocations.length > 0) this.next(...result.revocations.map((command, index) => (index === 0 ? `${command}   # its account in the source` : command)));
    else this.next('mcs mirror install --from <context>   # to begin anew');
  }
}
