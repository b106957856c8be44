import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { notFound, refusal } from '../status-error.ts';
import { readContinueToken, writeContinueToken } from './continue-token.ts';
import type { Change } from './history.ts';
import type { Registry, Served } from './registry.ts';
import { createMatcher } from './selection.ts';
import type * as t from './types.ts';
import { VersionConverter, withResourceVersion } from './versions.ts';
import { Watcher } from './watcher.ts';

/** `0` and nothing both mean: any version will do. */
function wantedVersion(resourceVersion: string | undefined): number | undefined {
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') return undefined;
  if (!/^\d{1,15}$/.test(resourceVersion)) throw refusal('BadRequest', `resourceVersion: Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`);
  return Number(resourceVersion);
}

/** The reading half of a store: get, list, watch. */
export class Reader {
  readonly #registry: Registry;
  readonly #currentVersion: () => number;
  readonly #converter = new VersionConverter();
  /** One object for all watches that a change leaves, so that it becomes JSON once. */
  readonly #departed = new WeakMap<Change, KubeObject>();

  constructor(registry: Registry, currentVersion: () => number) {
    this.#registry = registry;
    this.#currentVersion = currentVersion;
  }

  convert<T extends KubeObject>(object: KubeObject, resource: Resource<T>): T {
    return this.#converter.convert(object, resource);
  }

  find<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T | undefined {
    const object = this.#registry.get(resource).collection.get(ref);
    return object && this.convert(object, resource);
  }

  get<T extends KubeObject>(resource: Resource<T>, ref: t.ObjectRef): T {
    const object = this.find(resource, ref);
    if (object === undefined) throw notFound(resource, ref.name);
    return object;
  }

  list<T extends KubeObject>(resource: Resource<T>, options: t.ListOptions): t.ListResult<T> {
    const { collection, compiled } = this.#registry.get(resource);
    const matcher = createMatcher(compiled.definition, options);
    const from = options.continue === undefined || options.continue === '' ? undefined : readContinueToken(options.continue);
    const version = from?.version ?? this.#currentVersion();
    if (from !== undefined && !collection.history.reaches(from.version)) {
      throw refusal('Expired', 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.');
    }
    this.#validateNotAhead(options.resourceVersion);
    const found = collection.select(matcher, from?.after);
    const limit = options.limit !== undefined && options.limit > 0 ? options.limit : found.length;
    const items = found.slice(0, limit).map((object) => this.convert(object, resource));
    const last = items.at(-1);
    if (last === undefined || found.length <= limit) return { items, resourceVersion: String(version) };
    return {
      items,
      resourceVersion: String(version),
      continue: writeContinueToken({ version, after: { name: last.metadata.name, namespace: last.metadata.namespace } }),
      ...(!matcher.selective && { remainingItemCount: found.length - limit }),
    };
  }

  watch<T extends KubeObject>(resource: Resource<T>, options: t.WatchOptions, listener: (event: t.StoreEvent<T>) => void): () => void {
    const served = this.#registry.get(resource);
    const matcher = createMatcher(served.compiled.definition, options);
    const since = wantedVersion(options.resourceVersion);
    this.#validateReachable(served, since);
    const tell = (event: t.StoreEvent): void => listener({ ...event, object: this.convert(event.object, resource) });
    const { history, watchers } = served.collection;
    const departed = (change: Change): KubeObject => this.#departedObject(change);
    const watcher = new Watcher({ matcher, listener: tell, version: since ?? this.#currentVersion(), departed, onEnd: options.onEnd });
    watchers.add(watcher);
    if (since === undefined) for (const object of served.collection.select(matcher)) tell({ type: 'ADDED', object, resourceVersion: this.#currentVersion() });
    else for (const change of history.after(since)) watcher.notify(change);
    return () => void watchers.delete(watcher);
  }

  #departedObject(change: Change): KubeObject {
    let object = this.#departed.get(change);
    if (object === undefined) this.#departed.set(change, (object = withResourceVersion(change.old ?? change.object, change.version)));
    return object;
  }

  #validateNotAhead(resourceVersion: string | undefined): void {
    const wanted = wantedVersion(resourceVersion);
    const current = this.#currentVersion();
    if (wanted === undefined || wanted <= current) return;
    throw refusal('Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
      retryAfterSeconds: 1,
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    });
  }

  /** A version ahead of ours is one of an earlier life of this server: to the client it is as gone as one that is too old. */
  #validateReachable({ collection: { history } }: Served, since: number | undefined): void {
    if (since === undefined || (history.reaches(since) && since <= this.#currentVersion())) return;
    throw refusal('Expired', `too old resource version: ${since} (${history.oldest})`);
  }
}
