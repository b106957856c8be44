import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/api/types/index.ts';
import { isMirrorable, marksOf } from '../../../../src/mirror/translate/marks.ts';
import { ownershipLabels } from '../../../../src/sync/ownership.ts';
import { localService } from '../../../helpers/service-records.ts';

describe('isMirrorable', () => {
  it.each([
    { title: 'a Service like any other', metadata: {}, is: true },
    { title: 'SR-18: a mirror of any installation of mcs', metadata: { labels: ownershipLabels({ owner: 'mirror-other', originCluster: 'west', originUid: 'x' }) }, is: false },
    { title: 'what mcs imported', metadata: { labels: ownershipLabels({ owner: 'controller', originCluster: 'west', originUid: 'x' }) }, is: false },
    { title: 'a tag of which a part was taken away', metadata: { labels: { 'mcs.clusterset.local/origin-cluster': 'west' } }, is: false },
    { title: 'SR-18: what service-reflector made', metadata: { annotations: { 'service-reflector.squat.ai/reflected': 'true' } }, is: false },
    { title: 'what its first versions made', metadata: { labels: { 'service-reflector.squat.ai/reflected': 'true' } }, is: false },
    { title: 'CC-11: a follower of k8-cross-cluster-controller', metadata: { labels: { 'fair.com/cross-cluster': 'follower' } }, is: false },
    { title: 'CC-1: what it exports', metadata: { labels: { 'fair.com/cross-cluster': 'true' } }, is: true },
    { title: 'a mark with another value', metadata: { annotations: { 'service-reflector.squat.ai/reflected': 'false' } }, is: true },
    { title: "the cluster's own API", metadata: { namespace: 'default', name: 'kubernetes' }, is: false },
    { title: 'a Service of that name elsewhere', metadata: { namespace: 'shop', name: 'kubernetes' }, is: true },
    { title: 'another Service in that namespace', metadata: { namespace: 'default', name: 'web' }, is: true },
    { title: 'what is being deleted', metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, is: false },
  ])('$title: $is', ({ metadata, is }) => {
    expect(isMirrorable(localService({}, metadata))).toBe(is);
  });

  it.each([null, {}, { metadata: null }, { metadata: { name: 7 } }])('%j is no object to mirror', (object) => {
    expect(isMirrorable(object as unknown as KubeObject)).toBe(false);
  });

  it('takes labels that are no map for none', () => {
    expect(isMirrorable({ metadata: { namespace: 'shop', name: 'web', labels: 'app=web', annotations: [null] } } as unknown as KubeObject)).toBe(true);
  });
});

describe('marksOf', () => {
  it.each([
    { preset: 'none', labels: {}, annotations: {} },
    { preset: 'reflector', labels: {}, annotations: { 'service-reflector.squat.ai/reflected': 'true', 'service-reflector.squat.ai/source': 'http://10.4.0.9:8080' } },
    { preset: 'cross-cluster', labels: { 'fair.com/cross-cluster': 'follower' }, annotations: {} },
  ] as const)('$preset: marks copies as the system does that it takes the place of', ({ preset, labels, annotations }) => {
    expect(marksOf(preset, 'http://10.4.0.9:8080')).toEqual({ labels, annotations });
  });
});
