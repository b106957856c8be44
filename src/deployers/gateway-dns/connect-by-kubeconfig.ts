import type { KubeClient } from '../../kube/client.ts';
import { secretKubeconfigAccess } from '../../kube/plain-kubeconfig.ts';
import type { FleetContext } from '../deploy-context.ts';

/** A client by a kubeconfig of a hub, as the hub itself reads it. `label` stands for it in messages. The caller closes it. Throws MCS_KUBECONFIG_INVALID. */
export function connectByKubeconfig({ connect }: Pick<FleetContext, 'connect'>, text: string, label: string): KubeClient {
  return connect(secretKubeconfigAccess(text, label, {}));
}
