import { describe, expect, it } from '@jest/globals';
import type { ClusterJoin } from '../../../src/api/types/index.ts';
import { createIdentityKey, identityFingerprint } from '../../../src/broker-info/index.ts';
import { chooseWaiting, describeWaiting } from '../../../src/deployers/token/waiting-joins.ts';
import { thrown } from '../../helpers/thrown.ts';

const [KEY, OTHER] = [createIdentityKey().publicKey, createIdentityKey().publicKey];

function request(clusterID: string, identityKey: string, minute: number, phase: 'Pending' | 'Accepted' = 'Pending'): ClusterJoin {
  const spec = { clusterID, identityKey, tokenID: 'abc', clusterUID: `uid-${clusterID}`, podCIDRs: ['10.1.0.0/16'], serviceCIDRs: [] };
  const metadata = { name: `join-${minute}`, namespace: 'b', creationTimestamp: `2026-01-01T00:0${minute}:00Z` };
  return { apiVersion: '', kind: 'ClusterJoin', metadata, spec, status: { phase } } as unknown as ClusterJoin;
}

describe('describeWaiting', () => {
  it('has one entry for all requests of a cluster, since the first', () => {
    const waiting = describeWaiting([request('west', KEY, 5), request('west', KEY, 2), request('east', OTHER, 3)]);
    expect(waiting.map(({ clusterID, since }) => [clusterID, since])).toEqual([['west', '2026-01-01T00:02:00Z'], ['east', '2026-01-01T00:03:00Z']]);
    expect(waiting[0]).toMatchObject({ fingerprint: identityFingerprint(KEY), tokenID: 'abc', clusterUID: 'uid-west', podCIDRs: ['10.1.0.0/16'] });
  });

  it('keeps two clusters apart that want one id', () => {
    expect(describeWaiting([request('west', KEY, 1), request('west', OTHER, 2)])).toHaveLength(2);
  });

  it('leaves out what was answered, and what the desk has not looked at', () => {
    expect(describeWaiting([request('west', KEY, 1, 'Accepted'), { ...request('west', OTHER, 2), status: {} }])).toEqual([]);
  });
});

describe('chooseWaiting', () => {
  const waiting = describeWaiting([request('west', KEY, 1), request('west', OTHER, 2), request('east', KEY, 3)]);
  const [own, other] = [identityFingerprint(KEY), identityFingerprint(OTHER)];

  it.each([
    ['the only one of the id', 'east', undefined, own],
    ['the one with the fingerprint', 'west', other, other],
    ['the one with the fingerprint in capitals', 'west', other.toUpperCase(), other],
  ])('takes %s', (_title, clusterID, fingerprint, expected) => {
    expect(chooseWaiting(waiting, clusterID, fingerprint)).toMatchObject({ clusterID, fingerprint: expected });
  });

  it.each([
    ['nobody waits under the id', 'south', undefined, ['mcs accept --list', 'mcs token create --approve']],
    ['nobody has the fingerprint', 'east', other, ['mcs accept --list', 'mcs token create --approve']],
    ['two want the id, and it is not said which', 'west', undefined, [`mcs accept west --fingerprint ${own}`, `mcs accept west --fingerprint ${other}`]],
  ])('decides nothing where %s', (_title, clusterID, fingerprint, hints) => {
    expect(thrown(() => chooseWaiting(waiting, clusterID, fingerprint))).toMatchObject({ code: 'MCS_JOIN_NOT_WAITING', hints });
  });
});
