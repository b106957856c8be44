import { OWNER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { settleAll } from '../../base/concurrently.ts';
import { McsError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import { describePod, hasAddress, hasEnded } from '../pod-phase.ts';
import { removeNamespace } from '../remove-namespace.ts';
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

/** Creates objects one after the other, and gives them as they stand then. */
export async function createAll(client: KubeClient, objects: readonly PlannedObject[], signal: AbortSignal): Promise<readonly KubeObject[]> {
  const made: KubeObject[] = [];
  for (const { object, resource } of objects) made.push(await client.create(resource, object, { signal }));
  return made;
}

async function addressOf(client: KubeClient, { metadata: { name, namespace } }: KubeObject, { cluster, progress, signal, timeoutMs }: PlaceOptions): Promise<readonly [string, string]> {
  const goal = `start the test server ${name} in ${cluster}`;
  const pod = await waitFor(client, resources.pods, name, namespace, (each) => hasAddress(each) || hasEnded(each), {
    signal,
    timeoutMs,
    goal,
    describe: (each) => describePod(cluster, name, each),
    progress: (text) => progress(`Waiting for ${text}`),
  });
  if (!hasAddress(pod)) throw new McsError('MCS_API_ERROR', `Cannot ${goal}: ${describePod(cluster, name, pod)}`);
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

/** Takes everything away, also after Ctrl-C. Throws MCS_API_ERROR. */
export async function removePlace(client: KubeClient, { nodes, pods }: VerifyNamespaces): Promise<void> {
  await settleAll([pods, nodes].map((name) => removeNamespace(client, name, { owner: VERIFY_LABELS[OWNER], purpose: 'the tests' })));
}
