import { describe, expect, it } from '@jest/globals';
import { applyConfiguration, type ApplyOutcome } from '../../../../src/kube-serve/apply/apply-configuration.ts';
import type { FieldSet } from '../../../../src/kube-serve/apply/field-set.ts';
import type { ManagedFieldsEntry } from '../../../../src/kube-serve/apply/managed-fields.ts';
import type { JsonRecord } from '../../../../src/kube-serve/json.ts';
import type { Schema } from '../../../../src/kube-serve/schema/schema.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    endpoints: { type: 'array', items: { type: 'object' } },
    selector: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' },
    ports: {
      type: 'array',
      items: { type: 'object', properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
    },
  },
};

const TIME = '2026-01-01T00:00:00Z';
const HTTP = 'k:{"port":80,"protocol":"TCP"}';

function entry(manager: string, fieldsV1: FieldSet, operation: 'Apply' | 'Update' = 'Apply'): ManagedFieldsEntry {
  return { manager, operation, apiVersion: 'v1', time: TIME, fieldsType: 'FieldsV1', fieldsV1 };
}

function apply(live: JsonRecord, entries: readonly ManagedFieldsEntry[], applied: JsonRecord): ApplyOutcome {
  return applyConfiguration({ live, entries, applied, schema: SCHEMA, manager: { name: 'mcs', apiVersion: 'v1', time: TIME } });
}

function owned({ entries }: ApplyOutcome, manager: string): FieldSet | undefined {
  return entries.find((each) => each.manager === manager)?.fieldsV1;
}

describe('applyConfiguration() to nothing', () => {
  it('owns every leaf, list items by their keys with defaults, atomic parts as a whole', () => {
    const outcome = apply({}, [], { a: { b: 1 }, ports: [{ port: 80, name: 'http' }], finalizers: ['x'], endpoints: [{ q: 1 }], selector: { app: 'a' } });
    expect(owned(outcome, 'mcs')).toEqual({
      'f:a': { 'f:b': {} },
      'f:ports': { [HTTP]: { '.': {}, 'f:port': {}, 'f:name': {} } },
      'f:finalizers': { 'v:"x"': {} },
      'f:endpoints': {},
      'f:selector': {},
    });
  });
});

describe('applyConfiguration() to what stands', () => {
  it.each<[string, JsonRecord, JsonRecord, JsonRecord]>([
    ['keeps fields of others', { a: 1, b: 2 }, { b: 3 }, { a: 1, b: 3 }],
    ['merges maps', { labels: { a: '1' } }, { labels: { b: '2' } }, { labels: { a: '1', b: '2' } }],
    ['merges keyed lists, new items last', { ports: [{ port: 80, protocol: 'TCP', targetPort: 1 }] }, { ports: [{ port: 81 }, { port: 80, name: 'x' }] }, { ports: [{ port: 80, protocol: 'TCP', targetPort: 1, name: 'x' }, { port: 81 }] }],
    ['adds to sets', { finalizers: ['a'] }, { finalizers: ['b', 'a'] }, { finalizers: ['a', 'b'] }],
    ['replaces lists without keys', { endpoints: [{ a: 1 }, { b: 1 }] }, { endpoints: [{ c: 1 }] }, { endpoints: [{ c: 1 }] }],
    ['replaces atomic maps', { selector: { a: '1' } }, { selector: { b: '1' } }, { selector: { b: '1' } }],
  ])('%s', (_title, live, applied, expected) => {
    expect(apply(live, [], applied).merged).toEqual(expected);
  });

  it('takes away what this manager applied before and does not any more', () => {
    const live = { a: 1, labels: { x: '1', y: '1' }, ports: [{ port: 80, protocol: 'TCP' }, { port: 81, protocol: 'TCP' }], finalizers: ['f'] };
    const before = { 'f:a': {}, 'f:labels': { 'f:x': {} }, 'f:ports': { [HTTP]: { '.': {}, 'f:port': {} } }, 'f:finalizers': { 'v:"f"': {} } };
    const outcome = apply(live, [entry('mcs', before)], { b: 2 });
    expect(outcome.merged).toEqual({ labels: { y: '1' }, ports: [{ port: 81, protocol: 'TCP' }], b: 2 });
    expect(outcome.conflicts).toEqual([]);
  });

  it('keeps what somebody else owns too, an item of which they own a field included', () => {
    const live = { a: 1, ports: [{ port: 80, protocol: 'TCP', name: 'n', nodePort: 5 }] };
    const mine = { 'f:a': {}, 'f:ports': { [HTTP]: { '.': {}, 'f:port': {}, 'f:name': {} } } };
    const other = { 'f:a': {}, 'f:ports': { [HTTP]: { 'f:nodePort': {} } } };
    const { merged } = apply(live, [entry('mcs', mine), entry('kubectl', other, 'Update')], { b: 1 });
    expect(merged).toEqual({ a: 1, b: 1, ports: [{ port: 80, protocol: 'TCP', nodePort: 5 }] });
  });

  it('drops parents that are empty then', () => {
    expect(apply({ a: { b: { c: 1 } } }, [entry('mcs', { 'f:a': { 'f:b': { 'f:c': {} } } })], { x: 1 }).merged).toEqual({ x: 1 });
  });

  it('names fields of others that would get another value, and takes them over', () => {
    const live = { a: 1, b: 1, ports: [{ port: 80, protocol: 'TCP', name: 'old' }] };
    const theirs = entry('kubectl', { 'f:a': {}, 'f:b': {}, 'f:ports': { [HTTP]: { '.': {}, 'f:name': {} } } }, 'Update');
    const outcome = apply(live, [theirs], { a: 2, b: 1, ports: [{ port: 80, name: 'new' }] });
    expect(outcome.conflicts.map(({ field, manager }) => [field, manager.manager])).toEqual([
      ['.a', 'kubectl'],
      ['.ports[port=80,protocol="TCP"].name', 'kubectl'],
    ]);
    expect(owned(outcome, 'kubectl')).toEqual({ 'f:b': {}, 'f:ports': { [HTTP]: {} } });
  });

  it('shares fields that have the wanted value already', () => {
    const outcome = apply({ a: 1 }, [entry('kubectl', { 'f:a': {} })], { a: 1 });
    expect(outcome.conflicts).toEqual([]);
    expect([owned(outcome, 'kubectl'), owned(outcome, 'mcs')]).toEqual([{ 'f:a': {} }, { 'f:a': {} }]);
  });

  it('keeps the time of an entry whose fields stay', () => {
    const old = { ...entry('mcs', { 'f:a': {} }), time: '2025-01-01T00:00:00Z' };
    expect(apply({ a: 1 }, [old], { a: 1 }).entries).toEqual([old]);
  });

  it('owns nothing any more after an empty configuration', () => {
    expect(apply({ a: 1 }, [entry('mcs', { 'f:a': {} })], {})).toEqual({ merged: {}, entries: [], conflicts: [] });
  });
});
