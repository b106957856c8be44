import { readFile, rm, writeFile } from 'node:fs/promises';
import { isError } from '../../base/errors.ts';

/** Files by which the kernel and the neighbouring container are spoken to. */
export interface HostFiles {
  /** Undefined where it does not exist. */
  read(path: string): Promise<string | undefined>;
  /** False where it does not exist and cannot be made, as a setting that this kernel lacks. */
  write(path: string, text: string): Promise<boolean>;
  /** Also where there is none. */
  remove(path: string): Promise<void>;
}

function isMissing(error: unknown): boolean {
  return isError(error) && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

export const hostFiles: HostFiles = {
  async read(path) {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async write(path, text) {
    try {
      await writeFile(path, text);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  },
  remove: (path) => rm(path, { force: true }),
};
