import type { KubeObject } from '../../api/types/index.ts';
import type { Change } from './history.ts';
import type { Matcher } from './selection.ts';
import type { StoreEvent } from './types.ts';

export type EventListener = (event: StoreEvent) => void;

export interface WatcherOptions {
  readonly matcher: Matcher;
  readonly listener: EventListener;
  /** Up to here it has been told. */
  readonly version: number;
  /** The object of a change as those see it whose selection it leaves. */
  readonly departed: (change: Change) => KubeObject;
  readonly onEnd?: (() => void) | undefined;
}

/** One watch: what of the changes it gets to see. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #matcher: Matcher;
  #version: number;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#matcher = options.matcher;
    this.#version = options.version;
  }

  /** Changes that it has been told, or that do not concern it, are passed over. */
  notify(change: Change): void {
    if (change.version <= this.#version) return;
    this.#version = change.version;
    const { namespace } = this.#matcher;
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) return;
    const event = this.#eventOf(change);
    if (event !== undefined) this.#options.listener(event);
  }

  end(): void {
    this.#options.onEnd?.();
  }

  /** Leaving the selection looks like a deletion, entering it like a creation. */
  #eventOf(change: Change): StoreEvent | undefined {
    const { deleted, object, old, version } = change;
    const [is, was] = this.#matcher.selective ? [!deleted && this.#matcher.matches(object), old !== undefined && this.#matcher.matches(old)] : [!deleted, old !== undefined];
    if (is) return { type: was ? 'MODIFIED' : 'ADDED', object, resourceVersion: version };
    if (!was) return undefined;
    return { type: 'DELETED', object: deleted ? object : this.#options.departed(change), resourceVersion: version };
  }
}
