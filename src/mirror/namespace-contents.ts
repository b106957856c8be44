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

type Names = Readonly<Record<string, RegExp>>;

/** What Kubernetes puts into every namespace by itself, by plural and group. */
const BY_ITSELF: Names = { configmaps: /^kube-root-ca\.crt$/, serviceaccounts: /^default$/, secrets: /^default-token-[a-z0-9]{5}$/ };

const OPENSHIFT_BINDINGS = /^system:(deployers|image-builders|image-pullers)$/;
/** What OpenShift puts there besides. Elsewhere an account `deployer` is somebody's. */
const BY_OPENSHIFT: Names = {
  configmaps: /^openshift-service-ca\.crt$/,
  serviceaccounts: /^(builder|deployer)$/,
  secrets: /^(default|builder|deployer)-(token|dockercfg)-[a-z0-9]{5}$/,
  'rolebindings.rbac.authorization.k8s.io': OPENSHIFT_BINDINGS,
  'rolebindings.authorization.openshift.io': OPENSHIFT_BINDINGS,
};

/** Events tell what happened; they are nobody's property. Metrics exist only while pods do. */
const IGNORED: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io', 'pods.metrics.k8s.io']);

/** What Kubernetes itself puts there is a few objects of a kind; one more is enough to know. */
const LOOKED_AT = 20;
/** The same where some kinds do not count. */
const LOOKED_AT_PAST_IGNORED = 500;
const AT_A_TIME = 8;

/** Whether an object does not count; `kind` is its plural and group. */
export type IsIgnored = (kind: string, metadata: KubeObject['metadata']) => boolean;

/**
 * Whether nothing stands in a namespace but what is there by itself, and what is ignored: everything
 * namespaced that the API server offers is listed. Where something may not be listed, it is not known to be empty.
 */
export async function readEmptiness(client: KubeClient, namespace: string, signal: AbortSignal, isIgnored?: IsIgnored): Promise<Emptiness> {
  try {
    const { kinds, isOpenShift } = await listedKinds(client, signal);
    const byItself = isOpenShift ? [BY_ITSELF, BY_OPENSHIFT] : [BY_ITSELF];
    const found = await mapConcurrently(kinds, AT_A_TIME, (kind) => findForeign(client, kind, { namespace, byItself, isIgnored }, signal));
    const first = found.find((each) => each !== undefined);
    return first === undefined ? { isEmpty: true } : { isEmpty: false, isKnown: true, reason: `${first} stands in it` };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const right = isForbidden(error) ? 'a right is missing: ' : '';
    return { isEmpty: false, isKnown: false, reason: `${right}${errorMessage(error)}` };
  }
}

/** Of every version: the preferred one of a group need not have all its kinds. */
async function listedKinds(client: KubeClient, signal: AbortSignal): Promise<{ readonly kinds: readonly ListedKind[]; readonly isOpenShift: boolean }> {
  const { groups } = await client.getPath<{ groups: readonly { name: string; versions: readonly { groupVersion: string }[] }[] }>('/apis', { signal });
  const roots = [{ root: '/api/v1', group: '' }, ...groups.flatMap(({ name, versions }) => versions.map(({ groupVersion }) => ({ root: `/apis/${groupVersion}`, group: name })))];
  const lists = await mapConcurrently(roots, AT_A_TIME, async ({ root, group }) => {
    const { resources } = await client.getPath<{ resources: readonly ApiResource[] }>(root, { signal });
    return resources.filter(({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && !name.includes('/')).map(({ name }) => ({ root, group, plural: name }));
  });
  const kinds = new Map(lists.flat().toReversed().map((kind) => [resourceName(kind), kind])); // each once, in the version that is preferred
  return { kinds: [...kinds.values()].filter((kind) => !IGNORED.has(resourceName(kind))), isOpenShift: groups.some(({ name }) => name.endsWith('.openshift.io')) };
}

interface Place {
  readonly namespace: string;
  readonly byItself: readonly Names[];
  readonly isIgnored: IsIgnored | undefined;
}

/** The first object that somebody put there, as people name it. */
async function findForeign(client: KubeClient, { root, group, plural }: ListedKind, { namespace, byItself, isIgnored }: Place, signal: AbortSignal): Promise<string | undefined> {
  const limit = isIgnored === undefined ? LOOKED_AT : LOOKED_AT_PAST_IGNORED;
  const path = `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}?limit=${limit}`;
  try {
    const { items, metadata: page } = await client.getPath<{ items: readonly Pick<KubeObject, 'metadata'>[] | null; metadata?: { continue?: string } }>(path, { signal });
    const kind = resourceName({ group, plural });
    const foreign = (items ?? []).find(({ metadata }) => !byItself.some((names) => names[kind]?.test(metadata.name)) && isIgnored?.(kind, metadata) !== true);
    if (foreign !== undefined) return `${kind} "${foreign.metadata.name}"`;
    return page?.continue ? `more than ${limit} ${kind}` : undefined; // nothing is put there by itself in such numbers
  } catch (error) {
    // kinds that can be listed only by name or not at all, whatever discovery says
    if (isNotFound(error) || (error instanceof ApiError && error.code === 405)) return undefined;
    throw error;
  }
}
