import { resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startGeneralController } from './controller.ts';

const FINALIZER = 'kubernetes';

function isEnding(objects: Objects, name: string): boolean {
  return objects.find(resources.namespaces, { name })?.metadata.deletionTimestamp !== undefined;
}

function reconcile(objects: Objects, name: string): void {
  if (!isEnding(objects, name)) return;
  for (const { object, resource } of objects.listNamespace(name)) {
    if (object.metadata.deletionTimestamp === undefined) objects.remove(resource, object.metadata);
  }
  // what finalizers or ending pods hold comes back here with its own deletion
  if (objects.listNamespace(name).length > 0) return;
  objects.modify(resources.namespaces, { name }, (copy) => {
    copy.spec = { ...copy.spec, finalizers: (copy.spec?.finalizers ?? []).filter((each) => each !== FINALIZER) };
  });
}

/** Deletes what a namespace holds, and then lets the namespace go. */
export function startNamespaceController(context: ControllerContext): Controller {
  const { objects } = context;
  const keysOf = ({ kind, metadata }: KubeObject): string[] => {
    const name = kind === 'Namespace' ? metadata.name : (metadata.namespace ?? '');
    return isEnding(objects, name) ? [name] : [];
  };
  return startGeneralController('Namespace', context, ({ object }) => keysOf(object), (name) => {
    reconcile(objects, name);
  });
}
