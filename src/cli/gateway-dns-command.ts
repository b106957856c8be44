import { McsError } from '../base/errors.ts';
import type { AddClusterOptions, AddClusterResult, ClusterContext, HubSettings, InstallHubResult, InstallServerResult, RemoveClusterResult, UninstallResult } from '../deployers/gateway-dns/index.ts';
import { type ClusterSelection, connectCluster } from './connect.ts';
import { DeployCommand } from './deploy-command.ts';
import type { OutputFormat } from './flags.ts';
import { describeAddedCluster, describeHub, describeRemovedCluster, describeServer, describeUninstalled } from './present-gateway-dns.ts';
import { splitList } from './split-list.ts';

export interface SourceFlags extends ClusterSelection {
  readonly from?: string | undefined;
  readonly server?: string | undefined;
  readonly 'kubeconfig-file'?: string | undefined;
  readonly 'kubeconfig-context'?: string | undefined;
}

/** `a=b,c=d`. Throws MCS_USAGE. */
export function parseLabels(text: string): Record<string, string> {
  const pairs = (splitList(text) ?? []).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new McsError('MCS_USAGE', `Cannot use --labels "${text}": "${pair}" is not of the form <key>=<value>`, { hints: ['--labels hasContour=true,region=eu'] });
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(pairs);
}

export interface HubFlags {
  readonly suffix?: string | undefined;
  readonly 'polling-interval'?: string | undefined;
  readonly 'cross-namespace'?: HubSettings['crossNamespace'] | undefined;
  readonly 'health-checks'?: boolean | undefined;
  readonly 'hub-id'?: string | undefined;
}

/** Only what was given: what is left out stays as an earlier install had it. */
export function hubSettings(flags: HubFlags): HubSettings {
  const settings = { suffix: flags.suffix, pollingInterval: flags['polling-interval'], crossNamespace: flags['cross-namespace'], healthChecks: flags['health-checks'], hubID: flags['hub-id'] };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** What the commands of gateway-dns share. */
export abstract class GatewayDnsCommand extends DeployCommand {
  /** Connects to another context of the kubeconfig while `use` runs. */
  protected async withContext<T>(flags: SourceFlags & { readonly from: string }, use: (cluster: ClusterContext) => Promise<T>): Promise<T> {
    const { client, access, context } = await connectCluster({ ...flags, context: flags.from }, this.version);
    try {
      return await use({ context, client, access, ...(flags.server !== undefined && { server: flags.server }) });
    } finally {
      client.close();
    }
  }

  /** The cluster that is added: by a context, or by a file. */
  protected async withSource<T>(flags: SourceFlags, use: (source: AddClusterOptions['source']) => Promise<T>): Promise<T> {
    const { from, 'kubeconfig-file': file } = flags;
    if (from !== undefined) return this.withContext({ ...flags, from }, (cluster) => use({ kind: 'context', cluster }));
    if (file === undefined) throw new McsError('MCS_USAGE', 'Cannot add a cluster: neither --from nor --kubeconfig-file says how it is reached', { hints: ['--from <context>   # makes an account there', '--kubeconfig-file cluster-a.kubeconfig'] });
    const { readGivenKubeconfig } = await import('../deployers/gateway-dns/index.ts');
    return use({ kind: 'kubeconfig', text: readGivenKubeconfig(file, flags['kubeconfig-context']) });
  }

  protected presentHub(result: InstallHubResult, format: OutputFormat): Promise<void> {
    return this.presentDeployment(result, format, () => describeHub(result));
  }

  protected presentServer(result: InstallServerResult, format: OutputFormat): Promise<void> {
    return this.presentDeployment(result, format, () => describeServer(result));
  }

  protected presentAdded(result: AddClusterResult, format: OutputFormat): Promise<void> {
    return this.presentDeployment(result, format, () => describeAddedCluster(result));
  }

  protected presentRemoved(result: RemoveClusterResult, format: OutputFormat): Promise<void> {
    return this.present(result, format, { table: () => describeRemovedCluster(result) });
  }

  /** `what` reads "hub of gateway-dns". */
  protected presentUninstalled(result: UninstallResult, what: string, format: OutputFormat): Promise<void> {
    return this.present(result, format, { table: () => describeUninstalled(result, what) });
  }
}
