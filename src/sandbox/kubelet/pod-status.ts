import type { Container, Pod } from '../../api/types/index.ts';
import type { ContainerState } from './container-state.ts';

export interface PodFacts {
  readonly podIP: string;
  readonly hostIP: string;
  readonly startTime: string;
  readonly containers: readonly { readonly container: Container; readonly state: ContainerState }[];
}

type PodStatus = NonNullable<Pod['status']>;
type PodCondition = NonNullable<PodStatus['conditions']>[number];

function phaseOf(states: readonly ContainerState[]): NonNullable<PodStatus['phase']> {
  const ended = states.flatMap(({ state }) => (state.terminated === undefined ? [] : [state.terminated.exitCode]));
  if (ended.length === states.length && states.length > 0) return ended.every((code) => code === 0) ? 'Succeeded' : 'Failed';
  // a container that crashed has run before, so the pod keeps the phase Running
  return states.some(({ restartCount, state, lastState }) => state.running !== undefined || restartCount > 0 || lastState !== undefined) ? 'Running' : 'Pending';
}

function conditionsOf(ready: boolean, completed: boolean, standing: readonly PodCondition[], now: string): PodCondition[] {
  const make = (type: string, ok: boolean): PodCondition => {
    const status = ok ? 'True' : 'False';
    const before = standing.find((each) => each.type === type && each.status === status);
    const reason = completed ? 'PodCompleted' : 'ContainersNotReady';
    return { type, status, ...(!ok && { reason }), lastTransitionTime: before?.lastTransitionTime ?? now };
  };
  return [make('PodScheduled', true), make('Initialized', true), make('ContainersReady', ready), make('Ready', ready)];
}

/** A pod's status as its containers stand. */
export function buildPodStatus({ containers, hostIP, podIP, startTime }: PodFacts, standing: PodStatus | undefined, now: string): PodStatus {
  const states = containers.map(({ state }) => state);
  const phase = phaseOf(states);
  const ready = states.length > 0 && states.every((each) => each.ready);
  return {
    phase,
    hostIP,
    podIP,
    podIPs: [{ ip: podIP }],
    startTime,
    conditions: conditionsOf(ready, phase === 'Succeeded', standing?.conditions ?? [], now),
    containerStatuses: containers.map(({ container, state }) => ({
      name: container.name,
      image: container.image,
      imageID: '',
      ready: state.ready,
      started: state.state.running !== undefined,
      restartCount: state.restartCount,
      state: { ...state.state },
      ...(state.lastState && { lastState: { ...state.lastState } }),
    })),
  };
}
