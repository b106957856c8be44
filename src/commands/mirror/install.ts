import { Flags } from '@oclif/core';
import { imageFlags } from '../../cli/deploy-flags.ts';
import { clusterFlags, dryRunFlags, waitFlags } from '../../cli/flags.ts';
import { MirrorInstallCommand, requireFitting } from '../../cli/mirror-install-command.ts';
import { mirrorChoiceFlags, mirrorGeneralFlags, mirrorSourceFlags } from '../../cli/mirror-install-flags.ts';

export default class MirrorInstall extends MirrorInstallCommand {
  static override readonly summary = 'Install a mirror in the current cluster, or an emitter for mirrors elsewhere';
  static override readonly description =
    'Checks everything before it writes anything. --from makes a read-only account in that context, so one command connects two clusters. Run it again with other sources to add or change those: the others, and flags that are left out, stay as they were. With --emitter it installs a read-only API of the Services here instead; with --preset what service-reflector or k8-cross-cluster-controller install, under their names.';
  static override readonly examples = [
    '<%= config.bin %> mirror install --context east --from west',
    '<%= config.bin %> mirror install --from west,north --namespaces shop --namespace-policy create',
    '<%= config.bin %> mirror install --source west=west.kubeconfig --selector "app in (nginx,api)" --dry-run -o yaml',
    '<%= config.bin %> mirror install --emitter --exported',
    '<%= config.bin %> mirror install --preset reflector --source-url http://10.4.0.9:8080',
  ];

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...waitFlags,
    ...imageFlags,
    ...mirrorSourceFlags,
    ...mirrorChoiceFlags,
    ...mirrorGeneralFlags,
    name: Flags.string({ summary: 'Name of the mirror, a DNS label: it owns what it writes under it (default: default)' }),
    namespace: Flags.string({ char: 'n', summary: 'Namespace of the mirror (default: mcs-mirror)' }),
    config: Flags.string({ summary: 'Sources and settings from a file (docs/mirror.md); what it names is kept in a Secret' }),
    preset: Flags.option({ options: ['reflector', 'cross-cluster'] as const, summary: 'What service-reflector or k8-cross-cluster-controller install, under their names' })(),
    emitter: Flags.boolean({ default: false, summary: 'Install an emitter in place of a mirror' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(MirrorInstall);
    requireFitting(flags);
    const { cluster, context } = await this.connect(flags);
    try {
      if (flags.emitter) {
        await this.installEmitter(flags, context);
        if (!flags['dry-run']) this.next(`mcs mirror credential --emitter --context ${cluster.context} --output-file ${cluster.context}.kubeconfig   # for each reader`, `mcs mirror install --source ${cluster.context}=${cluster.context}.kubeconfig   # with the context of the reader`);
        return;
      }
      const result = flags.preset === undefined ? await this.installMirror(flags, context) : await this.installPreset(flags, flags.preset, context);
      await this.presentInstalled(result, flags.output);
      if (!flags['dry-run']) this.next(`mcs mirror status --context ${cluster.context}`);
    } finally {
      cluster.client.close();
    }
  }
}
