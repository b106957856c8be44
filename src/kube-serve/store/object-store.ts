import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { ReadStore } from './read-store.ts';
import type * as t from './types.ts';

export interface ObjectStoreOptions {
  readonly definitions?: readonly ResourceDefinition[];
  readonly clock?: Clock;
  /** Changes kept per resource, for watches that begin in the past. Default 2048. */
  readonly historySize?: number;
  /** resourceVersion to begin with. A server that comes back without its history begins above what it told before (ms since the epoch, say). Default 1. */
  readonly firstVersion?: number;
  /** Somebody acts on the finalizers `foregroundDeletion` and `orphan`; without, propagation means nothing. */
  readonly garbageCollector?: boolean;
}

/**
 * All objects of one cluster, in memory and synchronous, with the rules of a Kubernetes API server:
 * versions, conflicts, generations, finalizers, status apart from spec, defaults, validation, owners
 * of fields. What it returns is frozen and shared; what it is given is copied. Throws StatusError.
 */
export interface ObjectStore extends ReadStore {
  register(definition: ResourceDefinition): void;
  /** Drops the definition with all its objects, which are told as DELETED. */
  unregister(resource: t.AnyResource): void;
  findDefinitionOfKind(group: string, kind: string): ResourceDefinition | undefined;
  /** Adds a step of admission; steps run in the order in which they were added. */
  addAdmitter(admitter: t.Admitter): void;

  /** Every object of a namespace, of all kinds. */
  listNamespace(namespace: string): readonly { readonly resource: t.AnyResource; readonly object: KubeObject }[];
  /** Changes of all resources, those registered later too. What stands is told as ADDED first. */
  watchAll(listener: (event: t.StoreEvent, resource: t.AnyResource) => void): () => void;

  create<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>, options?: t.WriteOptions): T;
  /** Replaces. A resourceVersion or uid in metadata must be the standing one. */
  update<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>, options?: t.UpdateOptions): T;
  /** Read-modify-write of one object, which nothing can come between: `change` edits the copy that it is given. */
  modify<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef, change: (copy: T) => void, options?: t.UpdateOptions): T;
  /** Server-side apply; creates what is missing, unless it carries a uid. */
  apply<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>, options: t.ApplyOptions): { readonly object: T; readonly created: boolean };
  /** The object as it last was: gone, or marked as ending where finalizers (or its grace) hold it. */
  delete<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef, options?: t.DeleteOptions): { readonly object: T; readonly gone: boolean };
  /** Forgets all history: a watch from an older resourceVersion gets 410. */
  compact(): void;
}
