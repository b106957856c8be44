import { DNS_CONFIG_HASH } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { Pod } from '../api/types/index.ts';
import { isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { DNS_NAMESPACE } from './dns-objects.ts';

/** The pods of CoreDNS and kube-dns, in every distribution that is known here. */
const SERVERS = 'kube-dns';
const CACHES = 'node-local-dns';

export interface DnsPods {
  /** They are asked one by one. */
  readonly servers: readonly Pod[];
  /** NodeLocal DNSCache listens on its own node only. */
  readonly caches: readonly Pod[];
}

/** The running pods of the cluster's own DNS. */
export async function listDnsPods(client: KubeClient, signal: AbortSignal): Promise<DnsPods> {
  const { items } = await client.list(resources.pods, { namespace: DNS_NAMESPACE, labelSelector: `k8s-app in (${SERVERS},${CACHES})`, signal });
  const running = items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running');
  const labelled = (value: string): Pod[] => running.filter(({ metadata }) => metadata.labels?.['k8s-app'] === value);
  return { servers: labelled(SERVERS), caches: labelled(CACHES) };
}

/**
 * Has kubelet refresh the volumes of these pods at once in place of within a minute: it does so for
 * a pod with a changed annotation. Through `pods/status`, which lets nobody change what a pod runs;
 * undefined takes the annotation away.
 */
export async function refreshPods(client: KubeClient, pods: readonly Pod[], hash: string | undefined, options: { readonly fieldManager: string; readonly signal: AbortSignal }): Promise<void> {
  const stale = pods.filter(({ metadata }) => metadata.annotations?.[DNS_CONFIG_HASH] !== hash);
  const body = { metadata: { annotations: { [DNS_CONFIG_HASH]: hash ?? null } } };
  for (const { metadata } of stale) {
    try {
      await client.patch(resources.pods, metadata.name, metadata.namespace, 'application/merge-patch+json', body, { ...options, subresource: 'status' });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error; // it went away meanwhile
    }
  }
}
