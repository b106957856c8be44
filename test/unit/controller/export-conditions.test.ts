import { describe, expect, it } from '@jest/globals';
import { EXPORT_CONDITION_TYPES, exportConditions, type ExportState } from '../../../src/controller/export-conditions.ts';

const GOOD: ExportState = { generation: 3, service: 'web', isStored: true, conflicts: [], unroutable: { left: 0, total: 2, cluster: 'east' }, hasForeignImport: false, ignored: [] };
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;

interface Case {
  readonly title: string;
  readonly state: Partial<ExportState>;
  readonly expected: readonly string[];
}

const CASES: readonly Case[] = [
  { title: 'exported', state: {}, expected: ['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts'] },
  { title: 'no Service', state: { problem: 'NoService', isStored: false }, expected: ['Valid=False NoService', 'Ready=False Pending', 'Conflict=False NoConflicts'] },
  { title: 'ExternalName', state: { problem: 'ExternalName', isStored: false }, expected: ['Valid=False InvalidServiceType', 'Ready=False Pending', 'Conflict=False NoConflicts'] },
  { title: 'a copy', state: { problem: 'Copy', isStored: false }, expected: ['Valid=False InvalidServiceType', 'Ready=False Pending', 'Conflict=False NoConflicts'] },
  { title: 'no ClusterIP yet', state: { problem: 'NoAddress', isStored: false }, expected: ['Valid=True Valid', 'Ready=False Pending', 'Conflict=False NoConflicts'] },
  { title: 'not stored yet', state: { isStored: false }, expected: ['Valid=True Valid', 'Ready=False Pending', 'Conflict=False NoConflicts'] },
  { title: 'the broker refuses', state: { isStored: false, failure: 'forbidden' }, expected: ['Valid=True Valid', 'Ready=False Failed', 'Conflict=False NoConflicts'] },
  {
    title: 'conflicts',
    state: { conflicts: [{ reason: 'PortConflict', message: 'ports differ' }, { reason: 'TypeConflict', message: 'types differ' }] },
    expected: ['Valid=True Valid', 'Ready=True Exported', 'Conflict=True PortConflict,TypeConflict'],
  },
  {
    title: 'endpoints that are not routable',
    state: { unroutable: { left: 1, total: 2, cluster: 'east' } },
    expected: ['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts', 'mcs.clusterset.local/EndpointsRoutable=False EndpointsNotRoutable'],
  },
  {
    title: 'a foreign ServiceImport',
    state: { hasForeignImport: true },
    expected: ['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts', 'mcs.clusterset.local/ImportedHere=False ForeignServiceImport'],
  },
  {
    title: 'a namespace that takes no import',
    state: { importFailure: 'exceeded quota' },
    expected: ['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts', 'mcs.clusterset.local/ImportedHere=False Failed'],
  },
  {
    title: 'settings that cannot be followed',
    state: { ignored: [{ reason: 'InvalidPlacement', message: 'no policy' }, { reason: 'UnusableKeys', message: 'bad keys' }] },
    expected: ['Valid=True Valid', 'Ready=True Exported', 'Conflict=False NoConflicts', 'mcs.clusterset.local/SettingsAccepted=False InvalidPlacement,UnusableKeys'],
  },
];

describe('exportConditions', () => {
  it.each(CASES)('$title', ({ state, expected }) => {
    const conditions = exportConditions({ ...GOOD, ...state });
    expect(conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual(expected);
    for (const { reason, observedGeneration, type } of conditions) {
      expect(reason).toMatch(REASON);
      expect(observedGeneration).toBe(3);
      expect(EXPORT_CONDITION_TYPES).toContain(type);
    }
  });

  it('counts the endpoints that are left out', () => {
    const found = exportConditions({ ...GOOD, unroutable: { left: 1, total: 2, cluster: 'east' } }).at(-1);
    expect(found?.message).toBe('1 of 2 endpoints lie outside the ranges granted to cluster "east" and are not exported');
  });
});
