import { errorMessage, McsError } from '../base/errors.ts';
import { KubeConfig } from './client-node.ts';
import { type LoadedKubeconfig, toLoadedKubeconfig } from './kubeconfig.ts';

/**
 * A kubeconfig that is no file, such as a key of a Secret; `label` stands for it in messages. What it
 * names by path must be absolute. Throws MCS_KUBECONFIG_INVALID.
 */
export function loadKubeconfigText(text: string, label: string): LoadedKubeconfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (error) {
    // the parser shows lines of the text below its first one
    throw new McsError('MCS_KUBECONFIG_INVALID', `Cannot use the kubeconfig of ${label}: ${errorMessage(error).split('\n')[0] ?? ''}`, { details: { label } });
  }
  const { clusters, users, contexts, currentContext } = config;
  return toLoadedKubeconfig({ clusters, users, contexts, currentContext: currentContext || undefined }, [label], KubeConfig);
}
