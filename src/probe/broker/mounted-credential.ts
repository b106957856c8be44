import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/errors.ts';
import { type MemberCredential, readCredential } from '../../broker-info/member-credential.ts';

const KEYS = ['server', 'ca', 'namespace', 'clusterID', 'token', 'issuedAt', 'expiresAt'] as const;

/** The credential in the files of a mounted Secret; undefined where one is missing or malformed. */
export async function readMountedCredential(directory: string): Promise<MemberCredential | undefined> {
  try {
    const files = await Promise.all(KEYS.map(async (key) => [key, (await readFile(join(directory, key))).toString('base64')] as const));
    const credential = readCredential({ data: Object.fromEntries(files) });
    return credential !== undefined && URL.canParse(credential.server) ? credential : undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
