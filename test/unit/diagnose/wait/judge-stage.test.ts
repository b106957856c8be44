import { describe, expect, it } from '@jest/globals';
import { HOP_TITLES, type HopId, HOPS, type HopState, type TracePath } from '../../../../src/diagnose/trace/hop.ts';
import { describeStages, judgeCaller, judgeExporter, LAST_HOP, type Stage, STAGES } from '../../../../src/diagnose/wait/judge-stage.ts';

/** A path whose hops are well but for those that are given. */
function path(states: Partial<Record<HopId, HopState>>, stage: Stage = 'reachable', to = 'west'): TracePath {
  const ids = HOPS.slice(0, HOPS.indexOf(LAST_HOP[stage]) + 1);
  const hops = ids.map((id) => ({ id, title: HOP_TITLES[id], state: states[id] ?? ('ok' as const), cluster: 'east', object: '', owner: '', evidence: [`${id} as it is`], fix: [] }));
  return { from: 'east', to, hops };
}

describe('judgeCaller', () => {
  it.each<[string, Stage, Partial<Record<HopId, HopState>>, boolean, string]>([
    ['the way is whole', 'reachable', {}, true, 'reachable'],
    ['a hop only warns', 'imported', { slices: 'warning' }, true, 'imported'],
    ['a hop is broken', 'imported', { import: 'broken' }, false, 'Import: import as it is'],
    ['the export was not read, but the import stands', 'imported', { service: 'untested', export: 'untested' }, true, 'imported'],
    ['no name server could be asked', 'resolvable', { 'name-server': 'untested' }, false, 'Name server of mcs: name-server as it is'],
    ['the cluster has no DNS to wire', 'resolvable', { 'cluster-dns': 'untested' }, true, 'resolvable'],
    ['no pod could be run', 'reachable', { 'pod-answer': 'untested', endpoints: 'untested', vip: 'untested' }, false, 'Answer in a pod: pod-answer as it is'],
  ])('where %s', (_title, stage, states, isDone, state) => {
    expect(judgeCaller('east', [path(states, stage)], stage)).toEqual({ cluster: 'east', isDone, state });
  });

  it('is content with one exporter whose way is whole', () => {
    expect(judgeCaller('east', [path({ service: 'broken' }, 'imported'), path({}, 'imported', 'north')], 'imported').isDone).toBe(true);
  });

  it('waits while nobody exports it', () => {
    expect(judgeCaller('east', [], 'imported')).toMatchObject({ isDone: false, state: 'nobody exports it yet' });
  });
});

describe('judgeExporter', () => {
  it.each<[string, TracePath | undefined, boolean]>([
    ['the copy stands', path({}, 'exported'), true],
    ['the broker could not be read', path({ broker: 'untested' }, 'exported'), true],
    ['the copy is missing', path({ broker: 'broken' }, 'exported'), false],
    ['the exporter could not be read, but the copy stands', path({ export: 'untested' }, 'exported'), true],
    ['neither could be read', path({ export: 'untested', broker: 'untested' }, 'exported'), false],
    ['the cluster does not export', undefined, false],
  ])('where %s', (_title, given, isDone) => {
    expect(judgeExporter('west', given).isDone).toBe(isDone);
  });
});

describe('describeStages', () => {
  it('has a word on each cluster', () => {
    expect(describeStages([judgeExporter('west', undefined)])).toBe('west: it does not export the service');
    expect(describeStages([])).toMatch(/no cluster has the namespace/);
  });

  it('knows the last hop of every stage', () => {
    expect(STAGES.map((stage) => HOPS.includes(LAST_HOP[stage]))).toEqual(STAGES.map(() => true));
  });
});
