import { McsError } from '../base/errors.ts';
import { readRuntime } from '../base/runtime.ts';
import { accessForContext, type AccessOptions, inClusterAccess, podNamespace } from '../kube/access.ts';
import type { ClusterAccess } from '../kube/client.ts';
import { getContext, loadKubeconfig } from '../kube/kubeconfig.ts';

/** A cluster as it is known on this machine. */
export interface KnownCluster {
  readonly context: string;
  /** Name of the kubeconfig's cluster entry. */
  readonly clusterName: string;
  /** Namespace of the context; "default" if it names none. */
  readonly namespace: string;
  /** Throws MCS_KUBECONFIG_INVALID. */
  access(options: Pick<AccessOptions, 'as' | 'pluginTimeoutMs'>): ClusterAccess;
}

export interface KnownClusters {
  /** Names of all contexts. */
  readonly contexts: readonly string[];
  /** Where they come from, for messages. */
  readonly source: string;
  /** That of a name, or the current one. Throws MCS_UNKNOWN_CONTEXT and MCS_KUBECONFIG_INVALID. */
  get(context?: string): KnownCluster;
}

/**
 * The clusters of the kubeconfig, which `kubeconfig` may name; in a pod without one, the pod's own
 * cluster. Throws MCS_NO_KUBECONFIG and MCS_KUBECONFIG_INVALID.
 */
export async function loadKnownClusters(kubeconfig: string | undefined, env: NodeJS.ProcessEnv): Promise<KnownClusters> {
  try {
    return await loadFromKubeconfig(kubeconfig, env);
  } catch (error) {
    const isMissing = error instanceof McsError && error.code === 'MCS_NO_KUBECONFIG';
    // a file that was named is meant, also where it does not exist
    const isNamed = kubeconfig !== undefined || Boolean(env.KUBECONFIG);
    if (!isMissing || isNamed || !env.KUBERNETES_SERVICE_HOST) throw error;
    return ownCluster(env);
  }
}

async function loadFromKubeconfig(kubeconfig: string | undefined, env: NodeJS.ProcessEnv): Promise<KnownClusters> {
  const loaded = await loadKubeconfig({ ...(kubeconfig !== undefined && { kubeconfig }), env });
  return {
    contexts: loaded.contexts.map(({ name }) => name),
    source: loaded.files.join(', '),
    get: (context) => {
      const { name, cluster, namespace = 'default' } = getContext(loaded, context);
      return { context: name, clusterName: cluster, namespace, access: (options) => accessForContext(loaded, name, { ...options, env }) };
    },
  };
}

function ownCluster(env: NodeJS.ProcessEnv): KnownClusters {
  const runtime = readRuntime(env);
  // who started the pod knows the cluster by a name of their own
  const name = env.MCS_IN_CLUSTER_CONTEXT ?? 'in-cluster';
  const access = (options: { readonly as?: string }): ClusterAccess => {
    if (options.as !== undefined) throw new McsError('MCS_USAGE', 'Cannot use --as in a pod without a kubeconfig: its account has no one to act as');
    return inClusterAccess(runtime, env);
  };
  return {
    contexts: [name],
    source: 'the ServiceAccount of this pod',
    get: (context = name) => {
      if (context === name) return { context, clusterName: name, namespace: podNamespace(runtime), access };
      throw new McsError('MCS_UNKNOWN_CONTEXT', `Cannot choose a cluster: there is no kubeconfig, so only "${name}", the cluster of this pod, is known`, { hints: ['--kubeconfig <file>'] });
    },
  };
}
