import { describe, expect, it } from '@jest/globals';
import { WINNER } from '../../../../src/api/labels.ts';
import type { Condition, ServiceExport, ServiceImport } from '../../../../src/api/types/index.ts';
import { conflictChecks, findLosers, judgeConflicts, type SeenConflict } from '../../../../src/diagnose/checks/conflicts.ts';
import { contextAmong, member } from '../../../helpers/diagnose-scene.ts';
import { recordPort, serviceRecord } from '../../../helpers/service-records.ts';

const NAMES = new Map([['west', 'west'], ['east', 'east']]);
const conflict = (key: string, ...losers: string[]): SeenConflict => ({ key, evidence: `${key}: differ`, losers });

describe('judgeConflicts in "west"', () => {
  it.each<[string, SeenConflict[], { status: string; evidence: string[]; suspects?: string[] }]>([
    ['no conflict', [], { status: 'pass', evidence: [] }],
    ['the own export differs', [conflict('shop/cart', 'west')], { status: 'warn', evidence: ['shop/cart: differ'] }],
    ['an export elsewhere differs', [conflict('shop/cart', 'east')], { status: 'warn', evidence: ['shop/cart: differ', 'to be mended in "east"'], suspects: ['east'] }],
    ['one of each: only what is to be mended here', [conflict('shop/cart', 'east'), conflict('shop/pay', 'west')], { status: 'warn', evidence: ['shop/pay: differ'] }],
    ['the one that differs was not read', [conflict('shop/cart', 'north')], { status: 'warn', evidence: ['shop/cart: differ', 'to be mended in "north"'] }],
    ['nobody can tell which one differs', [conflict('shop/cart')], { status: 'warn', evidence: ['shop/cart: differ'] }],
  ])('%s', (_title, conflicts, expected) => {
    const { status, evidence, suspects } = judgeConflicts(conflicts, { cluster: 'west', context: 'ctx', names: NAMES });
    expect({ status, evidence, ...(suspects && { suspects: suspects.map(({ cluster }) => cluster) }) }).toEqual(expected);
  });
});

describe('findLosers', () => {
  const exporting = (cluster: string, port: number, second: number) => serviceRecord(cluster, { ports: [recordPort(`http TCP/${port}`)], createdAt: `2026-01-01T00:00:0${second}Z` });
  const records = [exporting('west', 80, 2), exporting('east', 81, 1), exporting('north', 81, 3)];

  it.each([
    ['the oldest decides', undefined, ['west']],
    ['the standing winner decides', 'west', ['east', 'north']],
  ])('%s', (_title, winner, expected) => {
    expect(findLosers(records, winner).toSorted()).toEqual(expected);
  });
});

describe('MCS-SD-02 without the broker', () => {
  const told = (type: string): { readonly conditions: Condition[] } => ({ conditions: [{ type, status: 'True', reason: 'PortConflict', message: 'ports differ', lastTransitionTime: '' }] });
  const metadata = { name: 'cart', namespace: 'shop' };
  const serviceExport = { apiVersion: '', kind: '', metadata, status: told('Conflict') } as ServiceExport;
  const serviceImport = { apiVersion: '', kind: '', metadata: { ...metadata, annotations: { [WINNER]: 'east' } }, spec: {}, status: told('mcs.clusterset.local/Conflict') } as unknown as ServiceImport;
  const cluster = (id: string, exports: readonly ServiceExport[]) => {
    const made = member(id, {});
    return { ...made, state: { ...made.state, member: { ...made.state.member, exports, imports: [serviceImport] } } } as typeof made;
  };
  const [west, east, north] = [cluster('west', [serviceExport]), cluster('east', [serviceExport]), cluster('north', [])];

  it.each([
    ['the loser', west, undefined],
    ['the winner', east, ['west']],
    ['one that only imports', north, ['west']],
  ])('%s', async (_title, own, expected) => {
    const others = [west, east, north].filter((one) => one !== own);
    const outcome = await conflictChecks[0]?.run(contextAmong(own, others), new AbortController().signal);
    expect(outcome?.status).toBe('warn');
    expect(outcome?.suspects?.map(({ cluster: name }) => name)).toEqual(expected);
  });
});
