import { randomUUID } from 'node:crypto';
import jsonPatch from 'fast-json-patch';
import { matchesLabels, parseLabelSelector } from '../../src/api/selectors.ts';
import { failureStatus } from '../../src/api/status.ts';
import type { KubeObject, Status, UnknownObject } from '../../src/api/types/index.ts';
import { ApiError } from '../../src/kube/api-error.ts';

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly path: string;
  readonly object: UnknownObject;
  readonly version: number;
}

export function refuse(reason: Parameters<typeof failureStatus>[0], message: string, details?: Status['details']): never {
  throw new ApiError(failureStatus(reason, message, details));
}

type Json = Record<string, unknown>;
const isFields = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Json = { ...(isFields(target) ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** Objects by request path, with resourceVersions, uids, preconditions and a history of events. */
export class FakeApiStore {
  version = 100;
  readonly events: StoreEvent[] = [];
  readonly #objects = new Map<string, UnknownObject>();
  readonly #onEvent: (event: StoreEvent) => void;

  constructor(onEvent: (event: StoreEvent) => void) {
    this.#onEvent = onEvent;
  }

  find(path: string): UnknownObject | undefined {
    return this.#objects.get(path);
  }

  get(path: string): UnknownObject {
    return this.find(path) ?? refuse('NotFound', `"${path.split('/').at(-1) ?? ''}" not found`);
  }

  /** Objects of a collection; one of all namespaces is asked for without a namespace. */
  list(collection: string, labelSelector = '', fieldSelector = ''): UnknownObject[] {
    const selector = parseLabelSelector(labelSelector);
    const name = /^metadata\.name=(.*)$/.exec(fieldSelector)?.[1];
    return [...this.#objects]
      .filter(([path, { metadata }]) => inCollection(path, collection) && matchesLabels(selector, metadata.labels) && (name === undefined || metadata.name === name))
      .map(([, object]) => object);
  }

  set(path: string, object: KubeObject): UnknownObject {
    const standing = this.#objects.get(path);
    this.version += 1;
    const metadata = { ...object.metadata, uid: standing?.metadata.uid ?? object.metadata.uid ?? randomUUID(), resourceVersion: String(this.version) };
    const stored: UnknownObject = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#record(standing === undefined ? 'ADDED' : 'MODIFIED', path, stored);
    return stored;
  }

  create(path: string, object: KubeObject): UnknownObject {
    if (this.#objects.has(path)) refuse('AlreadyExists', `"${object.metadata.name}" already exists`);
    return this.set(path, object);
  }

  replace(path: string, object: KubeObject): UnknownObject {
    const standing = this.get(path);
    this.#require(standing, object.metadata);
    return this.set(path, object);
  }

  patch(path: string, type: string, body: unknown): UnknownObject {
    if (type.startsWith('application/apply-patch')) return this.#apply(path, body as KubeObject);
    const standing = this.get(path);
    const next = type.startsWith('application/json-patch')
      ? jsonPatch.applyPatch(structuredClone(standing), body as never).newDocument
      : (mergePatch(standing, body) as UnknownObject);
    this.#require(standing, next.metadata);
    return this.set(path, next);
  }

  delete(path: string, preconditions: { uid?: string; resourceVersion?: string } = {}): void {
    const standing = this.get(path);
    this.#require(standing, preconditions);
    this.#objects.delete(path);
    this.version += 1;
    this.#record('DELETED', path, { ...standing, metadata: { ...standing.metadata, resourceVersion: String(this.version) } });
  }

  /** Like a real server: an apply that changes nothing writes nothing, and one with a uid never creates. */
  #apply(path: string, body: KubeObject): UnknownObject {
    const standing = this.find(path);
    if (standing === undefined) return body.metadata.uid === undefined ? this.set(path, body) : refuse('Conflict', 'uid mismatch: no existing object was found');
    this.#require(standing, body.metadata);
    const next = mergePatch(standing, body) as UnknownObject;
    return JSON.stringify(next) === JSON.stringify(standing) ? standing : this.set(path, next);
  }

  #require(standing: KubeObject, { uid, resourceVersion }: { uid?: string | undefined; resourceVersion?: string | undefined }): void {
    if (uid !== undefined && uid !== standing.metadata.uid) refuse('Conflict', 'the UID in the precondition does not match');
    if (resourceVersion !== undefined && resourceVersion !== standing.metadata.resourceVersion) refuse('Conflict', 'the object has been modified');
  }

  #record(type: StoreEvent['type'], path: string, object: UnknownObject): void {
    const event = { type, path, object, version: this.version };
    this.events.push(event);
    this.#onEvent(event);
  }
}

/** `/api/v1/pods` holds `/api/v1/pods/a` and `/api/v1/namespaces/n/pods/a`. */
export function inCollection(path: string, collection: string): boolean {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return parent === collection || parent.replace(/\/namespaces\/[^/]+(?=\/)/, '') === collection;
}
