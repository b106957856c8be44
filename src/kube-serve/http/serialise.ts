import type { KubeObject } from '../../api/types/index.ts';

/** Turns frozen objects into JSON once, however many lists, watches and readers they go to. */
export class Serialiser {
  readonly #texts = new WeakMap<KubeObject, string>();
  readonly #metadata = new WeakMap<KubeObject, KubeObject>();

  /** meta.k8s.io/v1 PartialObjectMetadata of an object, as text. */
  metadataText(object: KubeObject): string {
    let partial = this.#metadata.get(object);
    if (partial === undefined) {
      partial = Object.freeze<KubeObject>({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata });
      if (Object.isFrozen(object)) this.#metadata.set(object, partial);
    }
    return this.text(partial);
  }

  text(object: KubeObject): string {
    let text = this.#texts.get(object);
    if (text === undefined) {
      text = JSON.stringify(object);
      if (Object.isFrozen(object)) this.#texts.set(object, text);
    }
    return text;
  }
}
