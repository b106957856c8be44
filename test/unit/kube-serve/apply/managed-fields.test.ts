import { describe, expect, it } from '@jest/globals';
import { compareFields } from '../../../../src/kube-serve/apply/fields-of.ts';
import { type ManagedFieldsEntry, trackUpdate } from '../../../../src/kube-serve/apply/managed-fields.ts';
import type { FieldSet } from '../../../../src/kube-serve/apply/field-set.ts';

const TIME = '2026-01-01T00:00:00Z';
const MANAGER = { name: 'kubectl', apiVersion: 'v1', time: TIME };

function entry(manager: string, operation: 'Apply' | 'Update', fieldsV1: FieldSet): ManagedFieldsEntry {
  return { manager, operation, apiVersion: 'v1', time: TIME, fieldsType: 'FieldsV1', fieldsV1 };
}

describe('trackUpdate()', () => {
  it('gives changed and added fields to who wrote them, and takes them from everybody else', () => {
    const difference = compareFields({ a: 1, b: 1 }, { a: 2, b: 1, c: 1 }, undefined);
    expect(trackUpdate([entry('mcs', 'Apply', { 'f:a': {}, 'f:b': {} })], difference, MANAGER)).toEqual([
      entry('mcs', 'Apply', { 'f:b': {} }),
      entry('kubectl', 'Update', { 'f:a': {}, 'f:c': {} }),
    ]);
  });

  it('notes the time of a changed value, whose fields stay the same', () => {
    const later = { ...MANAGER, time: '2026-01-02T00:00:00Z' };
    const difference = compareFields({ a: 1 }, { a: 2 }, undefined);
    expect(trackUpdate([entry('kubectl', 'Update', { 'f:a': {} })], difference, later)).toEqual([{ ...entry('kubectl', 'Update', { 'f:a': {} }), time: later.time }]);
  });

  it('takes removed fields from everybody, and drops entries that own nothing then', () => {
    const difference = compareFields({ a: { b: 1 }, c: 1 }, { c: 1 }, undefined);
    expect(trackUpdate([entry('mcs', 'Apply', { 'f:a': { 'f:b': {} } }), entry('kubectl', 'Update', { 'f:c': {} })], difference, MANAGER)).toEqual([entry('kubectl', 'Update', { 'f:c': {} })]);
  });

  it('returns the same list when nothing differs', () => {
    const entries = [entry('mcs', 'Apply', { 'f:a': {} })];
    expect(trackUpdate(entries, compareFields({ a: [1] }, { a: [1] }, undefined), MANAGER)).toBe(entries);
  });

  it('keeps entries of other subresources and versions apart', () => {
    const difference = compareFields({}, { a: 1 }, undefined);
    const status = trackUpdate([entry('kubectl', 'Update', { 'f:b': {} })], difference, { ...MANAGER, subresource: 'status' });
    expect(status).toEqual([entry('kubectl', 'Update', { 'f:b': {} }), { ...entry('kubectl', 'Update', { 'f:a': {} }), subresource: 'status' }]);
  });
});
