import { Flags } from '@oclif/core';
import { MIRROR_NAMESPACE } from '../../api/names.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { MirrorCredentialCommand } from '../../cli/mirror-credential-command.ts';

export default class MirrorCredential extends MirrorCredentialCommand {
  static override readonly summary = 'Make a read-only credential for mirrors of other clusters';
  static override readonly description =
    'Makes an account in the current cluster, the source, that may read Services, Endpoints, EndpointSlices and ServiceExports, and nothing else, and prints a kubeconfig with a token of it that ends soon; the mirror renews it. With --emitter the kubeconfig is for the emitter that is installed here. mcs mirror install --from does this by itself.';
  static override readonly examples = [
    '<%= config.bin %> mirror credential --context west --output-file west.kubeconfig',
    '<%= config.bin %> mirror credential --context west --namespaces shop,bank --duration 24h > west.kubeconfig',
    '<%= config.bin %> mirror credential --context west --emitter --name east --output-file west.kubeconfig',
    '<%= config.bin %> mirror credential --context west --revoke',
    '<%= config.bin %> mirror credential --dry-run -o yaml',
  ];

  static override readonly flags = {
    ...clusterFlags,
    ...dryRunFlags,
    name: Flags.string({ default: 'mirror', summary: 'Name of the account: one for each reader can be revoked by itself' }),
    namespace: Flags.string({ char: 'n', default: MIRROR_NAMESPACE, summary: 'Namespace of the account, or of the emitter' }),
    namespaces: Flags.string({ summary: 'Let it read these namespaces only, separated by commas', exclusive: ['emitter', 'revoke'] }),
    duration: Flags.string({ summary: 'Life of the token, 10m to 7d (default: 7d)' }),
    server: Flags.string({ summary: 'Address as the mirror sees it (default: as in the kubeconfig; with --emitter the ClusterIP of its Service)', exclusive: ['revoke'] }),
    'output-file': Flags.string({ summary: 'Write the kubeconfig into this file, which only its owner may read (default: print it)', exclusive: ['revoke', 'dry-run'] }),
    emitter: Flags.boolean({ default: false, summary: 'For the emitter that is installed here, not for the API server' }),
    revoke: Flags.boolean({ default: false, summary: 'Take the account away, with its rights and tokens' }),
    timeout: Flags.string({ default: '1m', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(MirrorCredential);
    const { cluster, context } = await this.connect(flags);
    try {
      if (flags.revoke) await this.revoke(flags, context);
      else await this.create(flags, cluster, context);
    } finally {
      cluster.client.close();
    }
  }
}
