import { APP_COMPONENT, APP_MCS, APP_NAME } from '../api/labels.ts';
import { MEMBER_NAMESPACE } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Pod } from '../api/types/index.ts';
import type { KubeClient } from '../kube/client.ts';

/** Running pods of the member's name server. */
export async function findDnsPods(client: KubeClient, signal: AbortSignal): Promise<readonly Pod[]> {
  const labelSelector = `${APP_NAME}=${APP_MCS},${APP_COMPONENT}=dns`;
  const { items } = await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector, signal });
  return items.filter(({ status }) => status?.phase === 'Running');
}
