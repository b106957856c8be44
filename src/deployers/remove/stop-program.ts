import { resources } from '../../api/resources.ts';
import { labelsToSelector } from '../../api/selectors.ts';
import type { Workload } from '../../api/types/index.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';
import { deleteOwned, deletionOutcome, describeRef, findLeftovers, leftoverOf, type ObjectRef, type Removal } from './delete-owned.ts';

/** A Deployment. */
export interface ProgramRef {
  readonly name: string;
  readonly namespace: string;
}

const refOf = (program: ProgramRef): ObjectRef => ({ resource: resources.deployments, ...program });

async function waitForEnd({ client, clock, deadline, leftovers }: Removal, { metadata, spec }: Workload, progress: TaskProgress): Promise<TaskOutcome | undefined> {
  const { signal } = progress;
  const { namespace = '' } = metadata;
  const { items } = await client.list(resources.pods, { namespace, labelSelector: labelsToSelector(spec.selector.matchLabels ?? {}), signal });
  const pods = items.map(({ metadata: { name } }): ObjectRef => ({ resource: resources.pods, name, namespace }));
  if (pods.length > 0) progress.update(`Waiting for ${pods.map(describeRef).join(', ')} to stop`);
  const left = await findLeftovers(client, pods, clock, deadline, signal);
  if (left.length === 0) return undefined;
  leftovers.push(...left.map(leftoverOf));
  return { state: 'warning', detail: `Still stopping: ${left.map(describeRef).join(', ')}` };
}

/** Deletes a Deployment of ours and waits for its pods, so that nothing writes anew what is removed after it. */
export async function stopProgram(removal: Removal, program: ProgramRef, progress: TaskProgress): Promise<TaskOutcome> {
  const { client, isDryRun } = removal;
  const { signal } = progress;
  const found = await client.find(resources.deployments, program.name, program.namespace, { signal });
  const deleted = await deleteOwned(client, [refOf(program)], { signal });
  if (isDryRun || found === undefined || deleted.length === 0) return deletionOutcome(deleted);
  return (await waitForEnd(removal, found, progress)) ?? deletionOutcome(deleted);
}

/** The same, but the Deployment stays, without pods: what it says is needed until the rest is gone. */
export async function pauseProgram(removal: Removal, program: ProgramRef, progress: TaskProgress): Promise<TaskOutcome> {
  const { client, isDryRun } = removal;
  const { name, namespace } = program;
  const { signal } = progress;
  const found = await client.find(resources.deployments, name, namespace, { signal });
  if (found === undefined || !isOurs(found)) return { state: 'unchanged', detail: 'it does not run' };
  if (found.spec.replicas !== 0) await client.patch(resources.deployments, name, namespace, 'application/merge-patch+json', { spec: { replicas: 0 } }, { fieldManager: FIELD_MANAGER, signal });
  const late = isDryRun ? undefined : await waitForEnd(removal, found, progress);
  return late ?? { state: found.spec.replicas === 0 ? 'unchanged' : 'updated', detail: `${describeRef(refOf(program))} has no pods` };
}
