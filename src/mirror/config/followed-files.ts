import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import type { ReadFile } from './kubeconfig-source.ts';

export interface FollowedFilesOptions {
  /** Told once files have changed and then stood still for an interval. */
  readonly onChange: () => void;
  readonly clock: Clock;
  /** Between two looks, ms. Default 1 s. */
  readonly intervalMs?: number;
}

/** Larger files are none that a person wrote. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Text of a file of a configuration. Throws for what is no file: a pipe, as of `<(...)` in a shell, gives
 * its text once, and a configuration is read again and again.
 */
export function readConfigFile(path: string): string {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('it is no regular file; it is read more than once');
  if (stats.size > MAX_BYTES) throw new Error('it is larger than 4 MiB');
  return readFileSync(path, 'utf8');
}

/** What changes when somebody writes a file, puts another in its place, or turns a link (of it or of a folder above it) to another. */
function signatureOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return 'missing'; // reading it says why
  }
}

/**
 * The files that a configuration is made of. They are looked at by path every second, not watched:
 * editors put another file in place of the one that is watched, and mounted volumes turn a link.
 * A file that is just being written is not read before it stands still, since half of it may be a valid
 * configuration with half of the sources.
 */
export class FollowedFiles {
  readonly #options: FollowedFilesOptions;
  /** By path: as it was when it was read. */
  #read = new Map<string, string>();
  #seen = '';
  #cancel: (() => void) | undefined;

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
  }

  /** Runs `make` with a way to read files, and follows those that it read, whether it throws or not. */
  reading<T>(make: (readFile: ReadFile) => T): T {
    const read = new Map<string, string>();
    try {
      return make((path) => {
        // before it is read: a change in between is seen at the next look
        read.set(path, read.get(path) ?? signatureOf(path));
        return readConfigFile(path);
      });
    } finally {
      this.#read = read;
      this.#seen = [...read.values()].join('\n');
    }
  }

  start(): void {
    this.#cancel ??= this.#options.clock.schedule(() => this.#look(), this.#options.intervalMs ?? 1_000);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    this.#cancel = undefined;
    this.start();
    const present = [...this.#read.keys()].map(signatureOf).join('\n');
    const isChanged = present !== [...this.#read.values()].join('\n');
    const isStill = present === this.#seen;
    this.#seen = present;
    if (isChanged && isStill) this.#options.onChange();
  }
}
