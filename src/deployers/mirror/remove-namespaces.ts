import { resources } from '../../api/resources.ts';
import { sleep } from '../../base/clock.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { type Emptiness, type IsIgnored, readEmptiness } from '../../mirror/namespace-contents.ts';
import { deleteSeen, deletionOutcome, type ObjectRef, type Removal, removeLingering } from '../remove/delete-owned.ts';

/** What Kubernetes itself removes a moment after its owner. */
const FOLLOWS_ITS_OWNER = /^(replicasets|pods|endpoints|endpointslices)[.\s]/;
const POLL_MS = 300;

async function settledEmptiness({ client, clock, deadline, isDryRun }: Removal, namespace: string, signal: AbortSignal, isIgnored?: IsIgnored): Promise<Emptiness> {
  for (;;) {
    const emptiness = await readEmptiness(client, namespace, signal, isIgnored);
    if (emptiness.isEmpty || isDryRun || !FOLLOWS_ITS_OWNER.test(emptiness.reason) || clock.monotonic() >= deadline) return emptiness;
    await sleep(clock, POLL_MS, signal);
  }
}

/** Namespaces that the mirror made go where nothing of anybody's is in them. */
export async function removeMadeNamespaces(removal: Removal, labelSelector: string, stays: string[], signal: AbortSignal): Promise<TaskOutcome> {
  const { client, isDryRun } = removal;
  const deleted: ObjectRef[] = [];
  const { items } = await client.list(resources.namespaces, { labelSelector, signal });
  for (const { metadata } of items) {
    const emptiness = await settledEmptiness(removal, metadata.name, signal);
    // in a dry run the mirrors are still in it
    if (!emptiness.isEmpty && !isDryRun) stays.push(`Namespace ${metadata.name}, which the mirror made: ${emptiness.reason}`);
    else if (await deleteSeen(client, resources.namespaces, metadata, { signal })) deleted.push({ resource: resources.namespaces, name: metadata.name });
  }
  return deletionOutcome(deleted);
}

/** The namespace of installations goes where mcs made it and nothing else is in it: another mirror, an emitter, an account of a source. What is ignored goes with it. */
export async function removeEmptyNamespace(removal: Removal, namespace: string, stays: string[], signal: AbortSignal, isIgnored?: IsIgnored): Promise<TaskOutcome> {
  const { client, isDryRun } = removal;
  const found = await client.find(resources.namespaces, namespace, undefined, { signal });
  if (found === undefined || !isOurs(found)) return deletionOutcome([]);
  const emptiness = await settledEmptiness(removal, namespace, signal, isIgnored);
  if (!emptiness.isEmpty && !isDryRun) {
    stays.push(`Namespace ${namespace}: ${emptiness.reason}`);
    return { state: 'unchanged', detail: `it stays: ${emptiness.reason}` };
  }
  return removeLingering(removal, [{ resource: resources.namespaces, name: namespace }], signal);
}
