import { resources } from '../../api/resources.ts';
import type { CableConnection, ClusterSettings } from '../../api/types/index.ts';
import { sleep } from '../../base/clock.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import type { MemberCredential } from '../../broker-info/index.ts';
import { gatewayNodes } from '../../discovery/gateway-nodes.ts';
import { carriersIn } from '../../inspect/data-plane.ts';
import { readDataPlane } from '../../inspect/read-cluster.ts';
import { directAccess } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { FleetContext } from '../deploy-context.ts';
import type { Deadline } from '../wait-rollout.ts';

/** A tunnel that comes up does so within seconds; one that does not is shown, and `mcs diagnose connections` says why. */
const LONGEST_MS = 30_000;
const POLL_MS = 250;

/** What the active gateway says of its tunnels; the last words of one that has fallen silent do not count. */
async function readConnections(client: KubeClient, clusterID: string, signal: AbortSignal): Promise<readonly CableConnection[]> {
  return carriersIn(clusterID, await readDataPlane(client, signal)).flatMap(({ connections }) => connections);
}

async function findConnectedMembers(broker: KubeClient, { clusterID, namespace }: MemberCredential, signal: AbortSignal): Promise<string[]> {
  const { items } = await broker.list(resources.cableEndpoints, { namespace, signal });
  return [...new Set(items.map(({ spec }) => spec.cluster_id))].filter((cluster) => cluster !== clusterID).toSorted();
}

function describe(cluster: string, connections: readonly CableConnection[]): string | undefined {
  const found = connections.find(({ endpoint }) => endpoint.cluster_id === cluster);
  if (found?.status === 'connected') return undefined;
  if (found?.status === 'none') return `${cluster}: not probed${found.statusMessage === '' ? '' : ` (${found.statusMessage})`}`;
  const why = found === undefined || found.statusMessage === '' ? '' : ` (${found.statusMessage})`;
  return `${cluster}: ${found?.status ?? 'no connection yet'}${why}`;
}

/** Outcome, once nothing is merely on its way any more or the time is up. Without probes a tunnel that stands is all that can be known. */
export function connectionOutcome(members: readonly string[], connections: readonly CableConnection[], isProbed = true): TaskOutcome & { readonly isFinal: boolean } {
  const isBuilt = (cluster: string): boolean => connections.some(({ endpoint, status }) => endpoint.cluster_id === cluster && status !== 'connecting');
  if (!isProbed && members.every(isBuilt)) return { state: 'done', detail: `tunnels to ${members.join(', ')}; health checks are off`, isFinal: true };
  const lacks = members.flatMap((cluster) => describe(cluster, connections) ?? []);
  if (lacks.length === 0) return { state: 'done', detail: `connected with ${members.join(', ')}`, isFinal: true };
  return { state: 'warning', detail: `${lacks.join('; ')}. mcs diagnose connections says why`, isFinal: members.every(isBuilt) };
}

interface Wanted {
  readonly clusterID: string;
  readonly members: readonly string[];
  readonly isProbed: boolean;
}

async function waitFor({ client, clock }: FleetContext, { clusterID, isProbed, members }: Wanted, { timeoutMs }: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  const { signal } = progress;
  const until = clock.monotonic() + Math.min(LONGEST_MS, timeoutMs);
  for (;;) {
    const { isFinal, ...outcome } = connectionOutcome(members, await readConnections(client, clusterID, signal), isProbed);
    if (isFinal || clock.monotonic() >= until) return outcome;
    progress.update(`Waiting for ${members.join(', ')}`);
    await sleep(clock, POLL_MS, signal);
  }
}

/**
 * Waits, for a while, until the gateways of the other members are connected. What does not connect
 * is a warning: the cluster is a member all the same.
 */
export async function waitForConnections(context: FleetContext, credential: MemberCredential, { healthCheck = true }: ClusterSettings, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  const { items: nodes } = await context.client.list(resources.nodes, { signal: progress.signal });
  if (gatewayNodes(nodes).length === 0) return { state: 'warning', detail: 'No node is labelled as gateway, so nothing connects this cluster: mcs gateway label <node>' };
  const broker = context.connect(directAccess({ ...credential, token: () => credential.token }));
  try {
    const members = await findConnectedMembers(broker, credential, progress.signal);
    return members.length === 0 ? { state: 'skipped', detail: 'no other member has a gateway yet' } : await waitFor(context, { clusterID: credential.clusterID, members, isProbed: healthCheck }, deadline, progress);
  } finally {
    broker.close();
  }
}
