import { apiVersionOf, objectKey, type Resource, resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { ApiError, isNotFound } from '../kube/api-error.ts';
import type { Draft, KubeClient } from '../kube/client.ts';
import { mergePatch } from '../kube-serve/patch/merge-patch.ts';

/** A write that was asked for, and was not made. */
export interface WantedWrite {
  readonly action: 'create' | 'change' | 'delete';
  /** As it would stand; for a deletion as it stands. */
  readonly object: KubeObject;
}

export interface DryRun {
  readonly client: KubeClient;
  /** In the order in which they can be made, then by name. */
  wanted(): readonly WantedWrite[];
}

/** What only the process itself has use for: its Lease, its status, what it says of others. */
const PRIVATE_KINDS: readonly string[] = ['Lease', 'ConfigMap', 'Event'];

/** What others need comes first. */
const ORDER: readonly string[] = ['Namespace', 'Service', 'EndpointSlice', 'Endpoints'];

const keyOf = (resource: Resource<KubeObject>, namespace: string | undefined, name: string): string => `${resource.kind} ${namespace ?? ''}/${name}`;

/** Without what the server fills in, so that it can be given to kubectl. */
function asManifest<T extends KubeObject>(resource: Resource<T>, object: Draft<T>): KubeObject {
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, generation: _generation, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object as Draft<T> & { status?: unknown };
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...rest, metadata };
}

class DryRunWrites {
  readonly #client: KubeClient;
  /** By kind and name: what was asked for last. */
  readonly #wanted = new Map<string, WantedWrite>();
  /** Objects that were created here only, as a server would have answered. */
  readonly #pretended = new Map<string, KubeObject>();
  #count = 0;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  wanted(): readonly WantedWrite[] {
    const rank = ({ object }: WantedWrite): number => ORDER.indexOf(object.kind);
    return [...this.#wanted.entries()].toSorted(([keyA, a], [keyB, b]) => rank(a) - rank(b) || (keyA < keyB ? -1 : 1)).map(([, write]) => write);
  }

  async create<T extends KubeObject>(resource: Resource<T>, draft: Draft<T>): Promise<T> {
    const { name, namespace } = draft.metadata;
    // the server says what it would refuse; where its namespace is only pretended, it cannot
    const isAsked = !PRIVATE_KINDS.includes(resource.kind);
    const answer = isAsked ? await this.#ask(() => this.#client.create(resource, draft, { dryRun: true })) : undefined;
    const object = answer ?? this.#pretend(resource, draft);
    const key = keyOf(resource, namespace, name);
    this.#pretended.set(key, object);
    if (isAsked) this.#wanted.set(key, { action: 'create', object: asManifest(resource, draft) });
    return object;
  }

  async patch<T extends KubeObject>(resource: Resource<T>, name: string, namespace: string | undefined, body: unknown): Promise<T> {
    const key = keyOf(resource, namespace, name);
    const pretended = this.#pretended.get(key);
    const object = (pretended === undefined ? await this.#client.patch(resource, name, namespace, 'application/merge-patch+json', body, { dryRun: true }) : mergePatch(pretended, body)) as T;
    this.#pretended.set(key, object);
    this.#want(resource, key, pretended === undefined ? 'change' : (this.#wanted.get(key)?.action ?? 'change'), object);
    return object;
  }

  /** Only Leases and the process's own ConfigMaps are written whole. */
  update<T extends KubeObject>(resource: Resource<T>, draft: Draft<T>): Promise<T> {
    const object = this.#pretend(resource, draft);
    const key = keyOf(resource, draft.metadata.namespace, draft.metadata.name);
    this.#pretended.set(key, object);
    this.#want(resource, key, 'change', object);
    return Promise.resolve(object);
  }

  async delete(resource: Resource<KubeObject>, name: string, namespace: string | undefined): Promise<void> {
    const key = keyOf(resource, namespace, name);
    if (this.#pretended.delete(key)) this.#wanted.delete(key);
    else this.#want(resource, key, 'delete', await this.#client.get(resource, name, namespace));
  }

  /** A Lease that another process holds keeps nobody from asking what would be written. */
  find<T extends KubeObject>(resource: Resource<T>, name: string, namespace: string | undefined): Promise<T | undefined> {
    const pretended = this.#pretended.get(keyOf(resource, namespace, name)) as T | undefined;
    if (pretended !== undefined || resource.kind === resources.leases.kind) return Promise.resolve(pretended);
    return this.#client.find(resource, name, namespace);
  }

  #want<T extends KubeObject>(resource: Resource<T>, key: string, action: WantedWrite['action'], object: Draft<T>): void {
    if (!PRIVATE_KINDS.includes(resource.kind)) this.#wanted.set(key, { action, object: asManifest(resource, object) });
  }

  async #ask<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #pretend<T extends KubeObject>(resource: Resource<T>, draft: Draft<T>): T {
    this.#count += 1;
    const metadata = { ...draft.metadata, uid: draft.metadata.uid ?? `dry-run-${this.#count}`, resourceVersion: String(this.#count), creationTimestamp: '1970-01-01T00:00:00Z' };
    return { ...draft, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata } as unknown as T;
  }
}

function notFound(resource: Resource<KubeObject>, name: string, namespace: string | undefined): ApiError {
  const key = objectKey({ name, ...(namespace !== undefined && { namespace }) });
  return new ApiError({ apiVersion: 'v1', kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message: `${resource.plural} "${key}" not found` });
}

/** A client that reads, and whose writes are only looked at: by the server where it can, else by nobody. */
export function dryRunClient(client: KubeClient): DryRun {
  const writes = new DryRunWrites(client);
  const pretended: KubeClient = {
    server: client.server,
    get: async (resource, name, namespace) => {
      const found = await writes.find(resource, name, namespace);
      if (found === undefined) throw notFound(resource, name, namespace);
      return found;
    },
    find: (resource, name, namespace) => writes.find(resource, name, namespace),
    list: (resource, options) => client.list(resource, options),
    watch: (resource, options) => client.watch(resource, options),
    create: (resource, object) => writes.create(resource, object),
    update: (resource, object) => writes.update(resource, object),
    apply: (resource, object) => writes.update(resource, object),
    patch: (resource, name, namespace, _type, body) => writes.patch(resource, name, namespace, body),
    delete: (resource, name, namespace) => writes.delete(resource, name, namespace),
    createToken: (serviceAccount, namespace, options) => client.createToken(serviceAccount, namespace, { ...options }),
    canI: (question, options) => client.canI(question, options),
    getPath: (path, options) => client.getPath(path, options),
    close: () => client.close(),
  };
  return { client: pretended, wanted: () => writes.wanted() };
}
