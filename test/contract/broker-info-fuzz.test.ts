import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { McsError } from '../../src/base/errors.ts';
import { inspectBrokerInfo, openBrokerInfo } from '../../src/broker-info/index.ts';
import { GOLDEN_INFO, GOLDEN_KEY, GOLDEN_NOW, readFixture } from '../fixtures/broker-info/golden.ts';

const FILE = readFixture('mcs-v1.subm');
const BYTES = Buffer.from(FILE);
const [HEADER = '', BODY = ''] = FILE.split('\n');

/** Code of the error that opening gives; what opens, or throws anything else, is told in words. */
function outcomeOf(text: string): string {
  try {
    openBrokerInfo(text, GOLDEN_KEY, { now: GOLDEN_NOW });
    return 'opened';
  } catch (error) {
    return error instanceof McsError ? error.code : `no McsError: ${String(error)}`;
  }
}

/** Outcomes of many variants, each once: a loop of expectations would take most of the time. */
function outcomesOf(variants: Iterable<string>): string[] {
  return [...new Set(Array.from(variants, outcomeOf))];
}

/** A file whose digest fits: what somebody would make on purpose. */
function forge(header: string, body = BODY): string {
  const text = `${header}\n${body}\n`;
  return `${text}sha256:${createHash('sha256').update(text).digest('hex')}\n`;
}

function forgeHeader(change: (header: Record<string, unknown>) => void): string {
  const header = JSON.parse(HEADER) as Record<string, unknown>;
  change(header);
  return forge(JSON.stringify(header));
}

function* withEachByteChanged(change: (byte: number) => number): Iterable<string> {
  for (let index = 0; index < BYTES.length; index += 1) {
    const bytes = Buffer.from(BYTES);
    bytes[index] = change(bytes[index] ?? 0);
    yield bytes.toString('utf8');
  }
}

describe('openBrokerInfo with a damaged file', () => {
  it.each([
    ['its lowest bit flipped', (byte: number) => byte ^ 1],
    ['its case bit flipped', (byte: number) => byte ^ 0x20],
    ['all bits flipped', (byte: number) => byte ^ 0xff],
    ['a zero byte', () => 0],
    ['a carriage return', () => 13],
  ])('tells it from every other fault when any one byte has %s', (_name, change) => {
    expect(outcomesOf(withEachByteChanged(change))).toEqual(['MCS_BROKER_INFO_MALFORMED']);
  });

  it('tells it when the file is cut anywhere', () => {
    const cut = Array.from({ length: BYTES.length - 1 }, (_, length) => FILE.slice(0, length));
    expect(outcomesOf(cut)).toEqual(['MCS_BROKER_INFO_MALFORMED']);
  });

  it('tells it when a byte is missing or doubled anywhere', () => {
    const missing = Array.from(BYTES.subarray(0, -1), (_, index) => FILE.slice(0, index) + FILE.slice(index + 1));
    const doubled = Array.from(BYTES, (_, index) => FILE.slice(0, index + 1) + FILE.slice(index));
    expect(outcomesOf([...missing, ...doubled])).toEqual(['MCS_BROKER_INFO_MALFORMED']);
  });

  it.each([
    ['nothing', ''],
    ['blank lines', '\n\n\n'],
    ['an HTML page', '<html></html>'],
    ['a kubeconfig', 'apiVersion: v1\nkind: Config\n'],
    ['base64 of no JSON', 'bm90aGluZw=='],
    ['base64 of another JSON', Buffer.from('{"a":1}').toString('base64url')],
    ['a file too large to be one', 'x'.repeat(200_000)],
    ['deeply nested JSON', forge('{"format":'.repeat(5_000))],
    ['an unpaired surrogate', '{\ud800'],
  ])('tells it for %s', (_name, text) => {
    expect(outcomeOf(text)).toBe('MCS_BROKER_INFO_MALFORMED');
  });

  it('accepts line ends of another system and a lost last one', () => {
    expect(openBrokerInfo(FILE.replaceAll('\n', '\r\n'), GOLDEN_KEY, { now: GOLDEN_NOW })).toEqual(GOLDEN_INFO);
    expect(openBrokerInfo(FILE.trimEnd(), GOLDEN_KEY, { now: GOLDEN_NOW })).toEqual(GOLDEN_INFO);
  });
});

describe('openBrokerInfo with a file that was altered on purpose', () => {
  const kdf = (change: Record<string, unknown>) => (header: Record<string, unknown>) => Object.assign(header.kdf as object, change);
  const set = (change: Record<string, unknown>) => (header: Record<string, unknown>) => Object.assign(header, change);

  it.each([
    ['N far above the bound', kdf({ N: 2 ** 30 })],
    ['N beyond integers', kdf({ N: 1e308 })],
    ['N negative', kdf({ N: -32768 })],
    ['N zero', kdf({ N: 0 })],
    ['N no power of two', kdf({ N: 32767 })],
    ['N a text', kdf({ N: '32768' })],
    ['N a fraction', kdf({ N: 32768.5 })],
    ['N a weak value', kdf({ N: 2 })],
    ['r far above the bound', kdf({ r: 2 ** 20 })],
    ['r zero', kdf({ r: 0 })],
    ['N and r together above the memory bound', kdf({ N: 131_072, r: 16 })],
    ['p far above the bound', kdf({ p: 2 ** 24 })],
    ['p null', kdf({ p: null })],
    ['another kdf', kdf({ name: 'none' })],
    ['no salt', kdf({ salt: '' })],
    ['a salt that is no base64', kdf({ salt: '*'.repeat(24) })],
    ['an unknown kdf member', kdf({ keylen: 1 })],
    ['no kdf', set({ kdf: null })],
    ['a kdf that is a list', set({ kdf: [] })],
    ['another cipher', set({ cipher: { name: 'none', nonce: 'AAAA' } })],
    ['a short nonce', set({ cipher: { name: 'aes-256-gcm', nonce: 'AAAA' } })],
    ['an unknown member', set({ debug: true })],
    ['a member named __proto__', (header: Record<string, unknown>) => Object.defineProperty(header, '__proto__', { value: {}, enumerable: true })],
    ['a fingerprint that is a path', set({ fingerprint: '../../../../etc/pw' })],
    ['a later expiry', set({ expiresAt: '2036-01-02T00:00:00Z' })],
    ['an expiry that is no time', set({ expiresAt: 'tomorrow' })],
    ['an expiry that no calendar has', set({ expiresAt: '2026-13-45T99:00:00Z' })],
    ['another token id', set({ tokenID: 'other' })],
    ['version zero', set({ version: 0 })],
    ['a version that is a text', set({ version: '1' })],
    ['another format', set({ format: 'zip' })],
  ])('refuses it as malformed: %s', (_name, change) => {
    expect(outcomeOf(forgeHeader(change))).toBe('MCS_BROKER_INFO_MALFORMED');
  });

  it.each([
    ['empty', ''],
    ['shorter than a tag', 'AAAA'],
    ['zeros', Buffer.alloc(1000).toString('base64')],
    ['base64 with a line break', `${BODY.slice(0, 76)}\n${BODY.slice(76)}`],
    ['base64 with trailing bits', BODY.replace(/.==$/, 'B==')],
    ['cut by one block', BODY.slice(0, -4)],
  ])('refuses a ciphertext that is %s', (_name, body) => {
    expect(outcomeOf(forge(HEADER, body))).toBe('MCS_BROKER_INFO_MALFORMED');
  });

  it('reads a later version as such, whatever else it holds', () => {
    expect(outcomeOf(forge('{"format":"mcs-broker-info","version":2,"kdf":"argon2id"}'))).toBe('MCS_BROKER_INFO_VERSION');
    expect(() => inspectBrokerInfo(forge('{"format":"mcs-broker-info","version":2}'))).toThrow(expect.objectContaining({ code: 'MCS_BROKER_INFO_VERSION' }));
  });
});
