import { describe, expect, it } from '@jest/globals';
import { createJoinKey, inspectBrokerInfo, openBrokerInfo, sealBrokerInfo } from '../../../src/broker-info/index.ts';
import { GOLDEN_INFO, GOLDEN_NOW } from '../../fixtures/broker-info/golden.ts';

const CHEAP = { scrypt: { N: 1024, r: 8, p: 1 } };
const KEY = createJoinKey();
const FILE = sealBrokerInfo(GOLDEN_INFO, KEY, CHEAP);
const EXPIRY = Date.parse(GOLDEN_INFO.token.expiresAt);

/** Seals a content that the types do not allow. */
function sealAnything(change: Record<string, unknown>): string {
  return sealBrokerInfo({ ...GOLDEN_INFO, ...change }, KEY, CHEAP);
}

describe('sealBrokerInfo and openBrokerInfo', () => {
  it('give back what was sealed', () => {
    expect(openBrokerInfo(FILE, KEY, { now: GOLDEN_NOW })).toEqual(GOLDEN_INFO);
  });

  it('seal the same content differently each time', () => {
    expect(sealBrokerInfo(GOLDEN_INFO, KEY, CHEAP).split('\n')[1]).not.toBe(FILE.split('\n')[1]);
  });

  it('work for a broker with a publicly trusted certificate', () => {
    const info = { ...GOLDEN_INFO, ca: '', caPin: '' };
    expect(openBrokerInfo(sealBrokerInfo(info, KEY, CHEAP), KEY, { now: GOLDEN_NOW })).toEqual(info);
  });

  it('ignore members that a later mcs added to the payload', () => {
    expect(openBrokerInfo(sealAnything({ later: { any: 'thing' } }), KEY, { now: GOLDEN_NOW })).toEqual(GOLDEN_INFO);
  });
});

describe('openBrokerInfo', () => {
  it('tells another key by its fingerprint', () => {
    expect(() => openBrokerInfo(FILE, createJoinKey(), { now: GOLDEN_NOW })).toThrow(expect.objectContaining({ code: 'MCS_BROKER_INFO_KEY_WRONG' }));
  });

  it('tells a mistyped key before it looks at the content', () => {
    expect(() => openBrokerInfo(FILE, 'nonsense', { now: GOLDEN_NOW })).toThrow(/mistyped/);
  });

  it.each([
    ['a moment before the expiry', EXPIRY - 1, undefined],
    ['at the expiry', EXPIRY, 'MCS_BROKER_INFO_EXPIRED'],
    ['long after the expiry', EXPIRY + 1e12, 'MCS_BROKER_INFO_EXPIRED'],
  ])('judges the credential %s', (_name, now, code) => {
    const open = () => openBrokerInfo(FILE, KEY, { now });
    if (code === undefined) expect(open()).toEqual(GOLDEN_INFO);
    else expect(open).toThrow(expect.objectContaining({ code, hints: ['mcs deploy-broker'] }));
  });

  it('says that a file has expired even to those who lack its key', () => {
    expect(() => openBrokerInfo(FILE, createJoinKey(), { now: EXPIRY })).toThrow(expect.objectContaining({ code: 'MCS_BROKER_INFO_EXPIRED' }));
  });
});

describe('sealBrokerInfo', () => {
  const token = GOLDEN_INFO.token;
  it.each([
    ['a server without TLS', { server: 'http://broker:6443' }],
    ['a server with a line break', { server: 'https://broker\n:6443' }],
    ['a CA that is no PEM', { ca: 'AAAA' }],
    ['a CA without its pin', { caPin: '' }],
    ['a pin of another form', { caPin: 'sha1:00' }],
    ['a namespace that is no label', { namespace: '../default' }],
    ['a component that is no label', { components: ['Service Discovery'] }],
    ['components that are no list', { components: 'connectivity' }],
    ['a bearer with a header in it', { token: { ...token, bearer: 'a\r\nX-Evil: 1' } }],
    ['a secret that is too short', { token: { ...token, secret: 'AAAA' } }],
    ['a token id that is a path', { token: { ...token, id: '../x' } }],
    ['another format version', { formatVersion: 2 }],
    ['a content too large to be read again', { ca: `-----BEGIN CERTIFICATE-----\n${'A'.repeat(70_000)}\n-----END CERTIFICATE-----\n` }],
  ])('refuses what openBrokerInfo would not read: %s', (_name, change) => {
    expect(() => sealAnything(change)).toThrow(expect.objectContaining({ code: 'MCS_BROKER_INFO_WRITE' }));
  });
});

describe('inspectBrokerInfo', () => {
  it('describes an expired file like any other', () => {
    expect(inspectBrokerInfo(FILE)).toMatchObject({ format: 'mcs', tokenID: 'k3v9xq2m', expiresAt: '2026-01-02T00:00:00Z' });
  });
});
