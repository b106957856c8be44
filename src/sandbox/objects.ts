import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { StatusError } from '../kube-serve/status-error.ts';
import type { ObjectStore, StoreEvent } from '../kube-serve/store.ts';

export type ObjectChange<T extends KubeObject = KubeObject> = Pick<StoreEvent<T>, 'type' | 'object'>;

/** Name and namespace of one object. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/**
 * The objects of one cluster, as its controllers and its kubelet see them: in the same process, so
 * reads and writes are immediate and a read-modify-write cannot conflict. What is returned must not
 * be changed.
 */
export interface Objects {
  find<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): T | undefined;
  /** All, or those of one namespace. */
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): readonly T[];
  /** Every object of a namespace, of all kinds. */
  listNamespace(namespace: string): readonly { readonly resource: Resource<KubeObject>; readonly object: KubeObject }[];
  /** Stores a new object; apiVersion and kind come from the resource. Throws where it exists. */
  create<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>): T;
  /** Changes a copy in place and stores it if it differs. Undefined where there is no such object. */
  modify<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, change: (copy: T) => void, subresource?: 'status'): T | undefined;
  /** Deletes as a request would: finalizers and grace hold it. No error where it is gone. */
  remove(resource: Resource<KubeObject>, ref: ObjectRef): void;
  /** Deletes what only its grace held: a pod whose containers have ended. */
  removeNow(resource: Resource<KubeObject>, ref: ObjectRef): void;
  /** Tells of each change after it is stored. What stands already is told as ADDED at once. */
  onChange<T extends KubeObject>(resource: Resource<T>, listener: (change: ObjectChange<T>) => void): () => void;
  /** The same for all resources, those of CustomResourceDefinitions made later too. */
  onAnyChange(listener: (change: ObjectChange, resource: Resource<KubeObject>) => void): () => void;
}

function isMissing(error: unknown): boolean {
  return error instanceof StatusError && error.code === 404;
}

/** The store of a cluster for those who live in its process. */
export function createObjects(store: ObjectStore): Objects {
  const remove = (resource: Resource<KubeObject>, ref: ObjectRef, gracePeriodSeconds?: number): void => {
    try {
      store.delete(resource, ref, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  };
  return {
    find: (resource, ref) => store.find(resource, ref),
    list: (resource, namespace) => store.list(resource, { namespace }).items,
    listNamespace: (namespace) => store.listNamespace(namespace),
    create: (resource, object) => store.create(resource, object),
    modify: (resource, ref, change, subresource) => {
      try {
        return store.modify(resource, ref, change, subresource === undefined ? {} : { subresource });
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    remove: (resource, ref) => {
      remove(resource, ref);
    },
    removeNow: (resource, ref) => {
      remove(resource, ref, 0);
    },
    onChange: (resource, listener) => store.watch(resource, {}, listener),
    onAnyChange: (listener) => store.watchAll(listener),
  };
}
