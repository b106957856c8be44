import type { Resource } from '../api/resources.ts';
import type { KubeObject, ObjectMeta } from '../api/types/index.ts';
import type { Task, TaskOutcome, TaskRunner } from '../base/tasks.ts';
import type { KubeClient } from '../kube/client.ts';
import type { DeployContext } from './deploy-context.ts';

/** A context whose writes are only tried, and what they would be, in order. */
export interface DryRun<T> {
  readonly context: T;
  /** `delete Deployment submariner-operator/mcs-dns` */
  readonly planned: readonly string[];
}

/** The server validates and admits each write, but stores none. */
function dryRunClient(client: KubeClient, planned: string[]): KubeClient {
  const note = (verb: string, { kind }: Resource<KubeObject>, { name, namespace }: Pick<ObjectMeta, 'name' | 'namespace'>): void => {
    planned.push(`${verb} ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
  };
  return {
    server: client.server,
    get: client.get.bind(client),
    find: client.find.bind(client),
    list: client.list.bind(client),
    watch: client.watch.bind(client),
    canI: client.canI.bind(client),
    getPath: client.getPath.bind(client),
    createToken: client.createToken.bind(client),
    close: client.close.bind(client),
    create: (resource, object, options) => {
      note('create', resource, object.metadata);
      return client.create(resource, object, { ...options, dryRun: true });
    },
    update: (resource, object, options) => {
      note('update', resource, object.metadata);
      return client.update(resource, object, { ...options, dryRun: true });
    },
    apply: (resource, object, options) => {
      note('update', resource, object.metadata);
      return client.apply(resource, object, { ...options, dryRun: true });
    },
    patch: (resource, name, namespace, type, body, options) => {
      note('update', resource, { name, ...(namespace !== undefined && { namespace }) });
      return client.patch(resource, name, namespace, type, body, { ...options, dryRun: true });
    },
    delete: (resource, name, namespace, options) => {
      note('delete', resource, { name, ...(namespace !== undefined && { namespace }) });
      return client.delete(resource, name, namespace, { ...options, dryRun: true });
    },
  };
}

const WRITTEN = new Set<TaskOutcome['state']>(['created', 'updated', 'deleted']);

function asPlanned(outcome: TaskOutcome): TaskOutcome {
  return WRITTEN.has(outcome.state) ? { ...outcome, state: 'planned' } : outcome;
}

/** Steps say what they would do in place of what they did. */
function planningRunner(runTasks: TaskRunner): TaskRunner {
  return (tasks, signal) => runTasks(tasks.map((task): Task => ({ title: task.title, run: async (progress) => asPlanned(await task.run(progress)) })), signal);
}

/** The same context for a dry run. */
export function dryRunOf<T extends DeployContext>(context: T): DryRun<T> {
  const planned: string[] = [];
  return { context: { ...context, client: dryRunClient(context.client, planned), runTasks: planningRunner(context.runTasks) }, planned };
}
