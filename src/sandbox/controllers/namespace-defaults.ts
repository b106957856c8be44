import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startController, trigger } from './controller.ts';

export const ROOT_CA_CONFIG = 'kube-root-ca.crt';

function ensure<T extends KubeObject>(objects: Objects, resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>): void {
  if (objects.find(resource, object.metadata) === undefined) objects.create(resource, object);
}

/** Gives each namespace its ServiceAccount `default` and the ConfigMap with the cluster's CA. */
export function startNamespaceDefaults(context: ControllerContext, ca: string): Controller {
  const { objects } = context;
  const triggers = [
    trigger(resources.namespaces, ({ metadata }) => [metadata.name]),
    trigger(resources.serviceAccounts, ({ metadata }) => (metadata.name === 'default' ? [metadata.namespace ?? ''] : [])),
    trigger(resources.configMaps, ({ metadata }) => (metadata.name === ROOT_CA_CONFIG ? [metadata.namespace ?? ''] : [])),
  ];
  return startController('Namespace defaults', context, triggers, (namespace) => {
    const found = objects.find(resources.namespaces, { name: namespace });
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
    ensure(objects, resources.serviceAccounts, { metadata: { name: 'default', namespace } });
    ensure(objects, resources.configMaps, { metadata: { name: ROOT_CA_CONFIG, namespace }, data: { 'ca.crt': ca } });
  });
}
