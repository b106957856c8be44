import { APP_COMPONENT } from '../api/labels.ts';
import { MEMBER_NAMESPACE } from '../api/names.ts';
import type { Pod } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { ApiError, isForbidden } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';

/** Answer of a name server in the JSON form of DNS over HTTPS: rcode and records. */
export interface DnsJson {
  readonly Status: number;
  readonly Answer?: readonly { readonly name: string; readonly type: number; readonly TTL: number; readonly data: string }[];
}

/** Whether a pod of mcs is one of the name server that runs. */
export const isDnsPod = ({ metadata, status }: Pod): boolean => metadata.labels?.[APP_COMPONENT] === 'dns' && status?.phase === 'Running';

/** For one answer, ms: the API server itself waits half a minute for a pod that is cut off, longer than checks have. */
const ANSWER_MS = 5_000;

/**
 * Asks one pod of the name server, through the API server's proxy to its health port: that works
 * from any workstation that may `get pods/proxy`, without a pod of our own. Throws MCS_TIMEOUT where
 * no answer comes in time.
 */
export async function askDnsPod(client: KubeClient, pod: Pod, name: string, type: string, signal: AbortSignal): Promise<DnsJson> {
  const query = new URLSearchParams({ name, type }).toString();
  const limit = AbortSignal.timeout(ANSWER_MS);
  try {
    return await client.getPath<DnsJson>(`/api/v1/namespaces/${MEMBER_NAMESPACE}/pods/${pod.metadata.name}:8080/proxy/resolve?${query}`, { signal: AbortSignal.any([signal, limit]) });
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw new McsError('MCS_TIMEOUT', `Cannot ask pod ${pod.metadata.name} for ${type} ${name}: no answer in ${ANSWER_MS / 1000} s through the API server`);
  }
}

/** Whether asking failed of what lies behind the API server, and not of it or of the right to ask. */
export function isNoAnswer(error: unknown): error is ApiError | McsError {
  return error instanceof ApiError ? !isForbidden(error) : error instanceof McsError && error.code === 'MCS_TIMEOUT';
}
