import { McsError } from '../base/errors.ts';
import { DESK_LEASE, isClusterId, isDnsLabel, toDnsLabel } from '../api/names.ts';

/** Throws MCS_CLUSTER_ID_INVALID unless `text` can stand in DNS names as one label. */
export function validateClusterId(text: string): string {
  if (isClusterId(text)) return text;
  const state = isDnsLabel(text) ? 'the broker uses that name itself' : 'it is no DNS label (1 to 63 of a-z, 0-9 and "-", with no "-" at either end)';
  const suggestion = text === DESK_LEASE ? undefined : toDnsLabel(text);
  throw new McsError('MCS_CLUSTER_ID_INVALID', `Cannot use cluster id "${text}": ${state}`, {
    hints: [`--clusterid ${suggestion ?? 'west'}`],
    details: { clusterID: text },
  });
}

/** The cluster id: the flag, else the name that the kubeconfig gives the cluster, made a DNS label. */
export function resolveClusterId(flag: string | undefined, kubeconfigCluster: string): string {
  return validateClusterId(flag ?? toDnsLabel(kubeconfigCluster) ?? kubeconfigCluster);
}
