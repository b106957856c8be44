import type { ClusterSettings, DnsWiringSettings, ImportSettings } from '../../api/types/index.ts';
import type { TaskResult } from '../../base/tasks.ts';
import type { WaitFor } from '../deploy-context.ts';
import type { ImageOptions } from '../images.ts';

/** Where the key that opens a broker-info file may come from, first to last. */
export interface KeySources {
  /** `--key` */
  readonly key?: string;
  /** `--key-file` */
  readonly keyFile?: string;
  /** MCS_JOIN_KEY */
  readonly environment?: string;
  /** The user's configuration directory, which keeps the keys of this workstation. */
  readonly configDir: string;
  /** Asks on a terminal; absent where there is none. */
  readonly ask?: () => Promise<string>;
}

export interface JoinOptions {
  /** Path of the broker-info file. */
  readonly infoFile: string;
  readonly keys: KeySources;
  /** `--clusterid`; else what the cluster's ClusterProperty says, else made of the kubeconfig's name for the cluster. */
  readonly clusterID?: string;
  /** Name of the cluster in the kubeconfig. */
  readonly kubeconfigCluster: string;
  /** `--clustercidr` and `--servicecidr` as given, one range or several with commas; `auto` lets go of what an earlier join was given. */
  readonly clusterCidr?: string;
  readonly serviceCidr?: string;
  /** Reaches the broker under another URL than the file's; `auto` as above. */
  readonly brokerUrl?: string;
  readonly images: ImageOptions;
  readonly settings: ClusterSettings;
  readonly labelGateway: boolean;
  readonly gatewayNode?: string;
  readonly imports: ImportSettings;
  /** Whether and how the cluster's own DNS is made to forward to ours. */
  readonly dnsWiring?: DnsWiringSettings;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  /** Only the preflight, and the manifests. */
  readonly dryRun: boolean;
}

export interface JoinResult {
  readonly clusterID: string;
  readonly broker: { readonly server: string; readonly namespace: string };
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly plugin: string | undefined;
  readonly components: readonly string[];
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  /** Facts that a person should know and need not act upon. */
  readonly notes: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would write. */
  readonly manifests?: string;
}
