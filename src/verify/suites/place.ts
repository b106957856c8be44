import { OWNER } from '../../api/labels.ts';
import { podTroubles } from '../../api/pod-troubles.ts';
import { resources } from '../../api/resources.ts';
import type { KubeObject, Pod } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import { type ClusterObjects, type PlannedObject, VERIFY_LABELS, type VerifyNamespaces } from './objects.ts';

export interface PlaceOptions {
  readonly cluster: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Addresses of what a run made in a cluster, by name. */
export interface Place {
  readonly pods: ReadonlyMap<string, string>;
  /** ClusterIPs; none of headless Services. */
  readonly services: ReadonlyMap<string, string>;
}

const CLEANUP_MS = 15_000;

export async function createAll(client: KubeClient, objects: readonly PlannedObject[], signal: AbortSignal): Promise<readonly KubeObject[]> {
  const made: KubeObject[] = [];
  for (const { object, resource } of objects) made.push(await client.create(resource, object, { signal }));
  return made;
}

const hasAddress = (pod: Pod | undefined): boolean => pod?.status?.phase === 'Running' && pod.status.podIP !== undefined;
const hasEnded = (pod: Pod | undefined): boolean => pod === undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

function describe(cluster: string, name: string, pod: Pod | undefined): string {
  if (pod === undefined) return `pod ${name} in ${cluster} is gone`;
  return [`pod ${name} on ${pod.spec.nodeName ?? 'no node'} in ${cluster}: ${pod.status?.phase ?? 'not started'}`, ...podTroubles(pod).broken].join(', ');
}

async function addressOf(client: KubeClient, { metadata: { name, namespace } }: KubeObject, { cluster, progress, signal, timeoutMs }: PlaceOptions): Promise<readonly [string, string]> {
  const goal = `start the test server ${name} in ${cluster}`;
  const pod = await waitFor(client, resources.pods, name, namespace, (each) => hasAddress(each) || hasEnded(each), {
    signal,
    timeoutMs,
    goal,
    describe: (each) => describe(cluster, name, each),
    progress: (text) => progress(`Waiting for ${text}`),
  });
  if (!hasAddress(pod)) throw new McsError('MCS_API_ERROR', `Cannot ${goal}: ${describe(cluster, name, pod)}`);
  return [name, pod?.status?.podIP ?? ''];
}

/** The account of its namespaces' pods, which comes a moment after them. */
async function waitForAccounts(client: KubeClient, namespaces: readonly PlannedObject[], { cluster, signal, timeoutMs }: PlaceOptions): Promise<void> {
  const describeAccount = (): string => 'there is no ServiceAccount "default"';
  await Promise.all(namespaces.map(({ object }) => waitFor(client, resources.serviceAccounts, 'default', object.metadata.name, (account) => account !== undefined, { signal, timeoutMs, goal: `use namespace "${object.metadata.name}" in ${cluster}`, describe: describeAccount })));
}

/** Namespaces, Services and running test servers of a cluster. Throws ApiError, MCS_TIMEOUT and MCS_API_ERROR. */
export async function makePlace(client: KubeClient, { namespaces, servers, services }: ClusterObjects, options: PlaceOptions): Promise<Place> {
  const { signal } = options;
  await createAll(client, namespaces, signal);
  await waitForAccounts(client, namespaces, options);
  const made = await Promise.all([createAll(client, services, signal), createAll(client, servers, signal)]);
  const clusterIPs = made[0].flatMap((object) => {
    const { clusterIP } = (object as KubeObject & { readonly spec: { readonly clusterIP?: string } }).spec;
    return clusterIP === undefined || clusterIP === 'None' ? [] : [[object.metadata.name, clusterIP] as const];
  });
  return { pods: new Map(await Promise.all(made[1].map((pod) => addressOf(client, pod, options)))), services: new Map(clusterIPs) };
}

/** Takes everything away, with a time limit of its own, for it runs after Ctrl-C too. */
export async function removePlace(client: KubeClient, { nodes, pods }: VerifyNamespaces): Promise<void> {
  for (const name of [pods, nodes]) {
    try {
      await client.delete(resources.namespaces, name, undefined, { signal: AbortSignal.timeout(CLEANUP_MS), propagation: 'Background' });
    } catch (cause) {
      if (isNotFound(cause)) continue;
      throw new McsError('MCS_API_ERROR', `Cannot remove namespace "${name}" of the tests at ${client.server}`, { hints: [`kubectl delete namespaces -l ${OWNER}=${VERIFY_LABELS[OWNER]}`], cause });
    }
  }
}
