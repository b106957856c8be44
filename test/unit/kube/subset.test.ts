import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/types/index.ts';
import { isSameContent, isSubset } from '../../../src/kube/subset.ts';

describe('isSubset', () => {
  it.each([
    { title: 'equal scalars', desired: 'a', actual: 'a', result: true },
    { title: 'other scalars', desired: 1, actual: 2, result: false },
    { title: 'a number and its text', desired: 1, actual: '1', result: false },
    { title: 'fields that the server added', desired: { a: 1 }, actual: { a: 1, b: 2 }, result: true },
    { title: 'a missing field', desired: { a: 1, b: 2 }, actual: { a: 1 }, result: false },
    { title: 'defaults in list items', desired: { ports: [{ port: 80 }] }, actual: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] }, result: true },
    { title: 'a longer list', desired: [1], actual: [1, 2], result: false },
    { title: 'a shorter list', desired: [1, 2], actual: [1], result: false },
    { title: 'a list in another order', desired: ['a', 'b'], actual: ['b', 'a'], result: false },
    { title: 'a list where a value is wanted', desired: 'a', actual: ['a'], result: false },
    { title: 'fields where a list is wanted', desired: ['a'], actual: { 0: 'a' }, result: false },
    { title: 'an empty list that the server dropped', desired: { a: [] }, actual: {}, result: true },
    { title: 'an empty list where there are items', desired: { a: [] }, actual: { a: [1] }, result: false },
    { title: 'null that the server dropped', desired: { a: null }, actual: {}, result: true },
    { title: 'null where there is a value', desired: { a: null }, actual: { a: 1 }, result: false },
    { title: 'undefined, which JSON does not have', desired: { a: undefined }, actual: { a: 1 }, result: true },
    { title: 'empty fields, which may carry a meaning (emptyDir)', desired: { emptyDir: {} }, actual: { emptyDir: {} }, result: true },
    { title: 'empty fields that are missing', desired: { emptyDir: {} }, actual: {}, result: false },
    { title: 'false that is missing, which may stand for true', desired: { automount: false }, actual: {}, result: false },
    { title: 'a deep difference', desired: { a: { b: [{ c: 1 }] } }, actual: { a: { b: [{ c: 2 }] } }, result: false },
  ])('$title: $result', ({ desired, actual, result }) => {
    expect(isSubset(desired, actual)).toBe(result);
  });
});

describe('isSameContent', () => {
  const base: KubeObject & { spec: { a: number }; status?: unknown } = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', uid: 'u', resourceVersion: '1', generation: 1 }, spec: { a: 1 } };

  it('looks past bookkeeping and status', () => {
    const later = { ...base, status: { ready: true }, metadata: { ...base.metadata, resourceVersion: '2', generation: 2, managedFields: [{}] } };
    expect(isSameContent(base, later)).toBe(true);
  });

  it.each([
    { title: 'spec', other: { ...base, spec: { a: 2 } } },
    { title: 'labels', other: { ...base, metadata: { ...base.metadata, labels: { a: 'b' } } } },
    { title: 'uid', other: { ...base, metadata: { ...base.metadata, uid: 'v' } } },
  ])('sees another $title', ({ other }) => {
    expect(isSameContent(base, other)).toBe(false);
  });
});
