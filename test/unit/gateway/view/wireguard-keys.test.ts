import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../../src/api/types/index.ts';
import { createWireguardKeys } from '../../../../src/deployers/gateway/wireguard-keys.ts';
import { readWireguardKeys } from '../../../../src/gateway/view/read-wireguard-keys.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

function secretOf(data: Readonly<Record<string, string>>): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mcs-wireguard' }, data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, encode(text)])) };
}

describe('readWireguardKeys', () => {
  const { privateKey, publicKey } = createWireguardKeys();

  it('takes a pair as join makes it, blanks around it left out', () => {
    expect(readWireguardKeys(secretOf({ privateKey: `${privateKey}\n`, publicKey }))).toEqual({ keys: { privateKey, publicKey } });
  });

  it('says that the Secret is missing', () => {
    expect(readWireguardKeys(undefined)).toMatchObject({ problem: { reason: 'WireguardKeyMissing' } });
  });

  it.each([
    { what: 'nothing in it', data: {}, wrong: '"privateKey" is no key' },
    { what: 'a key cut off', data: { privateKey: privateKey.slice(0, 40), publicKey }, wrong: '"privateKey" is no key' },
    { what: 'lines after the key', data: { privateKey: `${privateKey}\n[Peer]\nPublicKey = ${publicKey}`, publicKey }, wrong: '"privateKey" is no key' },
    { what: 'a last character that stands for more than 32 bytes', data: { privateKey: `${privateKey.slice(0, 42)}B=`, publicKey }, wrong: '"privateKey" is no key' },
    { what: 'no public half', data: { privateKey }, wrong: '"publicKey" is no key' },
    { what: 'the public half of another pair', data: { privateKey: createWireguardKeys().privateKey, publicKey }, wrong: 'does not belong' },
  ])('refuses $what, and shows nothing of it', ({ data, wrong }) => {
    const result = readWireguardKeys(secretOf(data));
    expect(result).toMatchObject({ problem: { reason: 'WireguardKeyInvalid', message: expect.stringContaining(wrong) } });
    expect(JSON.stringify(result)).not.toContain(privateKey.slice(0, 20));
  });
});
