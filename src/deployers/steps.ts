import type { TaskOutcome, TaskProgress, TaskResult } from '../base/tasks.ts';
import { describeBrokerError } from '../discovery/probe-broker.ts';
import { describeApiError } from '../kube/describe-api-error.ts';
import type { DeployContext } from './deploy-context.ts';

/** Outcome of a step that also has something to give to later ones. */
export type StepOutcome<T> = TaskOutcome & { readonly value: T };

export interface StepOptions {
  /** Address of the broker, for a step that speaks with it and not with the cluster of the context. */
  readonly broker?: string;
}

/** An error that says what was done and where, of one that only says what an API server answered. */
function describeStepError(title: string, server: string, broker: string | undefined, error: unknown): unknown {
  const [verb = '', ...object] = title.split(' ');
  const attempt = { verb: verb.toLowerCase(), object: object.join(' '), server: broker ?? server };
  return describeApiError(broker === undefined ? error : describeBrokerError(broker, error), attempt);
}

/** Runs steps one after the other, shows each through the task runner, and remembers what they did. */
export class Steps {
  readonly #context: Pick<DeployContext, 'runTasks' | 'signal' | 'client'>;
  readonly #results: TaskResult[] = [];

  constructor(context: Pick<DeployContext, 'runTasks' | 'signal' | 'client'>) {
    this.#context = context;
  }

  /** What has been done so far, in order. */
  get results(): readonly TaskResult[] {
    return this.#results;
  }

  /** Details of the steps that ended with a warning. */
  get warnings(): string[] {
    return this.#results.flatMap(({ state, detail, title }) => (state === 'warning' ? [detail ?? title] : []));
  }

  /** Whether no step wrote anything, or would have. */
  get isUnchanged(): boolean {
    const changes = new Set(['created', 'updated', 'deleted', 'planned']);
    return !this.#results.some(({ state }) => changes.has(state));
  }

  /** Runs one step, titled `Verb object`, and gives its value. Answers of API servers become McsErrors. */
  async run<T>(title: string, work: (progress: TaskProgress) => Promise<StepOutcome<T>>, { broker }: StepOptions = {}): Promise<T> {
    const { client, runTasks, signal } = this.#context;
    const values: T[] = [];
    const task = {
      title,
      run: async (progress: TaskProgress): Promise<TaskOutcome> => {
        try {
          const { value, ...outcome } = await work(progress);
          values.push(value);
          return outcome;
        } catch (error) {
          throw describeStepError(title, client.server, broker, error);
        }
      },
    };
    this.#results.push(...(await runTasks([task], signal)));
    return values[0] as T;
  }

  /** Runs one step that has nothing to give. */
  async do(title: string, work: (progress: TaskProgress) => Promise<TaskOutcome>, options: StepOptions = {}): Promise<void> {
    await this.run(title, async (progress) => ({ ...(await work(progress)), value: undefined }), options);
  }
}
