import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/api/types/index.ts';
import { humanDuration } from '../../../../src/kube-serve/table/human-duration.ts';
import { parseJsonPath } from '../../../../src/kube-serve/table/json-path.ts';
import { renderTable } from '../../../../src/kube-serve/table/render-table.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

describe('humanDuration()', () => {
  it.each([
    [-1, '<invalid>'],
    [0, '0s'],
    [119 * S, '119s'],
    [2 * M, '2m'],
    [2 * M + 5 * S, '2m5s'],
    [10 * M + 5 * S, '10m'],
    [3 * H, '3h'],
    [3 * H + 5 * M, '3h5m'],
    [9 * H + 5 * M, '9h'],
    [2 * D + 3 * H, '2d3h'],
    [9 * D + 3 * H, '9d'],
    [800 * D, '2y70d'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

describe('parseJsonPath()', () => {
  const object = {
    spec: { ips: ['10.0.0.1', '10.0.0.2'], 'a.b': 1 },
    status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'Valid', status: 'False' }], clusters: [{ cluster: 'c1' }, { cluster: 'c2' }] },
  };

  it.each<[string, unknown[]]>([
    ['.spec.ips', [['10.0.0.1', '10.0.0.2']]],
    ['.spec.ips[0]', ['10.0.0.1']],
    ['.spec.ips[-1]', ['10.0.0.2']],
    ['.spec.ips[*]', ['10.0.0.1', '10.0.0.2']],
    [".spec['a.b']", [1]],
    ['.spec.a\\.b', [1]],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type=='Valid')].status", ['False']],
    ['.status.clusters[*].cluster', ['c1', 'c2']],
    ['.status.none.deeper', []],
  ])('reads %s', (path, expected) => {
    expect(parseJsonPath(path)?.(object)).toEqual(expected);
  });

  it('is undefined for what it cannot read', () => {
    expect(parseJsonPath('.spec[')).toBeUndefined();
  });
});

describe('renderTable()', () => {
  const object = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { ips: ['1'], n: 2 } } as KubeObject;
  const options = { now: Date.parse('2026-01-01T00:01:00Z'), metadata: { resourceVersion: '7' }, include: 'Metadata' as const };
  const columns = [
    { name: 'IPs', type: 'string' as const, jsonPath: '.spec.ips' },
    { name: 'N', type: 'integer' as const, jsonPath: '.spec.n' },
    { name: 'Age', type: 'date' as const, jsonPath: '.metadata.creationTimestamp' },
    { name: 'None', type: 'string' as const, jsonPath: '.spec.none' },
  ];

  it('fills cells by path: lists as JSON, dates as ages, nothing as null', () => {
    expect(renderTable([object], { ...options, columns })).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7' },
      rows: [{ cells: ['["1"]', 2, '60s', null], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } }],
    });
  });

  it('carries the whole object or none along, as asked, and leaves out definitions in the middle of a watch', () => {
    expect(renderTable([object], { ...options, columns, include: 'Object' })).toMatchObject({ rows: [{ object: { spec: { n: 2 } } }] });
    expect(renderTable([object], { ...options, columns, include: 'None', withDefinitions: false })).toEqual(expect.objectContaining({ columnDefinitions: null, rows: [{ cells: expect.any(Array) }] }));
  });
});
