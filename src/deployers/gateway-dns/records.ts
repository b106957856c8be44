import { OWNER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import { errorMessage } from '../../base/errors.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import type { FleetCluster } from '../../fleet/fleet-cluster.ts';
import { textOfSecret } from '../../fleet/secret-source.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { FleetContext } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { deleteSelected, deletionOutcome, type Leftover, type ObjectRef } from '../remove/delete-owned.ts';
import { connectByKubeconfig } from './connect-by-kubeconfig.ts';

/** Whose records, and in which namespace they stand in every cluster. */
export interface RecordOwner {
  readonly owner: string;
  readonly namespace: string;
}

/** Removes the records of a hub from one cluster. */
export function removeRecords(client: KubeClient, { owner, namespace }: RecordOwner, signal: AbortSignal): Promise<ObjectRef[]> {
  return deleteSelected(client, resources.endpointSlices, `${OWNER}=${owner}`, { namespace, signal });
}

/** A client of a cluster that a hub knows, by the kubeconfig that the hub has. */
async function connectTo(context: FleetContext, { key, secret }: FleetCluster): Promise<KubeClient> {
  const found = await context.client.get(resources.secrets, secret.name, secret.namespace, { signal: context.signal });
  return connectByKubeconfig(context, textOfSecret(found, secret.key) ?? '', `cluster ${key}`);
}

/** How long one cluster that does not answer may hold up the others, ms. */
const PATIENCE_MS = 10_000;

export interface FleetRemoval {
  readonly leftovers: Leftover[];
  /** Added to in a dry run: `cluster dev-team/a: delete EndpointSlice xcc-dns/x`. */
  readonly planned: string[];
  readonly isDryRun: boolean;
}

async function removeFrom(context: FleetContext, cluster: FleetCluster, records: RecordOwner, { planned, isDryRun }: FleetRemoval, signal: AbortSignal): Promise<ObjectRef[]> {
  const client = await connectTo(context, cluster);
  try {
    if (!isDryRun) return await removeRecords(client, records, signal);
    const trial = dryRunOf({ ...context, client });
    const removed = await removeRecords(trial.context.client, records, signal);
    planned.push(...trial.planned.map((line) => `cluster ${cluster.key}: ${line}`));
    return removed;
  } finally {
    client.close();
  }
}

/** Removes the records of a hub from all its clusters; one that cannot be reached is a leftover with its command. */
export async function removeRecordsEverywhere(context: FleetContext, clusters: readonly FleetCluster[], records: RecordOwner, removal: FleetRemoval, signal: AbortSignal): Promise<TaskOutcome> {
  const attempts = await Promise.all(
    clusters.map(async (cluster) => {
      try {
        return { removed: await removeFrom(context, cluster, records, removal, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])) };
      } catch (error) {
        signal.throwIfAborted();
        return { failed: cluster, reason: errorMessage(error) };
      }
    }),
  );
  const removed = attempts.flatMap((attempt) => attempt.removed ?? []);
  const failed = attempts.flatMap((attempt) => (attempt.failed === undefined ? [] : [attempt]));
  for (const { failed: { key, name }, reason } of failed) {
    removal.leftovers.push({ object: `records in cluster ${key}: ${reason}`, command: `kubectl --context <context of ${name}> -n ${records.namespace} delete endpointslices -l ${OWNER}=${records.owner}` });
  }
  if (failed.length === 0) return deletionOutcome(removed);
  return { state: 'warning', detail: `Not reached from here: ${failed.map(({ failed: { key } }) => key).join(', ')}` };
}
