import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { MirrorStatus } from '../../mirror/status.ts';
import { type Deadline, type Lack, waitUntil } from '../wait-rollout.ts';
import type { MirrorPlace } from './find-mirrors.ts';
import { findMirrorStatus } from './read-mirror-status.ts';

/** What a mirror has not said yet of the sources that it was given. */
export function sourcesLack(status: MirrorStatus | undefined, names: readonly string[]): Lack {
  if (status === undefined) return 'the mirror has not written its status yet';
  if (status.settingsError !== '') return undefined; // it is not going to take them
  const said = new Map(status.sources.map((source) => [source.name, source.state]));
  const missing = names.find((name) => !said.has(name));
  if (missing !== undefined) return `source "${missing}" is not taken up yet`;
  const removed = [...said.keys()].find((name) => !names.includes(name));
  if (removed !== undefined) return `source "${removed}" is not given up yet`;
  const syncing = status.sources.find(({ state, message }) => state === 'syncing' && message === '');
  return syncing === undefined ? undefined : `source "${syncing.name}" is being listed`;
}

function outcomeOf(status: MirrorStatus): TaskOutcome {
  if (status.settingsError !== '') return { state: 'warning', detail: `The mirror does not take its configuration: ${status.settingsError}` };
  const failed = status.sources.filter(({ state }) => state !== 'synced');
  if (failed.length > 0) return { state: 'warning', detail: failed.map(({ name, state, message }) => `source "${name}" is ${state}: ${message}`).join('; ') };
  return { state: 'done', detail: status.sources.map(({ name, selected, mirrored }) => `${name}: ${mirrored} of ${selected} services`).join(', ') };
}

/** Waits until the mirror has looked at each of its sources. Throws MCS_TIMEOUT; a source that cannot be reached is a warning. */
export async function waitForSources(client: KubeClient, place: MirrorPlace, names: readonly string[], deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  let status: MirrorStatus | undefined;
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    status = await findMirrorStatus(client, place, signal);
    return sourcesLack(status, names);
  };
  await waitUntil(`mirror from ${names.join(' and ')}`, findLack, deadline, progress, ['mcs mirror status', `kubectl -n ${place.namespace} logs deployment/mcs-mirror-${place.name}`]);
  return status === undefined ? { state: 'done' } : outcomeOf(status);
}
