import { MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../src/api/labels.ts';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { CableEndpoint } from '../../src/api/types/index.ts';
import { isNotFound } from '../../src/kube/api-error.ts';
import type { Draft, KubeClient } from '../../src/kube/client.ts';
import { createInformer } from '../../src/kube/informer.ts';

/** What the controller does with Endpoints, without a broker in between and without questions. */
export function copyEndpoints(from: KubeClient, to: KubeClient, cluster: string, signal: AbortSignal): Promise<void> {
  const informer = createInformer(from, resources.cableEndpoints, { namespace: MEMBER_NAMESPACE });
  let work = Promise.resolve();
  const write = async (name: string, next: CableEndpoint | undefined): Promise<void> => {
    if (next === undefined) {
      await to.delete(resources.cableEndpoints, name, MEMBER_NAMESPACE);
      return;
    }
    const copy: Draft<CableEndpoint> = { metadata: { name, namespace: MEMBER_NAMESPACE, labels: { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'controller' } }, spec: next.spec };
    await to.apply(resources.cableEndpoints, copy, { fieldManager: 'test', force: true });
  };
  informer.onChange((_key, next, previous) => {
    const endpoint = next ?? previous;
    if (endpoint?.spec.cluster_id !== cluster) return;
    work = work.then(() => write(endpoint.metadata.name, next)).catch((error: unknown) => {
      if (!signal.aborted && !isNotFound(error)) throw error;
    });
  });
  return informer.start(signal);
}
