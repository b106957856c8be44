import type { ListrDefaultRendererLogLevels } from 'listr2';
import type { Task, TaskOutcome, TaskResult, TaskRunner } from '../base/tasks.ts';

type Write = (line: string) => void;

const MARKS: Readonly<Record<TaskOutcome['state'], string>> = {
  created: '+',
  updated: '~',
  deleted: '-',
  unchanged: '=',
  done: '*',
  skipped: '/',
  warning: '!',
  planned: '?',
};

/** `Install roles: created (3 objects)` */
export function describeOutcome(title: string, { state, detail }: TaskOutcome): string {
  const verdict = state === 'done' ? '' : state;
  const parts = [verdict, detail].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? title : `${title}: ${parts.join(', ')}`;
}

/** A line when a task begins to wait, and one when it has ended. */
export function createPlainTaskRunner(write: Write): TaskRunner {
  return async (tasks, signal) => {
    const results: TaskResult[] = [];
    for (const task of tasks) {
      signal.throwIfAborted();
      results.push(await runPlainly(task, signal, write));
    }
    return results;
  };
}

async function runPlainly(task: Task, signal: AbortSignal, write: Write): Promise<TaskResult> {
  let lastUpdate = '';
  const update = (text: string): void => {
    if (text !== lastUpdate) write(`  ... ${task.title}: ${text}`);
    lastUpdate = text;
  };
  try {
    const outcome = await task.run({ update, signal });
    write(`  ${MARKS[outcome.state]} ${describeOutcome(task.title, outcome)}`);
    return { title: task.title, ...outcome };
  } catch (error) {
    write(`  x ${task.title}`);
    throw error;
  }
}

/** Spinners on a terminal, drawn by listr2 on stderr, because stdout is for results. */
export function createListrTaskRunner(stderr: NodeJS.WriteStream): TaskRunner {
  return async (tasks, signal) => {
    const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
    const results: TaskResult[] = [];
    const logger = new ListrLogger<ListrDefaultRendererLogLevels>({ useIcons: true, processOutput: new ProcessOutput(stderr, stderr) });
    const list = new Listr(
      tasks.map((task) => ({
        title: task.title,
        task: async (_context: unknown, shown: { output: string; title: string }): Promise<void> => {
          const update = (text: string): void => {
            shown.output = text;
          };
          const outcome = await task.run({ update, signal });
          results.push({ title: task.title, ...outcome });
          shown.title = describeOutcome(task.title, outcome);
        },
      })),
      // the command handles Ctrl-C itself, so that what was begun ends in order
      { registerSignalListeners: false, rendererOptions: { logger } },
    );
    signal.throwIfAborted();
    await list.run();
    return results;
  };
}
