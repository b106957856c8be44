import type { KubeObject } from '../../api/types/index.ts';
import { History } from './history.ts';
import type { Matcher } from './selection.ts';
import type { ObjectRef } from './types.ts';
import type { Watcher } from './watcher.ts';

const CLUSTER_SCOPE = '';

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The objects of one kind by namespace and name, their recent changes, and who watches them. */
export class Collection {
  readonly history: History;
  readonly watchers = new Set<Watcher>();
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();

  constructor(historySize: number, version: number) {
    this.history = new History(historySize, version);
  }

  get size(): number {
    return [...this.#namespaces.values()].reduce((sum, objects) => sum + objects.size, 0);
  }

  get({ name, namespace = CLUSTER_SCOPE }: ObjectRef): KubeObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  put(object: KubeObject): void {
    const { name, namespace = CLUSTER_SCOPE } = object.metadata;
    const objects = this.#namespaces.get(namespace);
    if (objects === undefined) this.#namespaces.set(namespace, new Map([[name, object]]));
    else objects.set(name, object);
  }

  remove({ name, namespace = CLUSTER_SCOPE }: ObjectRef): void {
    const objects = this.#namespaces.get(namespace);
    objects?.delete(name);
    if (objects?.size === 0) this.#namespaces.delete(namespace);
  }

  all(): readonly KubeObject[] {
    return [...this.#namespaces.values()].flatMap((objects) => [...objects.values()]);
  }

  inNamespace(namespace: string): readonly KubeObject[] {
    return [...(this.#namespaces.get(namespace)?.values() ?? [])];
  }

  /** By namespace and name, as lists have them; those after a key if one is given. */
  select(matcher: Matcher, after?: ObjectRef): KubeObject[] {
    const namespaces = matcher.namespace === undefined ? [...this.#namespaces.keys()].sort(compareText) : [matcher.namespace];
    const from = after?.namespace ?? CLUSTER_SCOPE;
    return namespaces
      .filter((namespace) => after === undefined || namespace >= from)
      .flatMap((namespace) => this.#selectIn(namespace, matcher, after !== undefined && namespace === from ? after.name : undefined));
  }

  #selectIn(namespace: string, matcher: Matcher, after: string | undefined): KubeObject[] {
    const objects = this.#namespaces.get(namespace);
    if (objects === undefined) return [];
    if (matcher.name !== undefined) {
      const object = objects.get(matcher.name);
      return object !== undefined && matcher.matches(object) && (after === undefined || matcher.name > after) ? [object] : [];
    }
    const found = [...objects.values()].filter((object) => matcher.matches(object) && (after === undefined || object.metadata.name > after));
    return found.sort((left, right) => compareText(left.metadata.name, right.metadata.name));
  }
}
