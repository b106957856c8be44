import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorMessage, McsError } from '../../base/errors.ts';

/** More than a broker-info file ever has: what has room for this has room for the file. */
const PROBE_BYTES = 16_384;

async function probe(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(Buffer.alloc(PROBE_BYTES));
    await file.sync(); // a full disk may show only here
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

/**
 * Makes sure, before anything is written to a cluster, that a file can be written beside `path`.
 * Throws MCS_BROKER_INFO_WRITE.
 */
export async function validateWritable(path: string): Promise<void> {
  try {
    await probe(join(dirname(path), `.mcs-${randomBytes(6).toString('hex')}.tmp`));
  } catch (error) {
    throw new McsError('MCS_BROKER_INFO_WRITE', `Cannot write "${path}": ${errorMessage(error)}`, {
      hints: ['--output-file <path in a directory that you may write to>', 'Free some space'],
      cause: error,
    });
  }
}

/** The same for the directory of join keys, which is made if it is missing. */
export async function validateKeyDirectory(configDir: string): Promise<void> {
  const directory = join(configDir, 'mcs', 'join-keys');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new McsError('MCS_BROKER_INFO_WRITE', `Cannot keep join keys in "${directory}": ${errorMessage(error)}`, {
      hints: ['XDG_CONFIG_HOME=<directory that you may write to> mcs deploy-broker'],
      cause: error,
    });
  }
  await validateWritable(join(directory, 'key'));
}
