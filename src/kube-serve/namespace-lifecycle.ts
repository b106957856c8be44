import { resources } from '../api/resources.ts';
import { forbidden, notFound } from './status-error.ts';
import type { Admitter, AdmissionRequest, ObjectStore } from './store.ts';

const PERMANENT = ['default', 'kube-system', 'kube-public'];

function admitCreation(store: ObjectStore, { object, resource }: AdmissionRequest): void {
  const name = object.metadata.namespace ?? '';
  const namespace = store.find(resources.namespaces, { name });
  if (namespace === undefined) throw notFound(resources.namespaces, name);
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${name} because it is being terminated`;
  throw forbidden(resource, object.metadata.name, why, [{ reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' }]);
}

/** Refuses objects in namespaces that do not exist (NotFound) or that are ending (Forbidden), and the end of the permanent ones. */
export function namespaceLifecycle(store: ObjectStore): Admitter {
  return (request) => {
    const { object, operation, resource } = request;
    if (operation === 'CREATE' && resource.namespaced) admitCreation(store, request);
    const isNamespace = resource.group === '' && resource.plural === 'namespaces';
    if (operation === 'DELETE' && isNamespace && PERMANENT.includes(object.metadata.name)) {
      throw forbidden(resource, object.metadata.name, 'this namespace may not be deleted');
    }
    return undefined;
  };
}
