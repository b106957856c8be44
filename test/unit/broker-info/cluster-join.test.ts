import { describe, expect, it } from '@jest/globals';
import type { ClusterJoin } from '../../../src/api/types/index.ts';
import { buildClusterJoin, createIdentityKey, verifyClusterJoin } from '../../../src/broker-info/index.ts';
import { encodeCanonical } from '../../../src/broker-info/canonical.ts';
import { GOLDEN_INFO } from '../../fixtures/broker-info/golden.ts';

const IDENTITY = createIdentityKey();
const BROKER = { brokerUID: GOLDEN_INFO.brokerUID, tokenSecret: GOLDEN_INFO.token.secret };

function build(change: Partial<Parameters<typeof buildClusterJoin>[0]> = {}): ClusterJoin {
  return buildClusterJoin({
    info: GOLDEN_INFO,
    name: 'join-1',
    clusterID: 'west',
    clusterUID: 'uid-west',
    podCIDRs: ['10.16.0.0/16'],
    serviceCIDRs: ['10.96.0.0/12'],
    nodeCIDRs: ['192.168.1.10/32', '192.168.1.11/32'],
    components: ['connectivity', 'service-discovery'],
    settings: { cableDriver: 'wireguard', natt: true, nattPort: 4500 },
    identityPrivateKeyPem: IDENTITY.privateKeyPem,
    ...change,
  }).join;
}

/** A copy with one change, as somebody between joiner and desk could make it. */
function altered(change: (join: ClusterJoin) => void): ClusterJoin {
  const join = structuredClone(build());
  change(join);
  return join;
}

const REFUSED = expect.objectContaining({ code: 'MCS_JOIN_PROOF_INVALID' });

describe('verifyClusterJoin', () => {
  it('accepts what buildClusterJoin made', () => {
    expect(() => verifyClusterJoin(build(), BROKER)).not.toThrow();
  });

  it('accepts settings whose order the API server changed, and their absence', () => {
    const join = altered(({ spec }) => (spec.settings = { nattPort: 4500, natt: true, cableDriver: 'wireguard' }));
    expect(() => verifyClusterJoin(join, BROKER)).not.toThrow();
    const { settings: _none, ...rest } = build().spec;
    expect(() => verifyClusterJoin({ ...build(), spec: rest }, BROKER)).toThrow(REFUSED);
  });

  it.each<[string, (join: ClusterJoin) => unknown]>([
    ['name', (join) => (join.metadata.name = 'join-2')],
    ['token id', ({ spec }) => (spec.tokenID = 'other')],
    ['cluster id', ({ spec }) => (spec.clusterID = 'east')],
    ['cluster UID', ({ spec }) => (spec.clusterUID = 'uid-east')],
    ['a pod range', ({ spec }) => (spec.podCIDRs = ['10.17.0.0/16'])],
    ['one pod range more', ({ spec }) => spec.podCIDRs.push('10.17.0.0/16')],
    ['a range moved to another list', ({ spec }) => spec.podCIDRs.push(spec.serviceCIDRs.pop() ?? '')],
    ['a service range', ({ spec }) => (spec.serviceCIDRs = [])],
    ['a node address', ({ spec }) => spec.nodeCIDRs.reverse()],
    ['a component', ({ spec }) => spec.components.pop()],
    ['a setting', ({ spec }) => (spec.settings = { ...spec.settings, nattPort: 4501 })],
    ['one setting more', ({ spec }) => (spec.settings = { ...spec.settings, healthCheck: false })],
    ['the identity key', ({ spec }) => (spec.identityKey = createIdentityKey().publicKey)],
    ['the answer key', ({ spec }) => (spec.answerKey = build().spec.answerKey)],
    ['the mac', ({ spec }) => (spec.mac = build({ name: 'x' }).spec.mac)],
    ['the mac, cut', ({ spec }) => (spec.mac = spec.mac.slice(0, 4))],
    ['the mac, empty', ({ spec }) => (spec.mac = '')],
    ['the signature', ({ spec }) => (spec.signature = build({ name: 'x' }).spec.signature)],
    ['the version', ({ spec }) => Object.assign(spec, { version: 2 })],
    ['a list for a text', ({ spec }) => Object.assign(spec, { clusterID: ['west'] })],
    ['a member missing', ({ spec }) => Object.assign(spec, { podCIDRs: undefined })],
    ['an unknown setting', ({ spec }) => Object.assign(spec.settings as object, { evil: 'x' })],
    ['the whole spec', (join) => Object.assign(join, { spec: null })],
  ])('refuses a change of: %s', (_name, change) => {
    expect(() => verifyClusterJoin(altered(change), BROKER)).toThrow(REFUSED);
  });

  it('refuses a join for another broker, or made with another token', () => {
    expect(() => verifyClusterJoin(build(), { ...BROKER, brokerUID: 'other' })).toThrow(REFUSED);
    expect(() => verifyClusterJoin(build(), { ...BROKER, tokenSecret: Buffer.alloc(32).toString('base64') })).toThrow(REFUSED);
  });

  it('refuses an identity key of another kind, though the mac fits', () => {
    const join = build();
    const withAnswerKey = build({ identityPrivateKeyPem: IDENTITY.privateKeyPem });
    expect(() => verifyClusterJoin({ ...join, spec: { ...join.spec, identityKey: withAnswerKey.spec.answerKey } }, BROKER)).toThrow(REFUSED);
  });

  it('names no secret in its refusal', () => {
    try {
      verifyClusterJoin(build(), { ...BROKER, brokerUID: 'other' });
      throw new Error('It was accepted');
    } catch (error) {
      expect(JSON.stringify([String(error), error])).not.toContain(GOLDEN_INFO.token.secret);
      expect(error).toEqual(REFUSED);
    }
  });
});

describe('encodeCanonical', () => {
  it.each([
    [['ab', 'c'], ['a', 'bc']],
    [['a', ''], ['', 'a']],
    [[['a', 'b'], []], [['a'], ['b']]],
    [[['ab']], [['a', 'b']]],
    [['é'], ['e\u0301']],
  ])('gives different bytes for %j and %j', (a, b) => {
    expect(encodeCanonical(a)).not.toEqual(encodeCanonical(b));
  });

  it('prefixes each text with its length in bytes', () => {
    expect(encodeCanonical(['é', ['a']]).toString('hex')).toBe('00000002c3a9000000010000000161');
  });
});
