import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BrokerInfo, createJoinKey, joinKeyFingerprint, saveJoinKey, sealBrokerInfo } from '../../../src/broker-info/index.ts';
import { getJoinKey, openJoinFile } from '../../../src/deployers/join/open-info.ts';
import { rejection } from '../../helpers/thrown.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const KEY = createJoinKey();
const OTHER_KEY = createJoinKey();
const INFO: BrokerInfo = {
  formatVersion: 1,
  server: 'https://broker.example:6443',
  ca: '',
  caPin: '',
  namespace: 'submariner-k8s-broker',
  token: { id: 'abc', secret: Buffer.alloc(32, 7).toString('base64'), bearer: 'bearer', expiresAt: '2026-01-02T12:00:00Z' },
  components: ['service-discovery'],
  brokerUID: 'uid-broker',
  createdAt: '2026-01-01T12:00:00Z',
};

let directory = '';
const path = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcs-open-info-'));
  const sealed = sealBrokerInfo(INFO, KEY, { scrypt: { N: 1024, r: 1, p: 1 } });
  await writeFile(path('good'), sealed);
  await writeFile(path('cut'), sealed.slice(0, -20));
  await writeFile(path('altered'), sealed.replace(/[A-Za-z](?=[^\n]*\n[^\n]*\n$)/, (letter) => (letter === 'A' ? 'B' : 'A')));
  await writeFile(path('text'), 'hello\n');
  await writeFile(path('key'), `${KEY}\n`);
  const subctl = { brokerURL: 'https://old.example:6443', ClientToken: { data: { token: 'c2VjcmV0', namespace: 'bg==' } }, IPSecPSK: { data: { psk: 'x' } }, Components: [] };
  await writeFile(path('subctl'), Buffer.from(JSON.stringify(subctl)).toString('base64url'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('openJoinFile()', () => {
  it('opens a file with its key', async () => {
    expect(await openJoinFile(path('good'), { key: KEY, configDir: path('none') }, NOW)).toEqual(INFO);
  });

  it.each([
    ['a file that is not there', 'absent', KEY, NOW, 'MCS_BROKER_INFO_NOT_FOUND', 2],
    ['a file that is cut short', 'cut', KEY, NOW, 'MCS_BROKER_INFO_MALFORMED', 1],
    ['an altered file', 'altered', KEY, NOW, 'MCS_BROKER_INFO_MALFORMED', 1],
    ['some text', 'text', KEY, NOW, 'MCS_BROKER_INFO_MALFORMED', 1],
    ['a file of subctl', 'subctl', KEY, NOW, 'MCS_BROKER_INFO_SUBCTL', 1],
    ['an expired file, whatever the key', 'good', OTHER_KEY, NOW + 2 * 86_400_000, 'MCS_BROKER_INFO_EXPIRED', 1],
    ['another key', 'good', OTHER_KEY, NOW, 'MCS_BROKER_INFO_KEY_WRONG', 1],
    ['no key at all', 'good', undefined, NOW, 'MCS_BROKER_INFO_KEY_MISSING', 2],
  ])('refuses %s', async (_title, name, key, now, code, exitCode) => {
    const error = await rejection(openJoinFile(path(name), { configDir: path('none'), ...(key !== undefined && { key }) }, now));
    expect(error).toMatchObject({ code, exitCode, hints: expect.arrayContaining([expect.any(String)]) });
  });
});

describe('getJoinKey()', () => {
  const fingerprint = joinKeyFingerprint(KEY);

  it('asks the sources in order: flag, file, environment, key store, terminal', async () => {
    await saveJoinKey(path('config'), fingerprint, KEY);
    const ask = (): Promise<string> => Promise.resolve('asked');
    const configDir = path('config');
    expect(await getJoinKey({ key: 'flag', keyFile: path('key'), environment: 'env', configDir, ask }, fingerprint)).toBe('flag');
    expect(await getJoinKey({ keyFile: path('key'), environment: 'env', configDir, ask }, fingerprint)).toBe(KEY);
    expect(await getJoinKey({ environment: 'env', configDir, ask }, fingerprint)).toBe('env');
    expect(await getJoinKey({ environment: '', configDir, ask }, fingerprint)).toBe(KEY);
    expect(await getJoinKey({ configDir: path('none'), ask }, fingerprint)).toBe('asked');
  });

  it('says so where a named key file cannot be read', async () => {
    expect(await rejection(getJoinKey({ keyFile: path('absent'), configDir: path('config') }, fingerprint))).toMatchObject({ code: 'MCS_BROKER_INFO_KEY_MISSING' });
  });
});
