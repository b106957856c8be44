import { lastComplaint } from '../base/last-complaint.ts';
import type { Pod } from './types/index.ts';

/** Restarts of a container that are worth a word. */
const MANY_RESTARTS = 5;
/** States that every container goes through. */
const USUAL = ['ContainerCreating', 'PodInitializing'];

export interface PodTroubles {
  /** What keeps containers from running, with the last words of a program that ended. */
  readonly broken: readonly string[];
  readonly restarts: readonly string[];
}

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

function lastWords({ state, lastState }: ContainerStatus): string {
  const ended = state?.terminated ?? lastState?.terminated;
  const { reason, message } = state?.waiting ?? {};
  // kubelet's own word for a crash loop is how long it waits, not why
  const said = ended?.message?.trim() ?? '';
  // our own programs end with a word of farewell
  const line = lastComplaint(said) ?? (said.split('\n').at(-1) || undefined) ?? (reason === 'CrashLoopBackOff' ? undefined : message);
  return line === undefined || line === '' ? '' : ` (${line.slice(0, 300)})`;
}

/** Facts about pods that are not well; none for healthy and for starting ones. */
export function podTroubles({ metadata, status }: Pod): PodTroubles {
  const containers = status?.containerStatuses ?? [];
  const unscheduled = (status?.conditions ?? []).filter(({ type, status: state, reason }) => type === 'PodScheduled' && state === 'False' && reason === 'Unschedulable');
  const stuck = containers.filter(({ state }) => state?.waiting?.reason !== undefined && !USUAL.includes(state.waiting.reason));
  const broken = [
    ...(status?.phase === 'Failed' ? [`${metadata.name} failed`] : []),
    ...unscheduled.map(({ message }) => `${metadata.name} cannot be scheduled: ${message ?? ''}`),
    ...stuck.map((container) => `${metadata.name}/${container.name} waits: ${container.state?.waiting?.reason ?? ''}${lastWords(container)}`),
  ];
  const restarts = containers.filter(({ restartCount }) => restartCount >= MANY_RESTARTS).map(({ name, restartCount }) => `${metadata.name}/${name} restarted ${restartCount} times`);
  return { broken, restarts };
}
