import { describe, expect, it } from '@jest/globals';
import type { ClusterJoin } from '../../src/api/types/index.ts';
import { openAnswer, verifyClusterJoin } from '../../src/broker-info/index.ts';
import { GOLDEN_INFO, readFixture } from '../fixtures/broker-info/golden.ts';

const { join, answer, answerPrivateKey } = JSON.parse(readFixture('join-v1.json')) as { join: ClusterJoin; answer: string; answerPrivateKey: string };
const SECRET = GOLDEN_INFO.token.secret;

// A failure here means that a joiner and a desk of two versions no longer understand each other.
describe('the golden join of version 1', () => {
  it('verifies', () => {
    expect(() => verifyClusterJoin(join, { brokerUID: GOLDEN_INFO.brokerUID, tokenSecret: SECRET })).not.toThrow();
  });

  it('gets an answer that its maker can open', () => {
    const answerPrivateKeyPem = `-----BEGIN PRIVATE KEY-----\n${answerPrivateKey}\n-----END PRIVATE KEY-----\n`;
    expect(openAnswer(answer, { join, answerPrivateKeyPem, tokenSecret: SECRET })).toEqual({
      result: 'accepted',
      token: 'golden.member.token',
      expiresAt: '2026-01-08T00:00:00Z',
    });
  });
});
