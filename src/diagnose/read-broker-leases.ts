import type { Lease } from '../api/types/index.ts';
import type { DiagnoseContext } from './context.ts';

/** The Leases of the broker as they come from the server: a client that reads Leases leaves out who wrote them when. */
export function readBrokerLeases({ cluster, readings }: DiagnoseContext, signal: AbortSignal): Promise<readonly Lease[]> {
  return readings.get('Leases of the broker', async () => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${cluster.state.broker?.namespace ?? ''}/leases`;
    const { items } = await cluster.client.getPath<{ readonly items: readonly Lease[] }>(path, { signal });
    return items;
  });
}
