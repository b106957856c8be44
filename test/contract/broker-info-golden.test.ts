import { describe, expect, it } from '@jest/globals';
import { createJoinKey, inspectBrokerInfo, joinKeyFingerprint, openBrokerInfo, sealBrokerInfo } from '../../src/broker-info/index.ts';
import { countingBytes, GOLDEN_INFO, GOLDEN_KEY, GOLDEN_NOW, readFixture } from '../fixtures/broker-info/golden.ts';

const MCS = readFixture('mcs-v1.subm');
const SUBCTL = readFixture('subctl.subm');

// A failure here means that files in the hands of users can no longer be read: raise the version instead.
describe('the golden file of format version 1', () => {
  it('opens with its key and gives all that was sealed', () => {
    expect(openBrokerInfo(MCS, GOLDEN_KEY, { now: GOLDEN_NOW })).toEqual(GOLDEN_INFO);
  });

  it('is written again byte by byte from the same content, key, salt and nonce', () => {
    expect(sealBrokerInfo(GOLDEN_INFO, GOLDEN_KEY, { random: countingBytes() })).toBe(MCS);
  });

  it('has the key and the fingerprint that its random bytes give', () => {
    expect(createJoinKey(countingBytes())).toBe(GOLDEN_KEY);
    expect(joinKeyFingerprint(GOLDEN_KEY)).toBe('9890a90128daf495');
  });

  it('shows without its key neither the broker nor a secret', () => {
    const inspection = inspectBrokerInfo(MCS);
    expect(inspection).toEqual({
      format: 'mcs',
      version: 1,
      fingerprint: '9890a90128daf495',
      tokenID: 'k3v9xq2m',
      createdAt: '2026-01-01T00:00:00Z',
      expiresAt: '2026-01-02T00:00:00Z',
    });
    const { secret, bearer } = GOLDEN_INFO.token;
    for (const hidden of [secret, bearer, GOLDEN_INFO.server, 'BEGIN CERTIFICATE']) expect(MCS).not.toContain(hidden);
  });
});

describe('the golden file of subctl', () => {
  it('is described without its admin token and its tunnel key', () => {
    const inspection = inspectBrokerInfo(SUBCTL);
    expect(inspection).toEqual({
      format: 'subctl',
      brokerURL: 'https://10.0.0.5:6443',
      namespace: 'submariner-k8s-broker',
      components: ['connectivity', 'service-discovery'],
      customDomains: [],
      holdsAdminToken: true,
      holdsTunnelKey: true,
    });
    expect(JSON.stringify(inspection)).not.toMatch(/FAKE|RkFLR/);
  });

  it('is not joined from: deploy-broker is named', () => {
    expect(() => openBrokerInfo(SUBCTL, GOLDEN_KEY)).toThrow(expect.objectContaining({ code: 'MCS_BROKER_INFO_SUBCTL', hints: ['mcs deploy-broker'] }));
  });
});
