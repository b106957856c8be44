import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, McsError, systemErrorCode } from '../base/errors.ts';
import { writeFileAtomically } from './broker-info-file.ts';
import { joinKeyFingerprint } from './join-key.ts';

const FINGERPRINT = /^[0-9a-f]{16}$/;

/** Where a join key is kept; `configDir` is the user's (see `configDir` in base). */
export function joinKeyPath(configDir: string, fingerprint: string): string {
  // the fingerprint comes from a file of unknown origin and becomes a part of a path
  if (!FINGERPRINT.test(fingerprint)) throw new McsError('MCS_BROKER_INFO_MALFORMED', 'Cannot look up the join key: the fingerprint in the file has no valid form');
  return join(configDir, 'mcs', 'join-keys', fingerprint);
}

/** Keeps a join key for later joins from this workstation (directory 0700, file 0600). Returns its path; throws MCS_BROKER_INFO_WRITE. */
export async function saveJoinKey(configDir: string, fingerprint: string, key: string): Promise<string> {
  const path = joinKeyPath(configDir, fingerprint);
  const directory = join(configDir, 'mcs', 'join-keys');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    await writeFileAtomically(path, `${key}\n`);
    return path;
  } catch (error) {
    throw new McsError('MCS_BROKER_INFO_WRITE', `Cannot keep the join key in "${path}": ${errorMessage(error)}`, {
      hints: ['Note the join key: later joins need --key, --key-file or MCS_JOIN_KEY'],
      cause: error,
    });
  }
}

/** The key that was kept for a file; undefined if there is none, or none that fits. */
export async function findJoinKey(configDir: string, fingerprint: string): Promise<string | undefined> {
  try {
    const key = (await readFile(joinKeyPath(configDir, fingerprint), 'utf8')).trim();
    return joinKeyFingerprint(key) === fingerprint ? key : undefined;
  } catch (error) {
    if (error instanceof McsError || ['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}
