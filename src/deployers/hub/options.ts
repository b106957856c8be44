import type { DnsWiringSettings, ImportSettings } from '../../api/types/index.ts';
import type { TaskResult } from '../../base/tasks.ts';
import type { ClusterAccess, KubeClient } from '../../kube/client.ts';
import type { WaitFor } from '../deploy-context.ts';
import type { ImageOptions } from '../images.ts';

/** A cluster that joins or leaves a hub, by its context. */
export interface MemberPlace {
  readonly context: string;
  readonly client: KubeClient;
  readonly access: Pick<ClusterAccess, 'tls'>;
  /** Address of its API server as the hub sees it; that of the context where it is not given. */
  readonly server?: string;
}

export interface HubJoinOptions {
  readonly clusterID: string;
  readonly member: MemberPlace;
  /** `--clustercidr` and `--servicecidr` as given; `auto` lets go of what an earlier join was given. */
  readonly clusterCidr?: string;
  readonly serviceCidr?: string;
  readonly imports: ImportSettings;
  readonly dnsWiring?: DnsWiringSettings;
  readonly images: ImageOptions;
  /** Services that are shared without a ServiceExport for each: all, or those of some namespaces. */
  readonly exports?: { readonly namespaces?: readonly string[] };
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface HubJoinResult {
  readonly clusterID: string;
  readonly hubID: string;
  readonly server: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** RFC 3339, of the hub's token in the member, which it renews; absent in a dry run. */
  readonly expiresAt?: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would write. */
  readonly manifests?: string;
}
