import type { ConfigMap, Node, Pod, UnknownObject, Workload } from '../api/types/index.ts';

/**
 * What discovery reads of a cluster, as plain objects. What cannot be read (an API that is not
 * served, a missing permission) is an empty list: discovery only ever adds up what it can see.
 */
export interface ClusterFacts {
  readonly nodes: readonly Node[];
  /** Pods of the control plane, where it runs as pods. */
  readonly pods: readonly Pod[];
  /** DaemonSets of kube-system and of the namespaces of network plugins. */
  readonly daemonSets: readonly Workload[];
  /** Deployments of the namespaces in which engines live. */
  readonly deployments: readonly Workload[];
  /** ConfigMaps of kube-system and of the namespaces of network plugins. */
  readonly configMaps: readonly ConfigMap[];
  /** networking.k8s.io ServiceCIDR (Kubernetes 1.33). */
  readonly serviceCIDRs: readonly UnknownObject[];
  /** crd.projectcalico.org IPPool. */
  readonly ipPools: readonly UnknownObject[];
  /** config.openshift.io Network `cluster`. */
  readonly openshiftNetwork: UnknownObject | undefined;
  /** `group/version` of every API that the cluster serves; `v1` for the core. */
  readonly apiVersions: ReadonlySet<string>;
  /** submariner.io Submariner, which only subctl and its operator make. */
  readonly submariners: readonly UnknownObject[];
  /** `v1.34.2` */
  readonly kubernetesVersion: string;
}

/** What the network plugin of a cluster is recognised by. */
export type PluginFacts = Pick<ClusterFacts, 'daemonSets' | 'configMaps' | 'ipPools' | 'openshiftNetwork' | 'apiVersions'>;

/** What other multi-cluster engines are recognised by. */
export type EngineFacts = Pick<ClusterFacts, 'deployments' | 'configMaps' | 'submariners'>;
