import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createJoinKey, findJoinKey, joinKeyFingerprint, joinKeyPath, saveJoinKey } from '../../../src/broker-info/index.ts';

const KEY = createJoinKey();
const FINGERPRINT = joinKeyFingerprint(KEY);
let config: string;

beforeEach(async () => {
  config = await mkdtemp(join(tmpdir(), 'mcs-keys-'));
});

afterEach(async () => {
  await rm(config, { recursive: true });
});

describe('saveJoinKey and findJoinKey', () => {
  it('keep a key in a private file of a private directory', async () => {
    const path = await saveJoinKey(config, FINGERPRINT, KEY);
    expect(path).toBe(join(config, 'mcs', 'join-keys', FINGERPRINT));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(config, 'mcs', 'join-keys'))).mode & 0o777).toBe(0o700);
    expect(await findJoinKey(config, FINGERPRINT)).toBe(KEY);
  });

  it('find nothing where no key was kept', async () => {
    expect(await findJoinKey(config, FINGERPRINT)).toBeUndefined();
  });

  it('find nothing where the kept key is damaged or another', async () => {
    const path = await saveJoinKey(config, FINGERPRINT, KEY);
    for (const text of ['', 'junk', createJoinKey()]) {
      await writeFile(path, text);
      expect(await findJoinKey(config, FINGERPRINT)).toBeUndefined();
    }
  });

  it('replace a damaged key', async () => {
    const path = await saveJoinKey(config, FINGERPRINT, 'junk');
    await saveJoinKey(config, FINGERPRINT, KEY);
    expect(await readFile(path, 'utf8')).toBe(`${KEY}\n`);
  });

  it('report a configuration directory that cannot be written', async () => {
    await writeFile(join(config, 'mcs'), 'a file in the way');
    await expect(saveJoinKey(config, FINGERPRINT, KEY)).rejects.toMatchObject({ code: 'MCS_BROKER_INFO_WRITE', message: expect.not.stringContaining(KEY) });
  });
});

describe('joinKeyPath', () => {
  it.each(['../../etc/passwd', '', 'a/b', '9890a90128daf495/..'])('makes no path of the fingerprint "%s"', (fingerprint) => {
    expect(() => joinKeyPath(config, fingerprint)).toThrow(expect.objectContaining({ code: 'MCS_BROKER_INFO_MALFORMED' }));
  });
});
