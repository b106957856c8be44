import type { ClusterSettings } from '../api/types/index.ts';

/** `config.json` of the ConfigMap `mcs-member`, which the agents of a member read. */
export interface MemberConfig {
  readonly clusterID: string;
  /** UID of the kube-system namespace. */
  readonly clusterUID: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly components: readonly string[];
  readonly brokerNamespace: string;
  readonly settings: ClusterSettings;
  /** Namespaces to import into; all by default. */
  readonly importNamespaces?: readonly string[];
  /** Namespaces never to import into. */
  readonly denyNamespaces?: readonly string[];
}
