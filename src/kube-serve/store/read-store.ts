import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type * as t from './types.ts';

/** What serving reads needs of a store. What it returns is frozen and shared. Throws StatusError. */
export interface ReadStore {
  definitions(): readonly ResourceDefinition[];
  findDefinition(group: string, plural: string): ResourceDefinition | undefined;
  /** Called after each change of what `definitions` gives. */
  onDefinitionsChange(listener: () => void): () => void;

  /** resourceVersion of the last change. */
  readonly resourceVersion: string;
  get<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T;
  find<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T | undefined;
  list<T extends KubeObject>(resource: Resource<T>, options?: t.ListOptions): t.ListResult<T>;
  /** Calls back synchronously, in the order of resourceVersion. Listeners may write; they must not throw. */
  watch<T extends KubeObject>(resource: Resource<T>, options: t.WatchOptions, listener: (event: t.StoreEvent<T>) => void): () => void;
}
