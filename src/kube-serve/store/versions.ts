import { apiVersionOf, type Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';

// shared objects get one converted twin per version, not one per reader
const twins = (): WeakMap<KubeObject, KubeObject> => new WeakMap();

/** Turns stored objects into another served version: only `apiVersion` differs, as with conversion strategy None. */
export class VersionConverter {
  readonly #twins = new Map<string, WeakMap<KubeObject, KubeObject>>();

  convert<T extends KubeObject>(object: KubeObject, resource: Resource<T>): T {
    const apiVersion = apiVersionOf(resource);
    if (object.apiVersion === apiVersion) return object as T;
    let known = this.#twins.get(apiVersion);
    if (known === undefined) this.#twins.set(apiVersion, (known = twins()));
    let twin = known.get(object);
    if (twin === undefined) known.set(object, (twin = Object.freeze({ ...object, apiVersion })));
    return twin as T;
  }
}

/** The same object under another resourceVersion. */
export function withResourceVersion<T extends KubeObject>(object: T, version: number): T {
  return Object.freeze({ ...object, metadata: Object.freeze({ ...object.metadata, resourceVersion: String(version) }) });
}
