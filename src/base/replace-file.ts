import { randomBytes } from 'node:crypto';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';

/** A name that nobody else takes, on the same file system as `path`: what is written there can be renamed to it. */
export const temporaryFor = (path: string): string => `${path}.${randomBytes(4).toString('hex')}.tmp`;

export interface ReplaceFileOptions {
  /** Exactly these permissions; without, as for any new file. */
  readonly mode?: number;
  /** Waits until the content is on the disk: a crash of the machine leaves no empty file. */
  readonly flush?: boolean;
}

/** Writes a file in one step: readers see the old content or the new one, never a part. After a failure the old one stands, and nothing beside it. */
export async function replaceFile(path: string, content: string | Uint8Array, { flush = false, mode }: ReplaceFileOptions = {}): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await writeFile(temporary, content, { flag: 'wx', flush, ...(mode !== undefined && { mode: 0o600 }) });
    if (mode !== undefined) await chmod(temporary, mode); // the umask would take some away
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}
