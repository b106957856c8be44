import type { Clock } from '../../base/clock.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { FollowedFiles } from '../config/followed-files.ts';

export interface CredentialFilesOptions {
  /** What they are, for messages: `token files`. */
  readonly what: string;
  readonly paths: readonly string[];
  /** Gets the contents, in the order of the paths, at the start and after each change. Throws for what cannot be used. */
  readonly onContents: (contents: readonly string[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs?: number;
}

/** Files with credentials, followed. What cannot be read or used ends the start; later, what was read before stays in use. */
export class CredentialFiles implements Startable {
  readonly name: string;
  readonly #options: CredentialFilesOptions;
  readonly #files: FollowedFiles;

  constructor(options: CredentialFilesOptions) {
    const { clock, intervalMs, what } = options;
    this.name = what;
    this.#options = options;
    this.#files = new FollowedFiles({ onChange: () => this.#readAgain(), clock, ...(intervalMs !== undefined && { intervalMs }) });
  }

  /** Throws MCS_USAGE. */
  start(): Promise<void> {
    if (this.#options.paths.length === 0) return Promise.resolve();
    try {
      this.#read();
    } catch (error) {
      return Promise.reject(new McsError('MCS_USAGE', `Cannot use the ${this.name}: ${errorMessage(error)}`, { cause: error }));
    }
    this.#files.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#files.stop();
    return Promise.resolve();
  }

  #read(): void {
    const { onContents, paths } = this.#options;
    onContents(this.#files.reading((readFile) => paths.map((path) => readFile(path))));
  }

  #readAgain(): void {
    const { logger } = this.#options;
    try {
      this.#read();
      logger.info(`Read the ${this.name} again`);
    } catch (error) {
      logger.error(`Cannot use the ${this.name} as they are now; what was read before stays in use`, { error });
    }
  }
}
