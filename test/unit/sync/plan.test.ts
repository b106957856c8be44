import { describe, expect, it } from '@jest/globals';
import { ORIGIN_CLUSTER, ORIGIN_UID, OWNER } from '../../../src/api/labels.ts';
import type { ConfigMap } from '../../../src/api/types/index.ts';
import { countWrites, type Desired, type Plan, plan } from '../../../src/sync/plan.ts';

function tags(cluster: string): Record<string, string> {
  return { [OWNER]: 'trial', [ORIGIN_CLUSTER]: cluster, [ORIGIN_UID]: `uid-${cluster}` };
}

function desired(name: string, value: string, cluster = 'east'): Desired<ConfigMap> {
  return { object: { metadata: { name, namespace: 'shop', labels: tags(cluster) }, data: { value } } };
}

function standing(name: string, value: string, cluster: string | undefined = 'east', more: Partial<ConfigMap['metadata']> = {}): ConfigMap {
  const labels = { ...(cluster !== '' && tags(cluster)), other: 'kept' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop', uid: `${name}-uid`, labels, ...more }, data: { value } };
}

function summary(result: Plan<ConfigMap>): Record<string, string[]> {
  const named = {
    create: result.create.map(({ object }) => object.metadata.name),
    update: result.update.map(({ desired: { object } }) => object.metadata.name),
    replace: result.replace.map(({ desired: { object } }) => object.metadata.name),
    delete: result.delete.map(({ metadata }) => metadata.name),
    conflicts: result.conflicts.map(({ kind, desired: { object } }) => `${kind} ${object.metadata.name}`),
  };
  return Object.fromEntries(Object.entries(named).filter(([, names]) => names.length > 0));
}

interface Case {
  readonly title: string;
  readonly desired: readonly Desired<ConfigMap>[];
  readonly standing: readonly ConfigMap[];
  readonly unknown?: readonly string[];
  readonly expected: Record<string, string[]>;
}

const CASES: readonly Case[] = [
  { title: 'first sight: creates', desired: [desired('a', '1')], standing: [], expected: { create: ['a'] } },
  { title: 'restart recovery: what stands as desired needs nothing', desired: [desired('a', '1')], standing: [standing('a', '1')], expected: {} },
  { title: 'a difference: updates', desired: [desired('a', '2')], standing: [standing('a', '1')], expected: { update: ['a'] } },
  { title: 'a lost tag value: updates', desired: [desired('a', '1')], standing: [standing('a', '1', 'west')], expected: { update: ['a'] } },
  { title: 'orphan sweep: deletes what no source wants', desired: [], standing: [standing('a', '1')], expected: { delete: ['a'] } },
  { title: 'removed source: deletes its objects only', desired: [desired('a', '1')], standing: [standing('a', '1'), standing('b', '1', 'west')], expected: { delete: ['b'] } },
  { title: 'unknown source: keeps its objects', desired: [], standing: [standing('a', '1'), standing('b', '1', 'west')], unknown: ['west'], expected: { delete: ['a'] } },
  { title: 'unknown source: another source may still take the name over', desired: [desired('a', '2')], standing: [standing('a', '1', 'west')], unknown: ['west'], expected: { update: ['a'] } },
  { title: 'two sources: the first one has the object', desired: [desired('a', '1'), desired('a', '2', 'west')], standing: [], expected: { create: ['a'], conflicts: ['precedence a'] } },
  { title: 'foreign object: left alone and reported', desired: [desired('a', '1')], standing: [standing('a', '9', '')], expected: { conflicts: ['foreign a'] } },
  { title: 'foreign object: never deleted', desired: [], standing: [standing('a', '9', '')], expected: {} },
  { title: 'terminating object: left to its end', desired: [desired('a', '2')], standing: [standing('a', '1', 'east', { deletionTimestamp: 'now' })], expected: {} },
  { title: 'terminating orphan: not deleted twice', desired: [], standing: [standing('a', '1', 'east', { deletionTimestamp: 'now' })], expected: {} },
];

describe('plan', () => {
  it.each(CASES)('$title', ({ desired: wanted, standing: found, unknown = [], expected }) => {
    const result = plan({ owner: 'trial', desired: wanted, standing: found, unknownSources: new Set(unknown) });
    expect(summary(result)).toEqual(expected);
  });

  it('never touches objects of another part of mcs', () => {
    const other = standing('a', '1');
    other.metadata.labels = { ...other.metadata.labels, [OWNER]: 'mirror' };
    const result = plan({ owner: 'trial', desired: [desired('a', '2')], standing: [other] });
    expect(summary(result)).toEqual({ conflicts: ['foreign a'] });
  });

  it('updates when a field that must be absent is there, whatever else agrees', () => {
    const wanted = { ...desired('a', '1'), absent: [['metadata', 'labels', 'other']] };
    expect(summary(plan({ owner: 'trial', desired: [wanted], standing: [standing('a', '1')] }))).toEqual({ update: ['a'] });
  });

  it('replaces where the API refuses a change', () => {
    const result = plan({ owner: 'trial', desired: [desired('a', '2')], standing: [standing('a', '1')], mustReplace: () => true });
    expect(summary(result)).toEqual({ replace: ['a'] });
    expect(countWrites(result)).toBe(2);
  });

  it('replaces though all that is desired is there, for a draft cannot say what the API assigns', () => {
    const result = plan({ owner: 'trial', desired: [desired('a', '1')], standing: [standing('a', '1')], mustReplace: () => true });
    expect(summary(result)).toEqual({ replace: ['a'] });
  });

  it('is stable: applying a plan leaves nothing to do', () => {
    const wanted = [desired('a', '1'), desired('b', '2', 'west')];
    const written = wanted.map(({ object }) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...object }));
    expect(countWrites(plan({ owner: 'trial', desired: wanted, standing: written }))).toBe(0);
  });
});
