import { resources } from '../../api/resources.ts';
import type { TaskOutcome, TaskProgress, TaskResult } from '../../base/tasks.ts';
import { sleep } from '../../base/clock.ts';
import { KUBECONFIG_KEY } from '../../fleet/choose-clusters.ts';
import { textOfSecret } from '../../fleet/secret-source.ts';
import { findKubeconfigToken } from '../../kube/service-account-token.ts';
import { type FleetContext, patientPlace, withPatientFleet } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { removeEmptyNamespace } from '../mirror/remove-namespaces.ts';
import { removeSource } from '../mirror/source-credential.ts';
import { requireOurSecret } from '../mirror/standing-mirror.ts';
import { deleteSeen, deletionOutcome, describeRef, type Removal } from '../remove/delete-owned.ts';
import { withinTime } from '../remove/within-time.ts';
import { Steps } from '../steps.ts';
import { clusterKey, clusterSecretName, type ClusterPlace, validateCluster } from './add-cluster.ts';
import { clusterAccount, type ClusterContext } from './cluster-account.ts';
import { removeRecords } from './records.ts';
import { readStandingHub, type StandingHub } from './standing-hub.ts';

export interface RemoveClusterOptions extends ClusterPlace {
  /** Where its account is; it stays where this is not given. */
  readonly cluster?: ClusterContext;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface RemoveClusterResult {
  readonly cluster: string;
  readonly hubNamespace: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  /** What stays, and why. */
  readonly stays: readonly string[];
  /** Takes its account away; absent where it was done, or none is known. */
  readonly revocation?: string;
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

async function forgetCluster({ client }: FleetContext, place: ClusterPlace, { signal }: TaskProgress): Promise<TaskOutcome> {
  const { hubNamespace: namespace } = place;
  const found = await client.find(resources.secrets, clusterSecretName(place), namespace, { signal });
  if (found === undefined) return deletionOutcome([]);
  requireOurSecret(found);
  const wasDeleted = await deleteSeen(client, resources.secrets, found.metadata, { signal });
  return deletionOutcome(wasDeleted ? [{ resource: resources.secrets, name: found.metadata.name, namespace }] : []);
}

/** How long the hub has for taking its records out of a cluster that it is about to forget, ms. */
const HUB_TIME_MS = 12_000;
const POLL_MS = 300;

/** The hub does it while it still has the rights; what it leaves, because it does not run say, goes with ours. */
async function removeLeftRecords({ client, clock, deadline, isDryRun }: Removal, { owner, deployment }: StandingHub, namespace: string, { signal }: TaskProgress): Promise<TaskOutcome> {
  const until = Math.min(deadline, clock.monotonic() + HUB_TIME_MS);
  const isRunning = (deployment?.status?.readyReplicas ?? 0) > 0;
  while (isRunning && !isDryRun && clock.monotonic() < until) {
    const { items } = await client.list(resources.endpointSlices, { namespace, labelSelector: `mcs.clusterset.local/owner=${owner}`, signal });
    if (items.length === 0) return { state: 'done', detail: 'the hub has taken them away' };
    await sleep(clock, POLL_MS, signal);
  }
  const removed = await removeRecords(client, { owner, namespace }, signal);
  return removed.length > 3 ? { state: 'deleted', detail: `${removed.length} records` } : { ...deletionOutcome(removed), ...(removed.length > 0 && { detail: removed.map(describeRef).join(', ') }) };
}

async function cleanCluster(context: FleetContext, options: RemoveClusterOptions & { readonly cluster: ClusterContext }, hub: StandingHub, deadline: number, stays: string[], steps: Steps): Promise<readonly string[]> {
  const { cluster, hubNamespace, dryRun: isDryRun } = options;
  const there = { ...context, client: cluster.client };
  const { context: { client, clock }, planned } = isDryRun ? dryRunOf(there) : { context: there, planned: [] };
  const removal: Removal = { client, clock, isDryRun, deadline, leftovers: [] };
  const account = clusterAccount(hub.uid, hubNamespace, clusterKey(options));
  const suffix = ` in ${cluster.context}`;
  await steps.do(`Remove the records of the hub${suffix}`, (progress) => removeLeftRecords(removal, hub, hubNamespace, progress));
  await steps.do(`Remove account ${account.account} and its rights${suffix}`, ({ signal }) => removeSource({ client }, account, signal));
  await steps.do(`Remove namespace ${hubNamespace}${suffix}`, ({ signal }) => removeEmptyNamespace(removal, hubNamespace, stays, signal));
  return planned.map((line) => `context ${cluster.context}: ${line}`);
}

async function removeBy(context: FleetContext, options: RemoveClusterOptions, deadline: number): Promise<RemoveClusterResult> {
  const steps = new Steps(context);
  const { cluster, hubNamespace, name, namespace } = options;
  const stays: string[] = [];
  const hub = await steps.run('Check the management cluster', async ({ signal }) => ({ state: 'done', detail: context.client.server, value: await readStandingHub(context.client, hubNamespace, signal) }));
  const standing = await context.client.find(resources.secrets, clusterSecretName(options), hubNamespace, { signal: context.signal });
  await steps.do(`Forget cluster ${clusterKey(options)}`, (progress) => forgetCluster(context, options, progress));
  const planned = cluster === undefined ? [] : await cleanCluster(context, { ...options, cluster }, hub, deadline, stays, steps);
  const hasAccount = findKubeconfigToken({ text: textOfSecret(standing, KUBECONFIG_KEY) ?? '' })?.account === clusterAccount(hub.uid, hubNamespace, clusterKey(options)).account;
  const revocation = `mcs gateway-dns remove-cluster ${name} --namespace ${namespace} --from <context of ${name}>`;
  return {
    cluster: clusterKey(options),
    hubNamespace,
    steps: steps.results,
    warnings: steps.warnings,
    stays,
    ...(cluster === undefined && hasAccount && { revocation }),
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { planned }),
  };
}

/** Takes a cluster out of a hub: its names go everywhere, then its account. Idempotent. Throws MCS_FOREIGN_OBJECT, MCS_USAGE and MCS_TIMEOUT. */
export async function removeCluster(given: FleetContext, asked: RemoveClusterOptions): Promise<RemoveClusterResult> {
  validateCluster(asked);
  const options = { ...asked, ...(asked.cluster && { cluster: patientPlace(asked.cluster, given.clock) }) };
  const { context, planned } = options.dryRun ? dryRunOf(withPatientFleet(given)) : { context: withPatientFleet(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'remove the cluster', again: 'mcs gateway-dns remove-cluster' }, (limited, deadline) => removeBy(limited, options, deadline));
  return { ...result, ...(planned && { planned: [...planned, ...(result.planned ?? [])] }) };
}
