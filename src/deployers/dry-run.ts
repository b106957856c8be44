import { describeObject } from '../api/kinds.ts';
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

type Named = Pick<ObjectMeta, 'name' | 'namespace'>;

const describe = ({ kind }: Resource<KubeObject>, metadata: Named): string => describeObject({ kind, metadata });
const named = (name: string, namespace: string | undefined): Named => ({ name, ...(namespace !== undefined && { namespace }) });

/** The server validates and admits each write, but stores none. What would be deleted is not found any more: later steps plan as they would run. */
function dryRunClient(client: KubeClient, planned: string[]): KubeClient {
  const deleted = new Set<string>();
  const note = (verb: string, resource: Resource<KubeObject>, object: Named): void => {
    planned.push(`${verb} ${describe(resource, object)}`);
  };
  return {
    server: client.server,
    get: client.get.bind(client),
    find: async (resource, name, namespace, options) => (deleted.has(describe(resource, named(name, namespace))) ? undefined : client.find(resource, name, namespace, options)),
    list: async (resource, options) => {
      const all = await client.list(resource, options);
      return { ...all, items: all.items.filter(({ metadata }) => !deleted.has(describe(resource, metadata))) };
    },
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
      note('update', resource, named(name, namespace));
      return client.patch(resource, name, namespace, type, body, { ...options, dryRun: true });
    },
    delete: async (resource, name, namespace, options) => {
      const object = named(name, namespace);
      await client.delete(resource, name, namespace, { ...options, dryRun: true });
      note('delete', resource, object);
      deleted.add(describe(resource, object));
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
