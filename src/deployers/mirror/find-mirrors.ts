import { MANAGED_BY, MANAGED_BY_MCS, MIRROR_NAME, OWNER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { ConfigMap, Workload } from '../../api/types/index.ts';
import type { KubeClient } from '../../kube/client.ts';

/** A mirror's place in a cluster. */
export interface MirrorPlace {
  readonly name: string;
  readonly namespace: string;
}

const OURS = `${MANAGED_BY}=${MANAGED_BY_MCS}`;

/** Deployments of mirrors, in all namespaces; their label says which installation each is. */
export async function listMirrorDeployments(client: KubeClient, signal: AbortSignal): Promise<readonly Workload[]> {
  return (await client.list(resources.deployments, { labelSelector: `${OURS},${MIRROR_NAME}`, signal })).items;
}

/** Statuses that mirrors wrote, in all namespaces: those of mirrors in the foreground too, which have no Deployment. */
export async function listMirrorStatuses(client: KubeClient, signal: AbortSignal): Promise<readonly ConfigMap[]> {
  const { items } = await client.list(resources.configMaps, { labelSelector: OURS, signal });
  return items.filter(({ metadata }) => /^mcs-mirror-.+-status$/.test(metadata.name) && (metadata.labels?.[OWNER] ?? '').startsWith('mirror-'));
}

function byPlace(a: MirrorPlace, b: MirrorPlace): number {
  return `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
}

/** Mirrors of a cluster, by their Deployments. */
export async function findMirrors(client: KubeClient, signal: AbortSignal): Promise<MirrorPlace[]> {
  const deployments = await listMirrorDeployments(client, signal);
  return deployments.map(({ metadata }) => ({ name: metadata.labels?.[MIRROR_NAME] ?? '', namespace: metadata.namespace ?? '' })).toSorted(byPlace);
}
