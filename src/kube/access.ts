export { directAccess } from './direct-access.ts';
export { inClusterAccess } from './in-cluster-access.ts';
export { getContext, type KubeContext, loadKubeconfig, type LoadedKubeconfig } from './kubeconfig.ts';
export { accessForContext } from './kubeconfig-access.ts';
export { spkiPin } from '../base/pin.ts';
