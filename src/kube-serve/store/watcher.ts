import type { KubeObject } from '../../api/types/index.ts';
import type { Change } from './history.ts';
import type { Matcher } from './selection.ts';
import type { StoreEvent } from './types.ts';
import { withResourceVersion } from './versions.ts';

export type EventListener = (event: StoreEvent) => void;

/** One watch: what of the changes it gets to see. */
export class Watcher {
  readonly #matcher: Matcher;
  readonly #listener: EventListener;
  /** Up to here it has been told. */
  #version: number;

  readonly #onEnd: (() => void) | undefined;

  constructor(matcher: Matcher, listener: EventListener, version: number, onEnd?: () => void) {
    this.#onEnd = onEnd;
    this.#matcher = matcher;
    this.#listener = listener;
    this.#version = version;
  }

  /** Changes that it has been told, or that do not concern it, are passed over. */
  notify(change: Change): void {
    if (change.version <= this.#version) return;
    this.#version = change.version;
    const { namespace } = this.#matcher;
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) return;
    const event = this.#eventOf(change);
    if (event !== undefined) this.#listener(event);
  }

  end(): void {
    this.#onEnd?.();
  }

  /** Leaving the selection looks like a deletion, entering it like a creation. */
  #eventOf({ deleted, object, old, version }: Change): StoreEvent | undefined {
    const [is, was] = this.#matcher.selective ? [!deleted && this.#matcher.matches(object), old !== undefined && this.#matcher.matches(old)] : [!deleted, old !== undefined];
    if (is) return { type: was ? 'MODIFIED' : 'ADDED', object, resourceVersion: version };
    if (!was) return undefined;
    return { type: 'DELETED', object: deleted ? object : withResourceVersion(old as KubeObject, version), resourceVersion: version };
  }
}
