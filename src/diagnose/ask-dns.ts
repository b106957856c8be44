import { APP_COMPONENT } from '../api/labels.ts';
import { MEMBER_NAMESPACE } from '../api/names.ts';
import type { Pod } from '../api/types/index.ts';
import type { KubeClient } from '../kube/client.ts';

/** Answer of a name server in the JSON form of DNS over HTTPS: rcode and records. */
export interface DnsJson {
  readonly Status: number;
  readonly Answer?: readonly { readonly name: string; readonly type: number; readonly TTL: number; readonly data: string }[];
}

/** Whether a pod of mcs is one of the name server that runs. */
export const isDnsPod = ({ metadata, status }: Pod): boolean => metadata.labels?.[APP_COMPONENT] === 'dns' && status?.phase === 'Running';

/**
 * Asks one pod of the name server, through the API server's proxy to its health port: that works
 * from any workstation that may `get pods/proxy`, without a pod of our own.
 */
export function askDnsPod(client: KubeClient, pod: Pod, name: string, type: string, signal: AbortSignal): Promise<DnsJson> {
  const query = new URLSearchParams({ name, type }).toString();
  return client.getPath(`/api/v1/namespaces/${MEMBER_NAMESPACE}/pods/${pod.metadata.name}:8080/proxy/resolve?${query}`, { signal });
}
