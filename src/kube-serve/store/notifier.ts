import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Change } from './history.ts';
import type { Served } from './registry.ts';
import type { StoreEvent } from './types.ts';

export type AnyChangeListener = (event: StoreEvent, resource: Resource<KubeObject>) => void;

function typeOf({ deleted, old }: Change): StoreEvent['type'] {
  if (deleted) return 'DELETED';
  return old === undefined ? 'ADDED' : 'MODIFIED';
}

/**
 * Tells watchers of changes. A listener may write: its changes wait until everybody has heard of the
 * current one, so that all see them in the same order.
 */
export class Notifier {
  readonly #everybody = new Set<AnyChangeListener>();
  #queue: { readonly served: Served; readonly change: Change }[] = [];
  #running = false;

  add(listener: AnyChangeListener): () => void {
    this.#everybody.add(listener);
    return () => void this.#everybody.delete(listener);
  }

  tell(served: Served, change: Change): void {
    this.#queue.push({ served, change });
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#deliver(next.served, next.change);
    } finally {
      this.#running = false;
    }
  }

  #deliver({ collection, compiled }: Served, change: Change): void {
    for (const watcher of [...collection.watchers]) watcher.notify(change);
    const event = { type: typeOf(change), object: change.object, resourceVersion: change.version };
    for (const listener of [...this.#everybody]) listener(event, compiled.definition.resource);
  }
}
