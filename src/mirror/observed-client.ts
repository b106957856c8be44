import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { KubeClient } from '../kube/client.ts';

/** One write that the server accepted. */
export interface ObservedWrite {
  readonly action: 'create' | 'change' | 'delete';
  readonly resource: Resource<KubeObject>;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The same client; `onWrite` is told of each write once the server has accepted it. */
export function observedClient(client: KubeClient, onWrite: (write: ObservedWrite) => void): KubeClient {
  const told = async <T>(action: ObservedWrite['action'], resource: Resource<KubeObject>, namespace: string | undefined, name: string, operation: Promise<T>): Promise<T> => {
    const result = await operation;
    onWrite({ action, resource, namespace, name });
    return result;
  };
  return {
    server: client.server,
    get: (resource, name, namespace, options) => client.get(resource, name, namespace, options),
    find: (resource, name, namespace, options) => client.find(resource, name, namespace, options),
    list: (resource, options) => client.list(resource, options),
    watch: (resource, options) => client.watch(resource, options),
    create: (resource, object, options) => told('create', resource, object.metadata.namespace, object.metadata.name, client.create(resource, object, options)),
    update: (resource, object, options) => told('change', resource, object.metadata.namespace, object.metadata.name, client.update(resource, object, options)),
    apply: (resource, object, options) => told('change', resource, object.metadata.namespace, object.metadata.name, client.apply(resource, object, options)),
    patch: (resource, name, namespace, type, body, options) => told('change', resource, namespace, name, client.patch(resource, name, namespace, type, body, options)),
    delete: (resource, name, namespace, options) => told('delete', resource, namespace, name, client.delete(resource, name, namespace, options)),
    createToken: (serviceAccount, namespace, options) => client.createToken(serviceAccount, namespace, options),
    canI: (question, options) => client.canI(question, options),
    getPath: (path, options) => client.getPath(path, options),
    close: () => client.close(),
  };
}
