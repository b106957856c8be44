import { describe, expect, it } from '@jest/globals';
import type { ServiceImport } from '../../../src/api/types/index.ts';
import { REFLECTED_CONDITION } from '../../../src/sync/service/reflected-service.ts';
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

  const unreflected = [{ cluster: 'east', name: 'web-east', reason: 'ForeignService', message: 'a Service stands there' }] as const;

  it('tells which cluster has no name in cluster.local, and nothing where none is missing', () => {
    const found = importConditions({ ...state, unreflected }).find(({ type }) => type === REFLECTED_CONDITION);
    expect(found).toEqual({ type: REFLECTED_CONDITION, status: 'False', reason: 'ForeignService', message: 'The service of cluster "east" is not reflected: a Service stands there', observedGeneration: 3 });
    expect(importConditions({ ...state, unreflected: [] }).map(({ type }) => type)).toEqual(['Ready']);
  });

  it('leaves what was said of names in cluster.local while it is not known what is wanted', () => {
    const standing = { type: REFLECTED_CONDITION, status: 'False' as const, reason: 'NameTooLong', message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const found = importConditions({ ...state, serviceImport: { ...serviceImport, status: { conditions: [standing] } } });
    expect(found.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Ready Ready', `${REFLECTED_CONDITION} NameTooLong`]);
  });
});
