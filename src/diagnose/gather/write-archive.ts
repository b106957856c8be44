import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { errorMessage, McsError, systemErrorCode } from '../../base/errors.ts';
import { temporaryFor } from '../../base/replace-file.ts';
import { packTar } from '../../base/tar.ts';
import type { TextFile } from './fit.ts';

/** `mcs-gather-20260102T030405Z.tgz`; `now` in ms since the epoch. */
export function archiveName(now: number): string {
  return `mcs-gather-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}.tgz`;
}

/** One level only: Node's recursive mkdir never ends in folders like /proc, where nothing can be made. */
async function ensureFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  });
}

/**
 * Writes an archive, readable for its owner only, with all files in one folder of its own name. A file
 * that stands there is replaced once the new one is complete; whatever goes wrong leaves it as it is.
 * Gives the size in bytes. Throws MCS_ARCHIVE_WRITE, and the signal's reason.
 */
export async function writeArchive(path: string, files: readonly TextFile[], { now, signal }: { readonly now: number; readonly signal: AbortSignal }): Promise<number> {
  const folder = basename(path).replace(/\.(tgz|tar\.gz)$/, '');
  const blocks = packTar(files.map((file) => ({ path: `${folder}/${file.path}`, content: Buffer.from(file.text) })), Math.floor(now / 1000));
  const temporary = temporaryFor(path);
  try {
    await ensureFolder(dirname(path));
    await pipeline(Readable.from(blocks), createGzip(), createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true }), { signal });
    await rename(temporary, path);
    return (await stat(path)).size;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
    signal.throwIfAborted();
    throw new McsError('MCS_ARCHIVE_WRITE', `Cannot write "${path}": ${errorMessage(error)}`, { cause: error });
  }
}
