import { APP_COMPONENT, APP_MCS, APP_NAME } from '../api/labels.ts';
import { MEMBER_NAMESPACE } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Pod } from '../api/types/index.ts';
import type { KubeClient } from '../kube/client.ts';

/** Answer of a name server in the JSON form of DNS over HTTPS: rcode and records. */
export interface DnsJson {
  readonly Status: number;
  readonly Answer?: readonly { readonly name: string; readonly type: number; readonly TTL: number; readonly data: string }[];
}

/** Running pods of the member's name server. */
export async function findDnsPods(client: KubeClient, signal: AbortSignal): Promise<readonly Pod[]> {
  const labelSelector = `${APP_NAME}=${APP_MCS},${APP_COMPONENT}=dns`;
  const { items } = await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector, signal });
  return items.filter(({ status }) => status?.phase === 'Running');
}

/**
 * Asks one pod of the name server, through the API server's proxy to its health port: that works
 * from any workstation that may `get pods/proxy`, without a pod of our own.
 */
export function askDnsPod(client: KubeClient, pod: Pod, name: string, type: string, signal: AbortSignal): Promise<DnsJson> {
  const query = new URLSearchParams({ name, type }).toString();
  return client.getPath(`/api/v1/namespaces/${MEMBER_NAMESPACE}/pods/${pod.metadata.name}:8080/proxy/resolve?${query}`, { signal });
}
