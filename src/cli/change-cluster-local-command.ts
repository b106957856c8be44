import { Flags } from '@oclif/core';
import type { ClusterLocalKey } from '../api/cluster-local.ts';
import { DeployCommand } from './deploy-command.ts';
import { clusterFlags, dryRunFlags } from './flags.ts';
import { describeClusterLocalChange } from './present-cluster-local.ts';
import { splitList } from './split-list.ts';

const ALL = 'all-namespaces';

/** For `enable`: which namespaces has to be said. */
export const enableFlags = {
  ...clusterFlags,
  ...dryRunFlags,
  namespaces: Flags.string({ summary: 'Namespaces, separated by commas; those that have it already keep it', exactlyOne: ['namespaces', ALL] }),
  [ALL]: Flags.boolean({ summary: 'All namespaces, also those that are still to come' }),
};

/** For `disable`: all of them, unless some are named. */
export const disableFlags = {
  ...clusterFlags,
  ...dryRunFlags,
  namespaces: Flags.string({ summary: 'Only these namespaces, separated by commas' }),
};

interface ChangeFlags {
  readonly namespaces: string | undefined;
  readonly 'dry-run': boolean;
  readonly output: 'table' | 'json' | 'yaml';
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly as: string | undefined;
}

/** What `enable` and `disable` of fallthrough and reflection do. */
export abstract class ChangeClusterLocalCommand extends DeployCommand {
  protected async change(key: ClusterLocalKey, change: 'enable' | 'disable', flags: ChangeFlags): Promise<void> {
    const { changeClusterLocal } = await import('../deployers/index.ts');
    const namespaces = splitList(flags.namespaces) ?? '*';
    const { cluster, context } = await this.connect(flags);
    const result = await changeClusterLocal(context, { key, change, namespaces, dryRun: flags['dry-run'] });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeClusterLocalChange(result));
    if (!flags['dry-run']) this.next(`mcs ${key} status --context ${cluster.context}`);
  }
}
