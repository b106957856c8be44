/** One of waiting, running, terminated, as in a Pod's containerStatuses. */
export interface ContainerStateDetail {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: { readonly reason: string; readonly exitCode: number; readonly message?: string; readonly startedAt: string; readonly finishedAt: string };
}

export interface ContainerState {
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: ContainerStateDetail;
  readonly lastState?: ContainerStateDetail;
}

/** A container of a pod, run by the kubelet. */
export interface ContainerRunner {
  readonly state: ContainerState;
  start(): Promise<void>;
  /** Asks it to end, and ends it after the grace period. Resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
}

export const CREATING: ContainerState = { ready: false, restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } };

/** A container that cannot be started, with what its manifest or the system lacks. */
export function waitingState(reason: string, message: string, restartCount = 0): ContainerState {
  return { ready: false, restartCount, state: { waiting: { reason, message } } };
}
