import { McsError } from '../base/errors.ts';
import type { MemberPlace } from '../deployers/hub/index.ts';
import { type ClusterSelection, connectCluster } from './connect.ts';
import { DeployCommand } from './deploy-command.ts';

export interface MemberFlags extends ClusterSelection {
  readonly from?: string | undefined;
  readonly 'kubeconfig-file'?: string | undefined;
  readonly server?: string | undefined;
}

/** What `mcs hub join` and `mcs hub unjoin` share: two clusters, that of the hub and the member. */
export abstract class HubCommand extends DeployCommand {
  /** Connects to the member while `use` runs. Throws MCS_USAGE where no flag says which one it is. */
  protected async withMember<T>({ kubeconfig, as, from, 'kubeconfig-file': file, server }: MemberFlags, use: (member: MemberPlace) => Promise<T>): Promise<T> {
    if (from === undefined && file === undefined) throw new McsError('MCS_USAGE', 'Cannot choose the member: neither --from nor --kubeconfig-file says how it is reached', { hints: ['--from <context>', '--kubeconfig-file west.kubeconfig'] });
    const { client, access, context } = await connectCluster({ kubeconfig: file ?? kubeconfig, context: from, as }, this.version);
    try {
      return await use({ context, client, access, ...(server !== undefined && { server }) });
    } finally {
      client.close();
    }
  }
}
