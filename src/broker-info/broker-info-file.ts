import { randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage, McsError, systemErrorCode } from '../base/errors.ts';
import { MAX_FILE_BYTES } from './header.ts';

/** Makes directory entries durable; file systems that cannot do it for directories say so. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync().catch((error: unknown) => {
      if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR'].includes(systemErrorCode(error) ?? '')) throw error;
    });
  } finally {
    await directory.close();
  }
}

async function writeAndSync(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

interface AtomicWriteOptions {
  readonly openFile?: typeof open | undefined;
  readonly beforeRename?: () => Promise<void>;
}

/** Writes a private file (0600) so that readers see the old or the new content, and nothing else. */
export async function writeFileAtomically(path: string, text: string, { openFile = open, beforeRename }: AtomicWriteOptions = {}): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeAndSync(await openFile(temporary, 'wx', 0o600), text);
    await beforeRename?.();
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the failure to report is the first one
    throw error;
  }
}

/** Keeps what stands at `path` under a timestamped name, as subctl does; undefined if nothing stands there. */
async function keepBackup(path: string, now: number): Promise<string | undefined> {
  const stamp = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z').replaceAll(':', '_');
  for (let attempt = 0; ; attempt += 1) {
    const backup = `${path}.${stamp}${attempt === 0 ? '' : `.${attempt}`}`;
    try {
      await link(path, backup); // a second name: at no moment is the old file missing
      return backup;
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT') return undefined;
      if (code === 'EPERM' || code === 'ENOTSUP') return renameToBackup(path, backup); // no hard links here
      if (code !== 'EEXIST' || attempt >= 100) throw error;
    }
  }
}

async function renameToBackup(path: string, backup: string): Promise<string> {
  if (!(await lstat(path)).isFile()) throw new Error('something that is no file stands there');
  await rename(path, backup);
  return backup;
}

export interface WriteOptions {
  /** ms since the epoch; names the backup. */
  readonly now?: number;
  readonly openFile?: typeof open;
}

/**
 * Writes a broker-info file: mode 0600, whole or not at all. What stood there is kept beside it.
 * Returns the path of that backup. Throws MCS_BROKER_INFO_WRITE.
 */
export async function writeBrokerInfoFile(path: string, text: string, { now = Date.now(), openFile }: WriteOptions = {}): Promise<{ backup?: string }> {
  let backup: string | undefined;
  try {
    const beforeRename = async (): Promise<void> => {
      backup = await keepBackup(path, now);
    };
    await writeFileAtomically(path, text, { openFile, beforeRename });
  } catch (error) {
    throw new McsError('MCS_BROKER_INFO_WRITE', `Cannot write "${path}": ${errorMessage(error)}`, {
      hints: ['Free some space, or run the command in a directory that you may write to'],
      cause: error,
    });
  }
  return backup === undefined ? {} : { backup };
}

/** Reads a broker-info file. Throws MCS_BROKER_INFO_NOT_FOUND, and MCS_BROKER_INFO_MALFORMED for what cannot be one. */
export async function readBrokerInfoFile(path: string): Promise<string> {
  try {
    const info = await stat(path);
    if (!info.isFile() && !info.isFIFO() && !info.isCharacterDevice()) throw new McsError('MCS_BROKER_INFO_MALFORMED', `Cannot read "${path}": it is no file`);
    return await readBounded(path);
  } catch (error) {
    if (error instanceof McsError) throw error;
    const missing = ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
    throw new McsError('MCS_BROKER_INFO_NOT_FOUND', `Cannot read "${path}": ${missing ? 'there is no such file' : errorMessage(error)}`, {
      hints: ['Give the path of the file that deploy-broker wrote', 'mcs deploy-broker'],
      cause: error,
    });
  }
}

/** The size is bounded while reading, because a pipe (`<(vault read ...)`) has none beforehand. */
async function readBounded(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < buffer.length; size += read) {
      ({ bytesRead: read } = await file.read(buffer, size, buffer.length - size, null));
    }
    if (size > MAX_FILE_BYTES) throw new McsError('MCS_BROKER_INFO_MALFORMED', `Cannot read "${path}": it is larger than ${MAX_FILE_BYTES} bytes`);
    return buffer.toString('utf8', 0, size);
  } finally {
    await file.close();
  }
}
