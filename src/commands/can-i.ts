import { Args, Flags } from '@oclif/core';
import { BROKER_NAMESPACE, MIRROR_NAMESPACE } from '../api/names.ts';
import { EXIT } from '../base/exit-codes.ts';
import { DeployCommand } from '../cli/deploy-command.ts';
import { clusterFlags, outputFlags } from '../cli/flags.ts';
import { describeCanI, describeMissing } from '../cli/present-can-i.ts';
import { splitList } from '../cli/split-list.ts';

const ACTIONS = ['join', 'deploy-broker', 'mirror-install', 'mirror-credential'] as const;

export default class CanI extends DeployCommand {
  static override summary = 'Say whether you may join a cluster, deploy a broker or install a mirror in it';
  static override description =
    'Asks the API server about everything that the command would write or read, the rights that it hands out to its parts included. What is missing is printed as YAML (a Namespace, ClusterRoles, bindings) for an administrator to apply. Nothing is changed. The exit code is 3 where something is missing.';
  static override examples = ['<%= config.bin %> can-i join', '<%= config.bin %> can-i deploy-broker --context east --as jane', '<%= config.bin %> can-i join --components service-discovery -o json', '<%= config.bin %> can-i mirror-install'];
  static override args = { action: Args.string({ required: true, options: [...ACTIONS], description: 'The command' }) };

  static override flags = {
    ...clusterFlags,
    ...outputFlags,
    namespace: Flags.string({ char: 'n', summary: 'Namespace of the broker, or of the mirror (default: as the command has it)' }),
    components: Flags.string({ default: 'service-discovery,connectivity', summary: 'What members run, separated by commas (join)' }),
    'wire-dns': Flags.boolean({ allowNo: true, default: true, summary: "Whether the cluster's own DNS is to be wired (join)" }),
    'load-balancer': Flags.boolean({ summary: 'Whether gateways are to be reached through a load balancer (join)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CanI);
    const { canI, parseComponents } = await import('../deployers/index.ts');
    const action = ACTIONS.find((known) => known === args.action) ?? 'join';
    const components = parseComponents(splitList(flags.components) ?? []);
    const { cluster, context } = await this.connect(flags);
    const result = await canI(context, action, { brokerNamespace: flags.namespace ?? BROKER_NAMESPACE, mirrorNamespace: flags.namespace ?? MIRROR_NAMESPACE, components, wiresDns: flags['wire-dns'], loadBalancer: flags['load-balancer'] });
    cluster.client.close();
    const isYaml = flags.output === 'yaml' && result.manifests !== undefined;
    await this.present(result, isYaml ? 'table' : flags.output, { table: () => result.manifests ?? describeCanI(result), short: () => describeMissing(result) });
    if (result.allowed) return;
    if (flags.output === 'table') this.note(`${describeCanI(result)}. The YAML above grants it; an administrator applies it`);
    process.exitCode = EXIT.checksFailed;
  }
}
