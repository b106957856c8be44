import { describe, expect, it } from '@jest/globals';
import { choosePodsToDelete, planRollout, type RevisionState, type Strategy, templateHash } from '../../../src/sandbox/controllers/rollout.ts';

const revision = (name: string, replicas: number, available: number, pods = replicas): RevisionState => ({ name, current: name === 'new', replicas, available, pods });

describe('planRollout', () => {
  it.each<[string, RevisionState[], number, Strategy, Record<string, number>]>([
    ['brings the first revision up', [revision('new', 0, 0)], 2, 'RollingUpdate', { new: 2 }],
    ['keeps the old pods until the new ones are available', [revision('old', 2, 2), revision('new', 2, 1)], 2, 'RollingUpdate', { new: 2, old: 2 }],
    ['takes the old pods away then', [revision('old', 2, 2), revision('new', 2, 2)], 2, 'RollingUpdate', { new: 2, old: 0 }],
    ['scales down', [revision('new', 3, 3)], 1, 'RollingUpdate', { new: 1 }],
    ['ends the old pods first with Recreate', [revision('old', 1, 1), revision('new', 0, 0)], 1, 'Recreate', { old: 0, new: 0 }],
    ['waits for ending pods with Recreate', [revision('old', 0, 0, 1), revision('new', 0, 0)], 1, 'Recreate', { old: 0, new: 0 }],
    ['starts when they are gone with Recreate', [revision('old', 0, 0, 0), revision('new', 0, 0)], 1, 'Recreate', { old: 0, new: 1 }],
  ])('%s', (_title, revisions, replicas, strategy, expected) => {
    expect(Object.fromEntries(planRollout(revisions, replicas, strategy))).toEqual(expected);
  });
});

describe('templateHash', () => {
  it('depends on the content, not on the order of keys', () => {
    const containers = [{ name: 'a', image: 'x' }];
    expect(templateHash({ metadata: { labels: { a: '1' } }, spec: { containers } })).toBe(templateHash({ spec: { containers }, metadata: { labels: { a: '1' } } }));
    expect(templateHash({ spec: { containers } })).not.toBe(templateHash({ spec: { containers: [{ name: 'a', image: 'y' }] } }));
  });
});

describe('choosePodsToDelete', () => {
  it('takes those that are not ready first, then the youngest', () => {
    const pods = [
      { name: 'old', ready: true, createdAt: '2026-01-01T00:00:00Z' },
      { name: 'young', ready: true, createdAt: '2026-01-02T00:00:00Z' },
      { name: 'broken', ready: false, createdAt: '2026-01-01T00:00:00Z' },
    ];
    expect(choosePodsToDelete(pods, 2).map(({ name }) => name)).toEqual(['broken', 'young']);
    expect(choosePodsToDelete(pods, -1)).toEqual([]);
  });
});
