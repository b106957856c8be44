import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../base/log.ts';

/** What was found out about the way to a cluster. */
export interface RememberedPath {
  /** Where packets were sent to. */
  readonly address?: string;
  /** Bytes. */
  readonly pathMtu?: number;
}

function isRemembered(value: unknown): value is RememberedPath {
  if (typeof value !== 'object' || value === null) return false;
  const { address, pathMtu } = value as Record<string, unknown>;
  return (address === undefined || typeof address === 'string') && (pathMtu === undefined || (typeof pathMtu === 'number' && pathMtu >= 576 && pathMtu <= 65_536));
}

/**
 * Keeps over restarts of the agent what it takes time to find out, by cable name: without it a
 * restarted agent would change the routes to what it assumes, and packets would be lost.
 */
export class PathMemory {
  readonly #file: string;
  readonly #logger: Logger;
  #paths: ReadonlyMap<string, RememberedPath> = new Map();
  #work: Promise<void> = Promise.resolve();

  constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  get(cableName: string): RememberedPath {
    return this.#paths.get(cableName) ?? {};
  }

  /** What cannot be read was not worth much: it is found out anew. */
  async load(): Promise<void> {
    try {
      const content = JSON.parse(await readFile(this.#file, 'utf8')) as Record<string, unknown>;
      this.#paths = new Map(Object.entries(content).filter((entry): entry is [string, RememberedPath] => isRemembered(entry[1])));
    } catch (error) {
      this.#logger.debug('Nothing is remembered of paths', { error });
    }
  }

  /** Remembers exactly these. */
  save(paths: ReadonlyMap<string, RememberedPath>): Promise<void> {
    if (isDeepStrictEqual(paths, this.#paths)) return this.#work;
    this.#paths = paths;
    this.#work = this.#work.then(() => this.#write(paths)).catch((error: unknown) => this.#logger.warn('Cannot remember paths', { error }));
    return this.#work;
  }

  /** A reader sees the old file or the new one, never a part. */
  async #write(paths: ReadonlyMap<string, RememberedPath>): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    await writeFile(`${this.#file}.new`, JSON.stringify(Object.fromEntries(paths)));
    await rename(`${this.#file}.new`, this.#file);
  }
}
