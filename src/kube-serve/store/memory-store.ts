import { apiVersionOf, type Resource } from '../../api/resources.ts';
import type { KubeObject, UnknownObject } from '../../api/types/index.ts';
import { systemClock } from '../../base/clock.ts';
import { frozenCopy, sameJson } from '../json.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { alreadyExists, invalid, notFound, refusal } from '../status-error.ts';
import { applyToNothing, applyToObject } from './apply-draft.ts';
import type { Change } from './history.ts';
import { generateName, validatePreconditions } from './metadata.ts';
import { Notifier } from './notifier.ts';
import type { ObjectStore, ObjectStoreOptions } from './object-store.ts';
import { isReleased, planDeletion } from './plan-deletion.ts';
import { Reader } from './reader.ts';
import { Registry, type Served } from './registry.ts';
import type * as t from './types.ts';
import { withResourceVersion } from './versions.ts';
import { type Draft, type WriteOrigin, WritePipeline } from './write-pipeline.ts';

const NAME_TRIES = 8;

class MemoryStore implements ObjectStore {
  readonly #registry: Registry;
  readonly #reader: Reader;
  readonly #pipeline: WritePipeline;
  readonly #notifier = new Notifier();
  readonly #garbageCollector: boolean;
  #version: number;

  constructor({ clock = systemClock, definitions = [], firstVersion = 1, garbageCollector = false, historySize = 2048 }: ObjectStoreOptions) {
    this.#version = firstVersion;
    this.#registry = new Registry(historySize);
    this.#reader = new Reader(this.#registry, () => this.#version);
    this.#pipeline = new WritePipeline(clock);
    this.#garbageCollector = garbageCollector;
    for (const definition of definitions) this.register(definition);
  }

  get resourceVersion(): string {
    return String(this.#version);
  }

  register(definition: ResourceDefinition): void {
    this.#registry.register(definition, this.#version);
  }

  unregister(resource: t.AnyResource): void {
    const served = this.#registry.find(resource);
    if (served === undefined) return;
    for (const object of served.collection.all()) this.#remove(served, object);
    this.#registry.remove(served);
    for (const watcher of served.collection.watchers) watcher.end();
  }

  definitions(): readonly ResourceDefinition[] {
    return this.#registry.all().map(({ compiled }) => compiled.definition);
  }

  findDefinition(group: string, plural: string): ResourceDefinition | undefined {
    return this.#registry.find({ group, plural })?.compiled.definition;
  }

  findDefinitionOfKind(group: string, kind: string): ResourceDefinition | undefined {
    return this.definitions().find(({ resource }) => resource.group === group && resource.kind === kind);
  }

  onDefinitionsChange(listener: () => void): () => void {
    return this.#registry.onChange(listener);
  }

  addAdmitter(admitter: t.Admitter): void {
    this.#pipeline.addAdmitter(admitter);
  }

  get<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T {
    return this.#reader.get(resource, ref);
  }

  find<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T | undefined {
    return this.#reader.find(resource, ref);
  }

  list<T extends KubeObject>(resource: Resource<T>, options: t.ListOptions = {}): t.ListResult<T> {
    return this.#reader.list(resource, options);
  }

  listNamespace(namespace: string): readonly { readonly resource: t.AnyResource; readonly object: KubeObject }[] {
    return this.#registry
      .all()
      .filter(({ compiled }) => compiled.definition.resource.namespaced)
      .flatMap(({ collection, compiled }) => collection.inNamespace(namespace).map((object) => ({ resource: compiled.definition.resource, object })));
  }

  watch<T extends KubeObject>(resource: Resource<T>, options: t.WatchOptions, listener: (event: t.StoreEvent<T>) => void): () => void {
    return this.#reader.watch(resource, options, listener);
  }

  watchAll(listener: (event: t.StoreEvent, resource: t.AnyResource) => void): () => void {
    for (const { collection, compiled } of this.#registry.all()) {
      for (const object of collection.all()) listener({ type: 'ADDED', object, resourceVersion: this.#version }, compiled.definition.resource);
    }
    return this.#notifier.add(listener);
  }

  create<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>, options: t.WriteOptions = {}): T {
    return this.#create(resource, object, options, { apiVersion: apiVersionOf(resource) });
  }

  update<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>, options: t.UpdateOptions = {}): T {
    const draft = object as Draft;
    const served = this.#registry.get(resource);
    // as with custom resources of a real server; built-in kinds may be replaced unconditionally
    if (served.compiled.definition.prune === true && !draft.metadata.resourceVersion) {
      throw invalid(resource, draft.metadata.name, [{ field: 'metadata.resourceVersion', message: 'Invalid value: 0: must be specified for an update' }]);
    }
    return this.#update(resource, this.#getStored(served, resource, draft.metadata), draft, options, { apiVersion: apiVersionOf(resource) });
  }

  modify<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef, change: (copy: T) => void, options: t.UpdateOptions = {}): T {
    const stored = this.#getStored(this.#registry.get(resource), resource, ref);
    const copy = structuredClone(this.#reader.convert(stored, resource));
    change(copy);
    return this.#update(resource, stored, copy, options, { apiVersion: apiVersionOf(resource) });
  }

  apply<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>, options: t.ApplyOptions): { readonly object: T; readonly created: boolean } {
    const draft = object as Draft;
    const { collection, compiled } = this.#registry.get(resource);
    const apiVersion = apiVersionOf(resource);
    const manager = this.#pipeline.managerOf(apiVersion, options.fieldManager, options.subresource);
    const standing = collection.get(draft.metadata) as UnknownObject | undefined;
    if (standing !== undefined) {
      const applied = applyToObject(compiled, standing, draft, manager, options.force === true);
      return { object: this.#update(resource, standing, applied.draft, options, { apiVersion, entries: applied.entries }), created: false };
    }
    if (options.subresource !== undefined) throw notFound(resource, draft.metadata.name);
    const applied = applyToNothing(compiled, draft, manager);
    return { object: this.#create(resource, applied.draft, options, { apiVersion, entries: applied.entries }), created: true };
  }

  delete<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef, options: t.DeleteOptions = {}): { readonly object: T; readonly gone: boolean } {
    const served = this.#registry.get(resource);
    const { compiled } = served;
    const standing = this.#getStored(served, resource, ref);
    validatePreconditions(compiled.definition, standing.metadata, options);
    this.#pipeline.admitDelete(compiled, standing, options);
    const { propagation, ...rest } = options;
    const kept = planDeletion(compiled.definition, standing, { ...rest, ...(this.#garbageCollector && propagation && { propagation }) }, this.#pipeline.now());
    if (options.dryRun === true) return { object: this.#reader.convert(kept ?? standing, resource), gone: kept === undefined };
    if (kept === undefined) return { object: this.#reader.convert(this.#remove(served, standing), resource), gone: true };
    const next = (compiled.definition.complete?.(kept, standing) ?? kept) as UnknownObject;
    const stored = sameJson(standing, next) ? standing : this.#put(served, frozenCopy(next), standing);
    return { object: this.#reader.convert(stored, resource), gone: false };
  }

  compact(): void {
    for (const { collection } of this.#registry.all()) collection.history.clear(this.#version);
  }

  #create<T extends KubeObject>(resource: Resource<T>, draft: Draft, options: t.WriteOptions, origin: WriteOrigin): T {
    const served = this.#registry.get(resource);
    const name = draft.metadata.name || this.#freeName(served, draft);
    if (served.collection.get({ name, namespace: draft.metadata.namespace }) !== undefined) throw alreadyExists(resource, name);
    const object = this.#pipeline.prepareCreate(served.compiled, draft, name, options, origin);
    return this.#reader.convert(options.dryRun === true ? object : this.#put(served, object, undefined), resource);
  }

  #update<T extends KubeObject>(resource: Resource<T>, standing: UnknownObject, draft: Draft, options: t.UpdateOptions, origin: WriteOrigin): T {
    const served = this.#registry.get(resource);
    const next = this.#pipeline.prepareUpdate(served.compiled, standing, draft, options, origin);
    if (next === standing || options.dryRun === true) return this.#reader.convert(next, resource);
    const isEnding = next.metadata.deletionTimestamp !== undefined;
    if (isEnding && isReleased(served.compiled.definition, next)) return this.#reader.convert(this.#remove(served, next, standing), resource);
    return this.#reader.convert(this.#put(served, next, standing), resource);
  }

  #freeName({ collection }: Served, { metadata }: Draft): string {
    if (!metadata.generateName) return '';
    for (let tries = 0; tries < NAME_TRIES; tries += 1) {
      const name = generateName(metadata.generateName);
      if (collection.get({ name, namespace: metadata.namespace }) === undefined) return name;
    }
    throw refusal('AlreadyExists', `Cannot find a free name for generateName "${metadata.generateName}"`);
  }

  #getStored({ collection }: Served, resource: t.AnyResource, ref: t.ObjectRef): UnknownObject {
    const object = collection.get(ref);
    if (object === undefined) throw notFound(resource, ref.name);
    return object as UnknownObject;
  }

  #put(served: Served, object: UnknownObject, old: KubeObject | undefined): UnknownObject {
    const version = (this.#version += 1);
    const stored = withResourceVersion(object, version);
    served.collection.put(stored);
    this.#record(served, { version, object: stored, old, deleted: false });
    return stored;
  }

  /** `object` is its last state, `standing` the one that watchers know. */
  #remove(served: Served, object: KubeObject, standing: KubeObject = object): KubeObject {
    const version = (this.#version += 1);
    const last = withResourceVersion(object, version);
    served.collection.remove(object.metadata);
    this.#record(served, { version, object: last, old: standing, deleted: true });
    return last;
  }

  #record(served: Served, change: Change): void {
    served.collection.history.add(change);
    this.#notifier.tell(served, change);
  }
}

/** An empty store that serves the given kinds. */
export function createObjectStore(options: ObjectStoreOptions = {}): ObjectStore {
  return new MemoryStore(options);
}
