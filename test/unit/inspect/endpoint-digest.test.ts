import { describe, expect, it } from '@jest/globals';
import { LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../../src/api/labels.ts';
import type { EndpointSlice } from '../../../src/api/types/index.ts';
import { brokerIdentity, digestEndpoints, digestSlice, importedIdentity, sumDigests } from '../../../src/inspect/endpoint-digest.ts';

const endpoints = (...texts: string[]): NonNullable<EndpointSlice['endpoints']> => texts.map((text) => ({ addresses: [text.replace('!', '')], conditions: { ready: !text.endsWith('!') } }));

describe('digestEndpoints', () => {
  it.each([
    ['another order', endpoints('10.0.0.2', '10.0.0.1'), true],
    ['another address', endpoints('10.0.0.1', '10.0.0.3'), false],
    ['another readiness', endpoints('10.0.0.1', '10.0.0.2!'), false],
    ['one more', endpoints('10.0.0.1', '10.0.0.2', '10.0.0.3'), false],
    ['readiness that is not told, which means ready', [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'], conditions: {} }], true],
  ])('%s', (_title, other, isSame) => {
    expect(digestEndpoints(other) === digestEndpoints(endpoints('10.0.0.1', '10.0.0.2'))).toBe(isSame);
  });
});

describe('sumDigests', () => {
  const slice = (namespace: string, labels: Record<string, string>, ...addresses: string[]): EndpointSlice => ({ apiVersion: '', kind: '', metadata: { name: 's', namespace, labels }, addressType: 'IPv4', endpoints: endpoints(...addresses) });

  it('is the same for imported slices as for those on the broker, however they are cut', () => {
    const labels = { [MCS_SERVICE_NAME]: 'web', [MCS_SOURCE_CLUSTER]: 'west' };
    const imported = [slice('shop', labels, '10.0.0.1', '10.0.0.2')].map((one) => digestSlice(one, Object.keys(labels)));
    const onBroker = ['10.0.0.2', '10.0.0.1'].map((address) => digestSlice(slice('broker', { ...labels, [LIGHTHOUSE_SOURCE_NAMESPACE]: 'shop', other: 'x' }, address), [...Object.keys(labels), LIGHTHOUSE_SOURCE_NAMESPACE]));
    expect(sumDigests(onBroker, brokerIdentity)).toEqual(sumDigests(imported, importedIdentity));
    expect(onBroker[0]).toMatchObject({ endpoints: [], metadata: { labels: expect.not.objectContaining({ other: 'x' }) } });
  });
});
