import { describe, expect, it } from '@jest/globals';
import { buildClusterJoin, createIdentityKey, findAnswer, type JoinAnswer, openAnswer, sealAnswer } from '../../../src/broker-info/index.ts';
import { GOLDEN_INFO } from '../../fixtures/broker-info/golden.ts';

const SECRET = GOLDEN_INFO.token.secret;
const REQUEST = {
  info: GOLDEN_INFO,
  name: 'join-1',
  clusterID: 'west',
  clusterUID: 'uid-west',
  podCIDRs: [],
  serviceCIDRs: [],
  nodeCIDRs: [],
  components: [],
  identityPrivateKeyPem: createIdentityKey().privateKeyPem,
};
const { join, answerPrivateKeyPem } = buildClusterJoin(REQUEST);
const KEYS = { answerPrivateKeyPem, tokenSecret: SECRET };
const ACCEPTED: JoinAnswer = { result: 'accepted', token: 'member.token', expiresAt: '2026-01-08T00:00:00Z' };
const REFUSED: JoinAnswer = { result: 'refused', code: 'MCS_CIDR_OVERLAP', message: 'Cannot join as "west": overlap', hints: ['mcs leave'] };
const UNREADABLE = expect.objectContaining({ code: 'MCS_JOIN_ANSWER_INVALID' });

describe('sealAnswer and openAnswer', () => {
  it.each([
    ['an acceptance', ACCEPTED],
    ['a refusal', REFUSED],
  ])('carry %s', (_name, answer) => {
    expect(openAnswer(sealAnswer(answer, join, SECRET), { join, ...KEYS })).toEqual(answer);
  });

  it('show nothing of the answer', () => {
    const text = Buffer.from(sealAnswer(ACCEPTED, join, SECRET), 'base64').toString('latin1');
    expect(text).not.toContain('member.token');
    expect(sealAnswer(ACCEPTED, join, SECRET)).not.toBe(sealAnswer(ACCEPTED, join, SECRET));
  });

  const sealed = sealAnswer(ACCEPTED, join, SECRET);
  const other = buildClusterJoin(REQUEST);
  it.each([
    ['for another object', { join: { ...join, metadata: { name: 'join-2' } }, ...KEYS }],
    ['for another request under the same name', { join: other.join, ...KEYS }],
    ['with another answer key', { join, ...KEYS, answerPrivateKeyPem: other.answerPrivateKeyPem }],
    ['with another token secret', { join, ...KEYS, tokenSecret: Buffer.alloc(32).toString('base64') }],
  ])('do not open %s', (_name, keys) => {
    expect(() => openAnswer(sealed, keys)).toThrow(UNREADABLE);
  });

  it('do not open an answer of which any byte was changed or that was cut', () => {
    const bytes = Buffer.from(sealed, 'base64');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => openAnswer(changed.toString('base64'), { join, ...KEYS })).toThrow(UNREADABLE);
      expect(() => openAnswer(bytes.subarray(0, index).toString('base64'), { join, ...KEYS })).toThrow(UNREADABLE);
    }
  });

  it('read a refusal with a code of a newer desk as MCS_JOIN_REFUSED', () => {
    const text = sealAnswer({ ...REFUSED, code: 'MCS_FROM_THE_FUTURE' as 'MCS_BUG' }, join, SECRET);
    expect(openAnswer(text, { join, ...KEYS })).toMatchObject({ code: 'MCS_JOIN_REFUSED', message: REFUSED.message });
  });

  it.each([
    ['an unknown result', { result: 'maybe' }],
    ['a token with a line break', { ...ACCEPTED, token: 'a\nb' }],
    ['no expiry', { result: 'accepted', token: 'a' }],
    ['a message that would write to the terminal', { ...REFUSED, message: '\x1b[2J' }],
  ])('do not open %s, though it was sealed rightly', (_name, content) => {
    expect(() => openAnswer(sealAnswer(content as unknown as JoinAnswer, join, SECRET), { join, ...KEYS })).toThrow(UNREADABLE);
  });
});

describe('findAnswer', () => {
  it.each([
    ['nothing', undefined],
    ['a pending join', { phase: 'Pending' as const }],
  ])('waits at %s', (_name, status) => {
    expect(findAnswer({ ...join, ...(status && { status }) }, join, KEYS)).toBeUndefined();
  });

  it('opens the answer in the status', () => {
    expect(findAnswer({ ...join, status: { phase: 'Accepted', answer: sealAnswer(ACCEPTED, join, SECRET) } }, join, KEYS)).toEqual(ACCEPTED);
  });

  it('takes a refusal without an answer for an unknown token', () => {
    expect(findAnswer({ ...join, status: { phase: 'Refused' } }, join, KEYS)).toMatchObject({ result: 'refused', code: 'MCS_JOIN_TOKEN_REJECTED' });
  });
});
