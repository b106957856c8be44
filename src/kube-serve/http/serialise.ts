import type { KubeObject } from '../../api/types/index.ts';

/** Turns frozen objects into JSON once, however many lists, watches and readers they go to. */
export class Serialiser {
  readonly #texts = new WeakMap<KubeObject, string>();
  readonly #lines = new WeakMap<KubeObject, { readonly type: string; readonly line: string }>();
  readonly #metadata = new WeakMap<KubeObject, KubeObject>();
  #lastLines: readonly string[] = [];
  #lastBytes = Buffer.alloc(0);

  /** meta.k8s.io/v1 PartialObjectMetadata of an object, as text. */
  metadataText(object: KubeObject): string {
    return this.text(this.#metadataOf(object));
  }

  text(object: KubeObject): string {
    let text = this.#texts.get(object);
    if (text === undefined) {
      text = JSON.stringify(object);
      if (Object.isFrozen(object)) this.#texts.set(object, text);
    }
    return text;
  }

  /** An event of a watch: one string for all watches, which is put together once. */
  line(type: string, object: KubeObject): string {
    const known = this.#lines.get(object);
    if (known?.type === type) return known.line;
    const line = watchLine(type, this.text(object));
    if (Object.isFrozen(object)) this.#lines.set(object, { type, line });
    return line;
  }

  metadataLine(type: string, object: KubeObject): string {
    return this.line(type, this.#metadataOf(object));
  }

  /** Lines as bytes. Watches that are equally far get the same ones, one after the other: they are made once. */
  bytes(lines: readonly string[]): Buffer {
    const last = this.#lastLines;
    if (lines.length !== last.length || lines.some((line, index) => line !== last[index])) {
      this.#lastLines = lines;
      this.#lastBytes = Buffer.from(lines.join(''));
    }
    return this.#lastBytes;
  }

  #metadataOf(object: KubeObject): KubeObject {
    let partial = this.#metadata.get(object);
    if (partial === undefined) {
      partial = Object.freeze<KubeObject>({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata });
      if (Object.isFrozen(object)) this.#metadata.set(object, partial);
    }
    return partial;
  }
}

/** One line of a watch, of an object as JSON. */
export function watchLine(type: string, object: string): string {
  return `{"type":"${type}","object":${object}}\n`;
}
