/**
 * What an ensure-step did. `unchanged` means that the wanted state was found already;
 * `planned` is what a dry run reports in place of a write.
 */
export type TaskState = 'created' | 'updated' | 'deleted' | 'unchanged' | 'done' | 'skipped' | 'warning' | 'planned';

export interface TaskOutcome {
  readonly state: TaskState;
  /** Evidence or reason, one line. */
  readonly detail?: string;
}

export interface TaskProgress {
  /** Says what is being waited for, since when, and the last error. */
  update(text: string): void;
  readonly signal: AbortSignal;
}

/** One idempotent step of a longer job, shown to the person as a line. */
export interface Task {
  readonly title: string;
  run(progress: TaskProgress): Promise<TaskOutcome>;
}

export interface TaskResult extends TaskOutcome {
  readonly title: string;
}

/** Runs tasks in order and stops at the first that throws. The CLI shows them with listr2. */
export type TaskRunner = (tasks: readonly Task[], signal: AbortSignal) => Promise<readonly TaskResult[]>;

/** Runs tasks without showing anything. */
export const runTasksSilently: TaskRunner = async (tasks, signal) => {
  const results: TaskResult[] = [];
  for (const task of tasks) {
    signal.throwIfAborted();
    results.push({ title: task.title, ...(await task.run({ update: () => undefined, signal })) });
  }
  return results;
};
