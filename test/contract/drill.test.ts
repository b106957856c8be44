import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ALL_CHECKS } from '../../src/diagnose/diagnose.ts';
import { createDice } from '../../tools/drill/dice.ts';
import type { Setting } from '../../tools/drill/fault.ts';
import { makeDoubles } from '../../tools/drill/faults/doubles.ts';
import { makeFaults } from '../../tools/drill/faults/index.ts';
import { judgeReport } from '../../tools/drill/judge-report.ts';
import { localImports, readSources } from '../helpers/source-graph.ts';

function settingOf(seed: number): Setting {
  const dice = createDice(seed);
  return { dice, near: 'cluster0', far: 'cluster1', namespace: dice.word(), service: dice.word() };
}

const faults = makeFaults(settingOf(1));

describe('the faults of the drill', () => {
  it('know nothing of the checks that are to find them', () => {
    const files = readSources(resolve(import.meta.dirname, '../..'), 'tools/drill/faults');
    expect(files.length).toBeGreaterThan(6);
    expect(files.flatMap((file) => localImports(file).filter((target) => target.startsWith('src/diagnose')))).toEqual([]);
  });

  it('are 40 or more, each with a name of its own, and ten pairs of them', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
    expect(faults.length).toBeGreaterThanOrEqual(40);
    expect(makeDoubles(faults)).toHaveLength(10);
  });

  it('are to be found by checks that there are', () => {
    const known = new Set(ALL_CHECKS.map(({ id }) => id));
    expect(faults.flatMap(({ expected }) => expected.filter(({ id }) => !known.has(id)))).toEqual([]);
  });

  it('have the same values with the same seed, and others with another', () => {
    const values = (seed: number): string => JSON.stringify(makeFaults(settingOf(seed)).map(({ expected }) => expected));
    expect(values(1)).toBe(values(1));
    expect(values(1)).not.toBe(values(2));
  });
});

describe('judgeReport of the drill', () => {
  const expected = [{ cluster: 'west', id: 'MCS-DEP-01', evidence: '0 of 1' }] as const;
  const result = (status: 'pass' | 'warn' | 'fail' | 'skip', id: string, evidence: string) => ({ id, title: '', topic: 'deployment' as const, status, evidence: [evidence], durationMs: 0 });
  const report = (...checks: ReturnType<typeof result>[]) => ({ clusters: [{ context: 'c', name: 'west', checks }] });
  const cases: [string, ReturnType<typeof report>, string | undefined][] = [
    ['takes the cause with its value', report(result('fail', 'MCS-DEP-01', 'x: 0 of 1 ready'), result('skip', 'MCS-DEP-02', ''), result('pass', 'MCS-K8S-01', '')), undefined],
    ['refuses silence', report(), 'named: nothing'],
    ['refuses a cause without its value', report(result('fail', 'MCS-DEP-01', 'not ready')), 'the evidence of MCS-DEP-01 in west does not hold "0 of 1": not ready'],
    ['refuses a second cause', report(result('fail', 'MCS-DEP-01', '0 of 1'), result('fail', 'MCS-DEP-02', 'b')), 'named: MCS-DEP-01 in west [0 of 1]; MCS-DEP-02 in west [b]'],
    ['refuses a warning beside it', report(result('fail', 'MCS-DEP-01', '0 of 1'), result('warn', 'MCS-DEP-06', 'c')), 'named: MCS-DEP-01 in west [0 of 1]; MCS-DEP-06 in west, a warning [c]'],
  ];
  it.each(cases)('%s', (_title, given, complaint) => {
    expect(judgeReport(given, { expected })).toBe(complaint);
  });
});
