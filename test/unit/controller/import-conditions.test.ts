import { describe, expect, it } from '@jest/globals';
import type { ServiceImport } from '../../../src/api/types/index.ts';
import { CONFLICT, importConditions, type ImportState } from '../../../src/controller/import-conditions.ts';

const serviceImport: ServiceImport = { apiVersion: '', kind: '', metadata: { name: 'web', namespace: 'shop', generation: 3 }, spec: { type: 'ClusterSetIP', ports: [], ips: ['10.0.0.1'] } };
const state: ImportState = { serviceImport, rejections: [], unreachable: [], placed: [], conflicts: [] };

describe('importConditions', () => {
  it('says nothing of conflicts while all exporters agree', () => {
    expect(importConditions(state).map(({ type }) => type)).toEqual(['Ready']);
  });

  it('tells what the exporters disagree on', () => {
    const conflicts = [{ reason: 'PortConflict', message: 'ports differ' }, { reason: 'TypeConflict', message: 'types differ' }] as const;
    expect(importConditions({ ...state, conflicts }).find(({ type }) => type === CONFLICT)).toEqual({ type: CONFLICT, status: 'True', reason: 'PortConflict,TypeConflict', message: 'ports differ\ntypes differ', observedGeneration: 3 });
  });
});
