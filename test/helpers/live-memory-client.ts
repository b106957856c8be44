import { randomUUID } from 'node:crypto';
import { apiVersionOf, objectKey, type Resource, resourceName } from '../../src/api/resources.ts';
import { failureStatus, type StatusReason } from '../../src/api/status.ts';
import type { KubeObject, UnknownObject, WatchEvent } from '../../src/api/types/index.ts';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';

type Fields = Record<string, unknown>;

function fail(reason: StatusReason, message: string): never {
  throw new ApiError(failureStatus(reason, message));
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged = new Map<string, unknown>(Object.entries(typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

interface Logged {
  readonly version: number;
  readonly collection: string;
  readonly event: WatchEvent<UnknownObject>;
}

/** One API server in memory with watches: what the controller needs of one, no more. */
export class LiveMemoryServer {
  readonly #objects = new Map<string, UnknownObject>();
  readonly #log: Logged[] = [];
  readonly #wakers = new Set<() => void>();
  #version = 100;
  #nextAddress = 10;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  client(): KubeClient {
    const guard = <A extends unknown[], R>(operation: (...args: A) => R) => async (...args: A): Promise<R> => {
      await new Promise((resolve) => setImmediate(resolve));
      return operation(...args);
    };
    const api = {
      server: 'https://memory',
      get: guard((resource: Resource, name: string, namespace?: string) => this.#find(resource, name, namespace) ?? fail('NotFound', name)),
      find: guard((resource: Resource, name: string, namespace?: string) => this.#find(resource, name, namespace)),
      list: guard((resource: Resource, options: { namespace?: string; fieldSelector?: string } = {}) => ({
        apiVersion: 'v1',
        kind: 'List',
        metadata: { resourceVersion: String(this.#version) },
        items: [...this.#objects.values()].filter((object) => matches(resource, object, options)).map((object) => structuredClone(object)),
      })),
      create: guard((resource: Resource, object: KubeObject) => {
        if (this.#find(resource, object.metadata.name, object.metadata.namespace)) throw new ApiError(failureStatus('AlreadyExists', object.metadata.name));
        return this.#put(resource, { ...structuredClone(object), ...(isCustom(resource) && { status: undefined }) } as UnknownObject, undefined);
      }),
      update: guard((resource: Resource, object: KubeObject) => {
        const standing = this.#standing(resource, object.metadata);
        return this.#put(resource, structuredClone(object) as UnknownObject, standing);
      }),
      patch: guard((resource: Resource, name: string, namespace: string | undefined, _type: string, body: unknown) => {
        const metadata = (body as { metadata?: KubeObject['metadata'] }).metadata;
        const standing = this.#standing(resource, { ...metadata, name, ...(namespace !== undefined && { namespace }) });
        return this.#put(resource, merge(standing, structuredClone(body)) as UnknownObject, standing);
      }),
      apply: guard((resource: Resource, object: KubeObject, options: { subresource?: string }) => {
        const standing = this.#standing(resource, object.metadata);
        const body = object as unknown as Fields;
        const next = options.subresource === 'status' ? { ...standing, status: { ...(standing.status as Fields), ...(body.status as Fields) } } : (merge(standing, body) as UnknownObject);
        return this.#put(resource, structuredClone(next), standing);
      }),
      delete: guard((resource: Resource, name: string, namespace?: string, options: { uid?: string } = {}) => {
        const standing = this.#standing(resource, { name, ...(namespace !== undefined && { namespace }), ...(options.uid !== undefined && { uid: options.uid }) });
        this.#objects.delete(keyOf(resource, standing.metadata));
        this.#version += 1;
        this.#publish(resource, { type: 'DELETED', object: { ...standing, metadata: { ...standing.metadata, resourceVersion: String(this.#version) } } });
      }),
      createToken: guard((account: string, _namespace: string, { expirationSeconds }: { expirationSeconds: number }) => ({
        token: `${account}-${++this.#version}`,
        expirationTimestamp: new Date(this.#now() + expirationSeconds * 1_000).toISOString(),
      })),
      canI: guard(() => true),
      getPath: guard(() => ({})),
      close: () => undefined,
      watch: (resource: Resource, options: { resourceVersion: string; namespace?: string; fieldSelector?: string; signal?: AbortSignal; onOpen?: () => void }) =>
        this.#watch(resource, options),
    };
    return api as unknown as KubeClient;
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }

  async *#watch(
    resource: Resource,
    options: { resourceVersion: string; namespace?: string; fieldSelector?: string; signal?: AbortSignal; onOpen?: () => void },
  ): AsyncGenerator<WatchEvent<UnknownObject>> {
    options.onOpen?.();
    let seen = Number(options.resourceVersion);
    const { signal } = options;
    while (!signal?.aborted) {
      const news = this.#log.filter(({ version, collection, event }) => version > seen && collection === resourceName(resource) && matches(resource, event.object as UnknownObject, options));
      for (const { version, event } of news) {
        seen = version;
        yield structuredClone(event);
      }
      if (news.length > 0) continue;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#wakers.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#wakers.add(wake);
        signal?.addEventListener('abort', wake, { once: true });
      });
    }
  }

  #find(resource: Resource, name: string, namespace?: string): UnknownObject | undefined {
    return structuredClone(this.#objects.get(keyOf(resource, { name, ...(namespace !== undefined && { namespace }) })));
  }

  #standing(resource: Resource, { name, namespace, uid, resourceVersion }: KubeObject['metadata']): UnknownObject {
    const standing = this.#find(resource, name, namespace) ?? fail('NotFound', `${resource.plural} ${name}`);
    if (uid !== undefined && uid !== standing.metadata.uid) fail('Conflict', name);
    if (resourceVersion !== undefined && resourceVersion !== standing.metadata.resourceVersion) fail('Conflict', name);
    return standing;
  }

  #put(resource: Resource, object: UnknownObject, standing: UnknownObject | undefined): UnknownObject {
    this.#version += 1;
    const hasChanged = JSON.stringify([standing?.spec]) !== JSON.stringify([object.spec]);
    const metadata = {
      ...object.metadata,
      uid: standing?.metadata.uid ?? randomUUID(),
      creationTimestamp: standing?.metadata.creationTimestamp ?? object.metadata.creationTimestamp ?? new Date(this.#now()).toISOString(),
      generation: (standing?.metadata.generation ?? 0) + Number(hasChanged),
      resourceVersion: String(this.#version),
    };
    const stored: UnknownObject = { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
    if (resource.plural === 'services') this.#allocate(stored);
    this.#objects.set(keyOf(resource, metadata), stored);
    this.#publish(resource, { type: standing === undefined ? 'ADDED' : 'MODIFIED', object: stored });
    return structuredClone(stored);
  }

  #allocate(service: UnknownObject): void {
    const spec = service.spec as { clusterIP?: string; clusterIPs?: string[]; type?: string; ipFamilies?: string[] };
    if (spec.type === 'ExternalName' || spec.clusterIP !== undefined) return;
    spec.clusterIP = `10.96.0.${this.#nextAddress++}`;
    spec.clusterIPs = [spec.clusterIP];
    spec.ipFamilies = ['IPv4'];
  }

  #publish(resource: Resource, event: WatchEvent<UnknownObject>): void {
    this.#log.push({ version: this.#version, collection: resourceName(resource), event: structuredClone(event) });
    this.#wake();
  }
}

function isCustom(resource: Resource): boolean {
  return resource.group.includes('.') && !resource.group.endsWith('.k8s.io');
}

function keyOf(resource: Resource, metadata: Pick<KubeObject['metadata'], 'name' | 'namespace'>): string {
  return `${resourceName(resource)} ${objectKey(metadata)}`;
}

function matches(resource: Resource, object: UnknownObject, { namespace, fieldSelector }: { namespace?: string; fieldSelector?: string }): boolean {
  if (object.kind !== resource.kind || object.apiVersion !== apiVersionOf(resource)) return false;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  return fieldSelector === undefined || fieldSelector === `metadata.name=${object.metadata.name}`;
}
