import { describe, expect, it } from '@jest/globals';
import type { Cluster, EndpointSlice, ServiceImport } from '../../../../src/api/types/index.ts';
import { createAddressPolicy, grantedRanges } from '../../../../src/sync/service/address-policy.ts';
import { toAggregatedImport } from '../../../../src/sync/service/aggregated-import.ts';
import { toDerivedService } from '../../../../src/sync/service/derived-service.ts';
import { toImportedSlices } from '../../../../src/sync/service/imported-slices.ts';
import { mergeRecords } from '../../../../src/sync/service/merge-records.ts';
import { readBrokerImport } from '../../../../src/sync/service/read-broker-import.ts';
import { readBrokerSlice } from '../../../../src/sync/service/read-broker-slice.ts';
import { memberEndpoints, memberImport } from '../../../helpers/member-records.ts';

const ORIGIN = { cluster: 'west', namespace: 'shop', service: 'web' };
const CLUSTER: Cluster = { apiVersion: 'submariner.io/v1', kind: 'Cluster', metadata: { name: 'west' }, spec: { cluster_id: 'west', cluster_cidr: ['10.2.0.0/16'], service_cidr: [] } };
const policyOf = (clusters: readonly Cluster[]) => createAddressPolicy({ clusters: [...clusters], localCluster: 'east', ownRanges: [], allowLoopback: false });
const POLICY = policyOf([CLUSTER]);

const NONSENSE: readonly unknown[] = [null, true, 0, -1, 1e300, '', '\u0000', 'x'.repeat(300_000), [], {}, [null], [[[]]], { a: { b: [] } }, Array.from({ length: 5_000 }, () => '10.2.0.1')];
/** Every API server sees to these. */
const CERTAIN = new Set(['metadata', 'metadata.name']);

function* pathsOf(value: unknown, path: readonly string[] = []): Iterable<readonly string[]> {
  if (path.length > 0) yield path;
  if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
}

/** The object with nonsense at each place that it has, one at a time. */
function* malformed<T extends object>(object: T): Iterable<{ readonly where: string; readonly object: T }> {
  for (const path of pathsOf(object)) {
    if (CERTAIN.has(path.join('.'))) continue;
    for (const [index, nonsense] of NONSENSE.entries()) {
      const copy = structuredClone(object);
      const parent = path.slice(0, -1).reduce<Record<string, unknown>>((inner, key) => inner[key] as Record<string, unknown>, copy as Record<string, unknown>);
      parent[path.at(-1) ?? ''] = structuredClone(nonsense);
      yield { where: `${path.join('.')} = nonsense ${index}`, object: copy };
    }
  }
}

/** What an importer would make of it; what it throws is told. */
function importOf(serviceImport: ServiceImport, slice: EndpointSlice): string {
  const [record, endpoints] = [readBrokerImport(serviceImport).accepted, readBrokerSlice(slice, POLICY).accepted];
  const groups = endpoints === undefined ? [] : [endpoints.group];
  const merged = record && mergeRecords([{ ...record, groups }]);
  if (merged === undefined) return 'refused';
  const slices = toImportedSlices(merged, [{ cluster: 'west', groups }]);
  toDerivedService(merged, ['IPv4']);
  const { object } = toAggregatedImport({ merged, ips: [], ipFamilies: [], withdrawn: [] });
  const strays = slices.flatMap(({ object: made }) => made.endpoints ?? []).flatMap(({ addresses }) => addresses).filter((address) => !address.startsWith('10.2.'));
  if (strays.length > 0) return `leads to ${strays.join()}`;
  return JSON.stringify([object, slices]).length < 500_000 ? 'imported' : 'too large';
}

function outcomeOf(where: string, act: () => string): string {
  try {
    return act();
  } catch (error) {
    return `${where}: ${String(error)}`;
  }
}

describe('objects on the broker that are malformed or oversized anywhere', () => {
  const [serviceImport, slice] = [{ ...memberImport(ORIGIN, 'broker'), status: { clusters: [] } }, memberEndpoints(ORIGIN, ['10.2.0.5'], 'broker')];
  const outcomes = (variants: Iterable<string>): Set<string> => new Set(variants);

  it('as they are, they are imported', () => {
    expect(importOf(serviceImport, slice)).toBe('imported');
  });

  it('ServiceImport: refused or imported without the bad part, never thrown at, never too large', () => {
    const found = outcomes(Array.from(malformed(serviceImport), ({ where, object }) => outcomeOf(where, () => importOf(object, slice))));
    expect([...found].toSorted()).toEqual(['imported', 'refused']);
  });

  it('EndpointSlice: refused or imported without the bad part, and never leads elsewhere', () => {
    const found = outcomes(Array.from(malformed(slice), ({ where, object }) => outcomeOf(where, () => importOf(serviceImport, object))));
    expect([...found].toSorted()).toEqual(['imported']);
  });

  it('Cluster: grants nothing but what is a range', () => {
    const judge = (cluster: Cluster): string => {
      const isGranted = policyOf([cluster]).refusalOf('10.2.0.5', 'IPv4', 'west') === undefined;
      return `${isGranted ? 'granted' : 'not granted'}, ${grantedRanges(cluster).length} ranges`;
    };
    const found = outcomes(Array.from(malformed(CLUSTER), ({ where, object }) => outcomeOf(where, () => judge(object))));
    expect([...found].toSorted()).toEqual(['granted, 1 ranges', 'not granted, 0 ranges']);
  });
});
