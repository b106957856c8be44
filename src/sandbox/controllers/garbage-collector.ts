import type { Resource } from '../../api/resources.ts';
import type { KubeObject, ObjectMeta } from '../../api/types/index.ts';
import type { ObjectChange, ObjectRef, Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startGeneralController } from './controller.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

interface Known {
  readonly resource: Resource<KubeObject>;
  readonly ref: ObjectRef;
  readonly owners: readonly string[];
}

/** Who owns whom, by uid. */
class OwnerGraph {
  readonly #known = new Map<string, Known>();
  readonly #dependents = new Map<string, Set<string>>();

  /** Takes a change in; returns the uids that have to be looked at because of it. */
  note({ object, type }: ObjectChange, resource: Resource<KubeObject>): readonly string[] {
    const { metadata } = object;
    const uid = metadata.uid ?? '';
    this.#forget(uid);
    if (type === 'DELETED') return [...this.dependentsOf(uid), ...(metadata.ownerReferences ?? []).map((owner) => owner.uid)];
    const owners = (metadata.ownerReferences ?? []).map((owner) => owner.uid);
    this.#known.set(uid, { resource, ref: { name: metadata.name, namespace: metadata.namespace }, owners });
    for (const owner of owners) this.#dependents.set(owner, (this.#dependents.get(owner) ?? new Set()).add(uid));
    return owners.length > 0 || metadata.deletionTimestamp !== undefined ? [uid] : [];
  }

  find(uid: string): Known | undefined {
    return this.#known.get(uid);
  }

  dependentsOf(uid: string): readonly string[] {
    return [...(this.#dependents.get(uid) ?? [])];
  }

  #forget(uid: string): void {
    for (const owner of this.#known.get(uid)?.owners ?? []) {
      const siblings = this.#dependents.get(owner);
      siblings?.delete(uid);
      if (siblings?.size === 0) this.#dependents.delete(owner);
    }
    this.#known.delete(uid);
  }
}

function dropFinalizer(objects: Objects, { ref, resource }: Known, finalizer: string): void {
  objects.modify(resource, ref, ({ metadata }) => {
    metadata.finalizers = metadata.finalizers?.filter((each) => each !== finalizer) ?? [];
  });
}

function orphanDependents(objects: Objects, graph: OwnerGraph, uid: string): void {
  for (const dependent of graph.dependentsOf(uid)) {
    const known = graph.find(dependent);
    if (known === undefined) continue;
    objects.modify(known.resource, known.ref, ({ metadata }) => {
      metadata.ownerReferences = metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
    });
  }
}

/** An owner that waits for its dependents (foreground), or lets them go (orphan). */
function finishOwner(objects: Objects, graph: OwnerGraph, uid: string, known: Known, metadata: ObjectMeta): void {
  if (metadata.finalizers?.includes(ORPHAN) === true) {
    orphanDependents(objects, graph, uid);
    dropFinalizer(objects, known, ORPHAN);
  }
  if (metadata.finalizers?.includes(FOREGROUND) === true) {
    for (const dependent of graph.dependentsOf(uid)) {
      const found = graph.find(dependent);
      if (found !== undefined) objects.remove(found.resource, found.ref);
    }
    if (graph.dependentsOf(uid).length === 0) dropFinalizer(objects, known, FOREGROUND);
  }
}

function reconcile(objects: Objects, graph: OwnerGraph, uid: string): void {
  const known = graph.find(uid);
  const object = known && objects.find(known.resource, known.ref);
  if (known === undefined || object === undefined) return;
  if (object.metadata.deletionTimestamp !== undefined) finishOwner(objects, graph, uid, known, object.metadata);
  else if (known.owners.length > 0 && !known.owners.some((owner) => graph.find(owner) !== undefined)) objects.remove(known.resource, known.ref);
}

/** Deletes what has no owner left. */
export function startGarbageCollector(context: ControllerContext): Controller {
  const graph = new OwnerGraph();
  return startGeneralController('Garbage', context, (change, resource) => graph.note(change, resource), (uid) => {
    reconcile(context.objects, graph, uid);
  });
}
