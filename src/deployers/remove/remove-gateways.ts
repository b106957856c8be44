import { GATEWAY_AGENT, GATEWAY_LEASE, MEMBER_NAMESPACE, MEMBER_WIREGUARD_SECRET } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { labelsToSelector } from '../../api/selectors.ts';
import type { Pod, Workload } from '../../api/types/index.ts';
import { sleep } from '../../base/clock.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { removalCommands } from '../../gateway/apply/removal-commands.ts';
import type { KubeClient } from '../../kube/client.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';
import { deleteElection, deleteOwned, deletionOutcome, type Leftover, type ObjectRef, type Removal } from './delete-owned.ts';

const POLL_MS = 200;
/** Argument of the agent that takes away what it has put into its node's kernel. */
export const REMOVE_ARGUMENT = '--remove';
const AGENT_FILE = /\/gateway\.js$/;

type Container = Workload['spec']['template']['spec']['containers'][number];

/** The agent's container with the argument; every other one as it is. */
export function withRemoval(containers: readonly Container[]): Container[] {
  return containers.map((container) => (container.command?.some((word) => AGENT_FILE.test(word)) ? { ...container, args: [REMOVE_ARGUMENT] } : container));
}

function removes({ spec }: Pod): boolean {
  return spec.containers.some(({ args = [] }) => args.includes(REMOVE_ARGUMENT));
}

function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(({ type, status: state }) => type === 'Ready' && state === 'True');
}

/** Nodes with a pod of the agent, those first that have not confirmed that nothing is left on them. */
export function unconfirmedNodes(nodes: Iterable<string>, pods: readonly Pod[]): string[] {
  const confirmed = new Set(pods.filter((pod) => removes(pod) && isReady(pod)).map(({ spec }) => spec.nodeName ?? ''));
  return [...new Set(nodes)].filter((node) => node !== '' && !confirmed.has(node)).toSorted();
}

function podsOf(client: KubeClient, { spec }: Workload, signal: AbortSignal): Promise<readonly Pod[]> {
  const labelSelector = labelsToSelector(spec.selector.matchLabels ?? {});
  return client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector, signal }).then(({ items }) => items);
}

/** A node that is off, or whose kubelet is, comes back with all that it had, unless it restarts. */
function leftoverOn(node: string): Leftover {
  return { object: `Devices, routes and packet filter of mcs on node ${node}`, command: `${removalCommands().join('; ')}   # as root on that node, or restart it` };
}

async function rollOut(client: KubeClient, agent: Workload, signal: AbortSignal): Promise<void> {
  // all nodes at once: nothing passes the tunnels any more anyway
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%', maxSurge: 0 } };
  const body = { spec: { updateStrategy, template: { spec: { containers: withRemoval(agent.spec.template.spec.containers) } } } };
  await client.patch(resources.daemonSets, GATEWAY_AGENT, MEMBER_NAMESPACE, 'application/merge-patch+json', body, { fieldManager: FIELD_MANAGER, signal });
}

/** Nodes that have not confirmed when the time is up. */
async function waitForNodes({ client, clock, deadline }: Removal, agent: Workload, nodes: Set<string>, progress: TaskProgress): Promise<string[]> {
  const { signal } = progress;
  for (;;) {
    const pods = await podsOf(client, agent, signal);
    for (const { spec } of pods) nodes.add(spec.nodeName ?? '');
    const left = unconfirmedNodes(nodes, pods);
    if (left.length === 0 || clock.monotonic() >= deadline) return left;
    progress.update(`Waiting for ${left.join(', ')}`);
    await sleep(clock, POLL_MS, signal);
  }
}

/**
 * Has the agent on each node take away what it has put into the kernel, and removes the agent then.
 * A node that does not confirm in time is listed with what to do there.
 */
export async function removeGateways(removal: Removal, progress: TaskProgress): Promise<TaskOutcome> {
  const { client, isDryRun, leftovers } = removal;
  const { signal } = progress;
  const agent = await client.find(resources.daemonSets, GATEWAY_AGENT, MEMBER_NAMESPACE, { signal });
  if (agent === undefined || !isOurs(agent)) return deletionOutcome([]);
  const nodes = new Set((await podsOf(client, agent, signal)).map(({ spec }) => spec.nodeName ?? ''));
  await rollOut(client, agent, signal);
  const left = isDryRun ? [] : await waitForNodes(removal, agent, nodes, progress);
  leftovers.push(...left.map(leftoverOn));
  const refs: ObjectRef[] = [
    { resource: resources.daemonSets, name: GATEWAY_AGENT, namespace: MEMBER_NAMESPACE },
    { resource: resources.secrets, name: MEMBER_WIREGUARD_SECRET, namespace: MEMBER_NAMESPACE },
  ];
  const deleted = [...(await deleteOwned(client, refs, { signal })), ...(await deleteElection(client, GATEWAY_LEASE, MEMBER_NAMESPACE, { signal }))];
  if (left.length === 0) return deletionOutcome(deleted);
  return { state: 'warning', detail: `Nodes that did not confirm that nothing is left on them: ${left.join(', ')}` };
}
