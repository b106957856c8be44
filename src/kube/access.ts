export { directAccess } from './direct-access.ts';
export { inClusterAccess, podNamespace } from './in-cluster-access.ts';
export { getContext, type KubeContext, loadKubeconfig, type LoadedKubeconfig } from './kubeconfig.ts';
export { accessForContext, type AccessOptions } from './kubeconfig-access.ts';
export { throughProxy } from './proxied-access.ts';
export { proxyFor } from './proxy-env.ts';
