import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { apiVersionOf, objectKey, type Resource, resourceName } from '../../src/api/resources.ts';
import { matchesLabels, parseLabelSelector } from '../../src/api/selectors.ts';
import { failureStatus, type StatusReason } from '../../src/api/status.ts';
import type { KubeList, KubeObject, WatchEvent } from '../../src/api/types/index.ts';
import { ApiError } from '../../src/kube/api-error.ts';
import type { Draft, IssuedToken, KubeClient, ListOptionsOf, WatchOptions } from '../../src/kube/client.ts';

type AnyResource = Resource<KubeObject>;

export interface MemoryClientOptions {
  readonly now?: () => number;
  /** Called before each write and before each token; throws to make it fail. */
  readonly beforeWrite?: (verb: string, resource: string, name: string) => void | Promise<void>;
}

/** One API server in memory, as far as a unit test needs it: objects, uids, resourceVersions, preconditions. Watches give what comes after they began. */
export interface MemoryClient extends KubeClient {
  /** Every write so far: `create secrets mcs-join-a`. */
  readonly writes: string[];
  /** Puts an object as it is. */
  seed<T extends KubeObject>(resource: Resource<T>, object: Draft<T>): T;
}

function fail(reason: StatusReason, name: string): never {
  throw new ApiError(failureStatus(reason, `${reason}: ${name}`));
}

/** RFC 7386 */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged = new Map<string, unknown>(Object.entries(typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

export function createMemoryClient(options: MemoryClientOptions = {}): MemoryClient {
  const { now = Date.now, beforeWrite } = options;
  const objects = new Map<string, KubeObject>();
  const writes: string[] = [];
  const changes = new EventEmitter();
  changes.setMaxListeners(0);
  let version = 0;

  const keyOf = (resource: AnyResource, name: string, namespace?: string): string => `${resourceName(resource)} ${objectKey({ name, ...(namespace !== undefined && { namespace }) })}`;
  const read = <T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): T | undefined =>
    structuredClone(objects.get(keyOf(resource as AnyResource, name, namespace))) as T | undefined;
  const store = <T extends KubeObject>(resource: Resource<T>, object: Draft<T>): T => {
    version += 1;
    const { name, namespace } = object.metadata;
    const metadata = { uid: randomUUID(), creationTimestamp: new Date(now()).toISOString(), ...object.metadata, resourceVersion: String(version) };
    const stored = structuredClone({ ...object, apiVersion: apiVersionOf(resource as AnyResource), kind: resource.kind, metadata }) as unknown as T;
    const key = keyOf(resource, name, namespace);
    const type = objects.has(key) ? 'MODIFIED' : 'ADDED';
    objects.set(key, stored);
    changes.emit('change', key, { type, object: structuredClone(stored) });
    return structuredClone(stored);
  };
  const tried = <T extends KubeObject>(resource: Resource<T>, object: Draft<T>): T =>
    ({ ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { creationTimestamp: new Date(now()).toISOString(), ...object.metadata } }) as unknown as T;
  const announce = async (verb: string, resource: string, name: string): Promise<void> => {
    await beforeWrite?.(verb, resource, name);
    writes.push(`${verb} ${resource} ${name}`);
  };
  const getExisting = <T extends KubeObject>(resource: Resource<T>, { name, namespace, uid, resourceVersion }: KubeObject['metadata']): T => {
    const existing = read(resource, name, namespace) ?? fail('NotFound', name);
    if (uid !== undefined && uid !== existing.metadata.uid) fail('Conflict', name);
    if (resourceVersion !== undefined && resourceVersion !== existing.metadata.resourceVersion) fail('Conflict', name);
    return existing;
  };

  const client: Omit<MemoryClient, 'canI' | 'getPath'> = {
    server: 'https://memory',
    writes,
    seed: store,
    find: (resource, name, namespace) => Promise.resolve(read(resource, name, namespace)),
    get: (resource, name, namespace) => new Promise((resolve) => { resolve(read(resource, name, namespace) ?? fail('NotFound', name)); }),
    list: <T extends KubeObject>(resource: Resource<T>, { namespace, labelSelector = '', transform = (object: T) => object }: ListOptionsOf<T> = {}): Promise<KubeList<T>> => {
      const selector = parseLabelSelector(labelSelector);
      const prefix = keyOf(resource, '', namespace);
      const items = [...objects].filter(([key, { metadata }]) => key.startsWith(prefix) && matchesLabels(selector, metadata.labels)).map(([, object]) => transform(structuredClone(object) as T));
      return Promise.resolve({ apiVersion: apiVersionOf(resource), kind: `${resource.kind}List`, metadata: { resourceVersion: String(version) }, items });
    },
    create: async (resource, object, { dryRun = false } = {}) => {
      if (dryRun) return tried(resource, object);
      await announce('create', resource.plural, object.metadata.name);
      if (read(resource, object.metadata.name, object.metadata.namespace) !== undefined) fail('AlreadyExists', object.metadata.name);
      return store(resource, object);
    },
    update: async (resource, object) => {
      await announce('update', resource.plural, object.metadata.name);
      const { metadata } = getExisting(resource, object.metadata);
      return store(resource, { ...object, metadata: { ...metadata, ...object.metadata } });
    },
    apply: async (resource, object, { subresource }) => {
      await announce('apply', subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`, object.metadata.name);
      const existing = getExisting(resource, object.metadata);
      return store(resource, { ...existing, ...object, metadata: { ...existing.metadata, ...object.metadata } });
    },
    patch: async <T extends KubeObject>(resource: Resource<T>, name: string, namespace: string | undefined, type: string, body: unknown): Promise<T> => {
      if (type !== 'application/merge-patch+json') throw new Error('The memory client knows merge patches only');
      await announce('patch', resource.plural, name);
      const { metadata = {} } = body as { metadata?: Partial<KubeObject['metadata']> };
      const existing = getExisting(resource, { ...metadata, name, ...(namespace !== undefined && { namespace }) });
      return store(resource, mergePatch(existing, body) as T);
    },
    delete: async (resource, name, namespace, { uid, resourceVersion } = {}) => {
      await announce('delete', resource.plural, name);
      getExisting(resource, { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) });
      const key = keyOf(resource, name, namespace);
      changes.emit('change', key, { type: 'DELETED', object: objects.get(key) });
      objects.delete(key);
    },
    async *watch<T extends KubeObject>(resource: Resource<T>, { namespace, signal, onOpen }: WatchOptions): AsyncIterable<WatchEvent<T>> {
      const prefix = keyOf(resource, '', namespace);
      const source = on(changes, 'change', signal === undefined ? {} : { signal });
      onOpen?.();
      for await (const [key, event] of source) {
        if ((key as string).startsWith(prefix)) yield event as WatchEvent<T>;
      }
    },
    createToken: async (serviceAccount, _namespace, { expirationSeconds }): Promise<IssuedToken> => {
      await announce('create', 'serviceaccounts/token', serviceAccount);
      return { token: `token-of-${serviceAccount}-${version}`, expirationTimestamp: new Date(now() + expirationSeconds * 1000).toISOString() };
    },
    close: () => undefined,
  };
  const missing = (): never => {
    throw new Error('The memory client does not have this');
  };
  return { ...client, canI: missing, getPath: missing };
}
