import type { KubeObject } from '../api/types/index.ts';
import { resourceName } from '../api/resources.ts';
import { mapConcurrently } from '../base/concurrently.ts';
import { errorMessage } from '../base/errors.ts';
import { isForbidden, isNotFound, ApiError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';

interface ApiResource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

interface ListedKind {
  /** Request path of the group and version. */
  readonly root: string;
  readonly group: string;
  readonly plural: string;
}

/** `reason`: what stands there, or why it cannot be told. */
export type Emptiness = { readonly isEmpty: true } | { readonly isEmpty: false; readonly isKnown: boolean; readonly reason: string };

/** What Kubernetes and OpenShift put into every namespace by themselves, by plural and group. */
const BY_ITSELF: Readonly<Record<string, (name: string) => boolean>> = {
  configmaps: (name) => ['kube-root-ca.crt', 'openshift-service-ca.crt'].includes(name),
  serviceaccounts: (name) => ['default', 'builder', 'deployer'].includes(name),
  secrets: (name) => /^(default|builder|deployer)-(token|dockercfg)-[a-z0-9]{5}$/.test(name),
  'rolebindings.rbac.authorization.k8s.io': (name) => ['system:deployers', 'system:image-builders', 'system:image-pullers'].includes(name),
  'rolebindings.authorization.openshift.io': (name) => ['system:deployers', 'system:image-builders', 'system:image-pullers'].includes(name),
};

/** Events tell what happened; they are nobody's property. Metrics exist only while pods do. */
const IGNORED: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io', 'pods.metrics.k8s.io']);

/** What Kubernetes itself puts there is a few objects of a kind; one more is enough to know. */
const LOOKED_AT = 20;
const AT_A_TIME = 8;

/**
 * Whether nothing stands in a namespace but what is there by itself: everything namespaced that the
 * API server offers is listed. Where something may not be listed, it is not known to be empty.
 */
export async function readEmptiness(client: KubeClient, namespace: string, signal: AbortSignal): Promise<Emptiness> {
  try {
    const kinds = await listedKinds(client, signal);
    const found = await mapConcurrently(kinds, AT_A_TIME, (kind) => findForeign(client, kind, namespace, signal));
    const first = found.find((each) => each !== undefined);
    return first === undefined ? { isEmpty: true } : { isEmpty: false, isKnown: true, reason: `${first} stands in it` };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const right = isForbidden(error) ? 'a right is missing: ' : '';
    return { isEmpty: false, isKnown: false, reason: `${right}${errorMessage(error)}` };
  }
}

/** Of every version: the preferred one of a group need not have all its kinds. */
async function listedKinds(client: KubeClient, signal: AbortSignal): Promise<ListedKind[]> {
  const { groups } = await client.getPath<{ groups: readonly { name: string; versions: readonly { groupVersion: string }[] }[] }>('/apis', { signal });
  const roots = [{ root: '/api/v1', group: '' }, ...groups.flatMap(({ name, versions }) => versions.map(({ groupVersion }) => ({ root: `/apis/${groupVersion}`, group: name })))];
  const lists = await mapConcurrently(roots, AT_A_TIME, async ({ root, group }) => {
    const { resources } = await client.getPath<{ resources: readonly ApiResource[] }>(root, { signal });
    return resources.filter(({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && !name.includes('/')).map(({ name }) => ({ root, group, plural: name }));
  });
  const kinds = new Map(lists.flat().toReversed().map((kind) => [resourceName(kind), kind])); // each once, in the version that is preferred
  return [...kinds.values()].filter((kind) => !IGNORED.has(resourceName(kind)));
}

/** The first object that somebody put there, as people name it. */
async function findForeign(client: KubeClient, { root, group, plural }: ListedKind, namespace: string, signal: AbortSignal): Promise<string | undefined> {
  const path = `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}?limit=${LOOKED_AT}`;
  try {
    const { items, metadata: page } = await client.getPath<{ items: readonly Pick<KubeObject, 'metadata'>[] | null; metadata?: { continue?: string } }>(path, { signal });
    const kind = resourceName({ group, plural });
    const isByItself = BY_ITSELF[kind] ?? (() => false);
    const foreign = (items ?? []).find(({ metadata }) => !isByItself(metadata.name));
    if (foreign !== undefined) return `${kind} "${foreign.metadata.name}"`;
    return page?.continue ? `more than ${LOOKED_AT} ${kind}` : undefined; // nothing is put there by itself in such numbers
  } catch (error) {
    // kinds that can be listed only by name or not at all, whatever discovery says
    if (isNotFound(error) || (error instanceof ApiError && error.code === 405)) return undefined;
    throw error;
  }
}
