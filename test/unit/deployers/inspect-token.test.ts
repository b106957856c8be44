import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createJoinKey, sealBrokerInfo } from '../../../src/broker-info/index.ts';
import { inspectToken } from '../../../src/deployers/inspect-token.ts';
import { rejection } from '../../helpers/thrown.ts';

const KEY = createJoinKey();
const SECRETS = { secret: Buffer.alloc(32, 7).toString('base64'), bearer: 'very-secret-bearer' };
const NOW = Date.parse('2026-01-01T13:00:00Z');
let directory = '';
const path = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcs-inspect-'));
  const token = { id: 'abc', expiresAt: '2026-01-02T12:00:00Z', ...SECRETS };
  const info = { formatVersion: 1 as const, server: 'https://broker:6443', ca: '', caPin: '', namespace: 'b', token, components: ['connectivity'], brokerUID: 'uid', createdAt: '2026-01-01T12:00:00Z' };
  await writeFile(path('mcs'), sealBrokerInfo(info, KEY, { scrypt: { N: 1024, r: 1, p: 1 } }));
  await writeFile(path('subctl'), Buffer.from(JSON.stringify({ brokerURL: 'https://old:6443', ClientToken: { data: { token: 'c2VjcmV0' } } })).toString('base64url'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('inspectToken()', () => {
  it('tells without the key what needs none, and asks nobody', async () => {
    const ask = (): Promise<string> => Promise.reject(new Error('asked'));
    const result = await inspectToken(path('mcs'), { configDir: path('none'), ask }, NOW);
    expect(result).toMatchObject({ format: 'mcs', tokenID: 'abc', isOpened: false, isExpired: false });
    expect(result).not.toHaveProperty('broker');
  });

  it('tells the rest with the key, and never a secret', async () => {
    const result = await inspectToken(path('mcs'), { configDir: path('none'), key: KEY }, NOW);
    expect(result).toMatchObject({ isOpened: true, broker: 'https://broker:6443', namespace: 'b', components: ['connectivity'] });
    for (const secret of [...Object.values(SECRETS), KEY]) expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('describes an expired file too', async () => {
    expect(await inspectToken(path('mcs'), { configDir: path('none'), key: KEY }, NOW + 86_400_000 * 3)).toMatchObject({ isExpired: true, isOpened: true });
  });

  it('refuses a key that does not fit', async () => {
    expect(await rejection(inspectToken(path('mcs'), { configDir: path('none'), key: createJoinKey() }, NOW))).toMatchObject({ code: 'MCS_BROKER_INFO_KEY_WRONG' });
  });

  it('describes a file of subctl without its token', async () => {
    const result = await inspectToken(path('subctl'), { configDir: path('none') }, NOW);
    expect(result).toMatchObject({ format: 'subctl', brokerURL: 'https://old:6443', holdsAdminToken: true });
    expect(JSON.stringify(result)).not.toContain('c2VjcmV0');
  });
});
