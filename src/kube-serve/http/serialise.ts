import type { KubeObject } from '../../api/types/index.ts';

/** Turns frozen objects into JSON once, however many lists, watches and readers they go to. */
export class Serialiser {
  readonly #texts = new WeakMap<KubeObject, string>();

  text(object: KubeObject): string {
    let text = this.#texts.get(object);
    if (text === undefined) {
      text = JSON.stringify(object);
      if (Object.isFrozen(object)) this.#texts.set(object, text);
    }
    return text;
  }
}
