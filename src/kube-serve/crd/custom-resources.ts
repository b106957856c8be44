import { type Resource, resourceName, resources } from '../../api/resources.ts';
import type { ObjectStore, StoreEvent } from '../store.ts';
import { CLEANUP_FINALIZER } from './complete-crd.ts';
import type { Crd } from './crd-types.ts';
import { definitionOf } from './definition-of.ts';

const CRDS = resources.customResourceDefinitions as unknown as Resource<Crd>;

function dropFinalizer(store: ObjectStore, name: string): void {
  store.modify(CRDS, { name }, ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((each) => each !== CLEANUP_FINALIZER);
  });
}

/** Deletes the objects of a definition that is to go, and lets it go when they are gone. */
function cleanUp(store: ObjectStore, crd: Crd): void {
  const definition = definitionOf(crd);
  const isServed = definition !== undefined && store.findDefinition(crd.spec.group, crd.spec.names.plural) !== undefined;
  if (isServed) {
    for (const { metadata } of store.list(definition.resource).items) {
      if (metadata.deletionTimestamp === undefined) store.delete(definition.resource, metadata);
    }
    if (store.list(definition.resource).items.length > 0) return;
  }
  if (crd.metadata.finalizers?.includes(CLEANUP_FINALIZER)) dropFinalizer(store, crd.metadata.name);
}

function follow(store: ObjectStore, { object: crd, type }: StoreEvent<Crd>): void {
  const definition = definitionOf(crd);
  if (type === 'DELETED') {
    if (definition !== undefined) store.unregister(definition.resource);
    return;
  }
  // a later change may have come already: what counts is what stands
  const standing = store.find(CRDS, { name: crd.metadata.name });
  if (standing?.metadata.resourceVersion !== crd.metadata.resourceVersion) return;
  if (crd.metadata.deletionTimestamp !== undefined) cleanUp(store, crd);
  else if (definition !== undefined) store.register(definition);
}

/** Serves what CustomResourceDefinition objects in the store describe, as long as they stand. */
export function serveCustomResources(store: ObjectStore): () => void {
  return store.watchAll((event, resource) => {
    if (resource.group === CRDS.group && resource.plural === CRDS.plural) {
      follow(store, event as unknown as StoreEvent<Crd>);
    } else if (event.type === 'DELETED') {
      const crd = store.find(CRDS, { name: resourceName(resource) });
      if (crd?.metadata.deletionTimestamp !== undefined) cleanUp(store, crd);
    }
  });
}
