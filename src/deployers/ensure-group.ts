import { resources } from '../api/resources.ts';
import type { KubeObject, UnknownObject } from '../api/types/index.ts';
import type { TaskOutcome, TaskProgress } from '../base/tasks.ts';
import { isKeptCrd, isOurs } from '../discovery/api-versions.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { ensureObject } from '../kube/ensure.ts';
import { FIELD_MANAGER } from './deploy-context.ts';
import { describeObject, resourceOf } from '../api/kinds.ts';
import { type Deadline, type Lack, waitForCrds, waitUntil } from './wait-rollout.ts';

type EnsureState = 'created' | 'updated' | 'unchanged';

/** One outcome for several objects: what was written, by name while the list is short. */
export function summarize(changes: readonly { readonly state: string; readonly object: Pick<KubeObject, 'kind' | 'metadata'> }[]): TaskOutcome {
  const written = changes.filter(({ state }) => state !== 'unchanged');
  const [first] = written;
  if (first === undefined) return { state: 'unchanged' };
  const names = written.map(({ object }) => describeObject(object));
  const detail = names.length <= 3 ? names.join(', ') : `${names.length} objects`;
  return { state: written.every(({ state }) => state === first.state) ? (first.state as EnsureState) : 'updated', detail };
}

const DEFINITION = resources.customResourceDefinitions.kind;
/** What goes on existing for a while after it was deleted, and takes what is put into it along. */
const LINGERING = [DEFINITION, resources.namespaces.kind];

/** The standing object of that name, once it is not one that is just being deleted. */
async function findLasting(client: KubeClient, object: UnknownObject, deadline: Deadline, progress: TaskProgress): Promise<KubeObject | undefined> {
  const { name } = object.metadata;
  let found: KubeObject | undefined;
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    found = await client.find(resourceOf(object), name, undefined, { signal });
    return found?.metadata.deletionTimestamp === undefined ? undefined : `${describeObject(object)} is still being deleted`;
  };
  await waitUntil(`install ${describeObject(object)}`, findLack, deadline, progress, [`kubectl get ${object.kind.toLowerCase()} ${name} -o yaml`]);
  return found;
}

/**
 * Whether an object is to be left alone: a namespace that somebody else made, or a CRD of another
 * installer or of a later release; the preflight has made sure that it serves what is needed.
 */
async function isForeign(client: KubeClient, object: UnknownObject, deadline: Deadline, progress: TaskProgress): Promise<boolean> {
  if (!LINGERING.includes(object.kind)) return false;
  const found = await findLasting(client, object, deadline, progress);
  if (found === undefined) return false;
  return object.kind === DEFINITION ? isKeptCrd(found, object) : !isOurs(found);
}

interface Change {
  readonly state: EnsureState;
  readonly object: UnknownObject;
}

/** One object, or nothing where the one that stands is to be left alone. */
async function ensureOne(client: KubeClient, object: UnknownObject, deadline: Deadline, progress: TaskProgress, dryRun: boolean): Promise<Change | undefined> {
  if (await isForeign(client, object, deadline, progress)) return undefined;
  const { signal } = progress;
  const { state } = await ensureObject(client, resourceOf(object), object, { fieldManager: FIELD_MANAGER, signal, ...(dryRun && { dryRun }) });
  return { state, object };
}

/**
 * Creates or updates objects in their order, and waits until CRDs among them are served.
 * Throws MCS_FOREIGN_OBJECT at one that is somebody else's, MCS_TIMEOUT.
 */
export async function ensureGroup(client: KubeClient, objects: readonly UnknownObject[], deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  const changes: Change[] = [];
  for (const object of objects) {
    const change = await ensureOne(client, object, deadline, progress, false);
    if (change !== undefined) changes.push(change);
  }
  const crds = objects.filter(({ kind }) => kind === DEFINITION).map(({ metadata }) => metadata.name);
  await waitForCrds(client, crds, deadline, progress);
  return summarize(changes);
}

/**
 * What `ensureGroup` would write, in order, as `update Deployment submariner-operator/mcs-dns`: the
 * server tries each write and stores none. Throws what `ensureGroup` throws.
 */
export async function planChanges(client: KubeClient, objects: readonly UnknownObject[], deadline: Deadline, progress: TaskProgress): Promise<string[]> {
  const planned: string[] = [];
  for (const object of objects) {
    const change = await ensureOne(client, object, deadline, progress, true).catch((error: unknown): Change => {
      if (!isNotFound(error)) throw error;
      return { state: 'created', object }; // of a namespace or a kind that is itself only planned
    });
    if (change !== undefined && change.state !== 'unchanged') planned.push(`${change.state === 'created' ? 'create' : 'update'} ${describeObject(object)}`);
  }
  return planned;
}
