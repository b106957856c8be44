import { describe, expect, it } from '@jest/globals';
import { JOIN_TOKEN_ID } from '../../../src/api/labels.ts';
import type { Secret } from '../../../src/api/types/index.ts';
import { type Approval, type JoinToken, joinTokenData, parseJoinToken, withApproval, withUse } from '../../../src/broker-info/join-token.ts';

const TOKEN: JoinToken = {
  id: 't1',
  secret: Buffer.alloc(32, 7).toString('base64'),
  expiresAt: '2026-01-02T00:00:00Z',
  maxUses: 1,
  clusterID: 'west',
  approve: true,
  uses: ['key-1'],
  accepted: ['key-2'],
  denied: ['key-9'],
};

function secretOf(data: Record<string, string>, id = 't1'): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: `mcs-join-${id}`, resourceVersion: '7', labels: { [JOIN_TOKEN_ID]: id } }, data };
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('parseJoinToken', () => {
  it('reads what joinTokenData wrote', () => {
    const { maxUses: _uses, clusterID: _id, ...open } = TOKEN;
    for (const token of [TOKEN, { ...open, approve: false, uses: [], accepted: [], denied: [] }]) {
      expect(parseJoinToken(secretOf(joinTokenData(token)))).toEqual(token);
    }
  });

  it('reads a Secret without the optional members as good for all', () => {
    const data = { secret: encode(TOKEN.secret), expiresAt: encode(TOKEN.expiresAt) };
    expect(parseJoinToken(secretOf(data))).toEqual({ id: 't1', secret: TOKEN.secret, expiresAt: TOKEN.expiresAt, approve: false, uses: [], accepted: [], denied: [] });
  });

  it.each([
    ['no secret', { secret: '' }],
    ['a short secret', { secret: encode('AAAA') }],
    ['an expiry that is no time', { expiresAt: encode('soon') }],
    ['no expiry', { expiresAt: '' }],
    ['uses that are no list', { uses: encode('{"a":1}') }],
    ['uses that are cut', { uses: encode('["key-1') }],
    ['a number of uses that is none', { maxUses: encode('-1') }],
    ['an endless number of uses', { maxUses: encode('9'.repeat(400)) }],
  ])('lets nobody use a token with %s', (_name, change) => {
    expect(parseJoinToken(secretOf({ ...joinTokenData(TOKEN), ...change }))).toBeUndefined();
  });

  it('takes no Secret without the label of a join token', () => {
    const secret = secretOf(joinTokenData(TOKEN));
    expect(parseJoinToken({ ...secret, metadata: { name: 'mcs-join-t1' } })).toBeUndefined();
  });
});

describe('withUse', () => {
  it('adds one key and keeps the rest, the version that was read included', () => {
    const counted = withUse(secretOf(joinTokenData(TOKEN)), TOKEN, 'key-3');
    expect(parseJoinToken(counted)).toEqual({ ...TOKEN, uses: ['key-1', 'key-3'] });
    expect(counted.metadata.resourceVersion).toBe('7');
  });
});

describe('withApproval', () => {
  const decide = (key: string, approval: Approval): JoinToken | undefined => {
    const changed = withApproval(secretOf(joinTokenData(TOKEN)), TOKEN, key, approval);
    return changed && parseJoinToken(changed);
  };

  it.each<[string, string, Approval, Partial<JoinToken> | undefined]>([
    ['accepts one more key', 'key-3', 'accept', { accepted: ['key-2', 'key-3'], denied: ['key-9'] }],
    ['denies one more key', 'key-3', 'deny', { accepted: ['key-2'], denied: ['key-9', 'key-3'] }],
    ['accepts what was denied', 'key-9', 'accept', { accepted: ['key-2', 'key-9'], denied: [] }],
    ['denies what was accepted', 'key-2', 'deny', { accepted: [], denied: ['key-9', 'key-2'] }],
    ['writes nothing for what is accepted already', 'key-2', 'accept', undefined],
    ['writes nothing for what is denied already', 'key-9', 'deny', undefined],
  ])('%s', (_name, key, approval, expected) => {
    expect(decide(key, approval)).toEqual(expected && { ...TOKEN, ...expected });
  });
});
