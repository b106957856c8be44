import { describe, expect, it } from '@jest/globals';
import { strategicMerge } from '../../../../src/kube-serve/patch/strategic-merge.ts';
import type { Schema } from '../../../../src/kube-serve/schema/schema.ts';
import { type StatusError } from '../../../../src/kube-serve/status-error.ts';
import { thrown } from '../../../helpers/thrown.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    containers: {
      type: 'array',
      items: { type: 'object', properties: { env: { type: 'array', items: { type: 'object' }, 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'name' } } },
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    },
    finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-strategy': 'merge' },
  },
};

const A = { name: 'a', image: '1', env: [{ name: 'X', value: '1' }] };
const B = { name: 'b', image: '1' };

describe('strategicMerge()', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['merges maps and drops nulls', { m: { a: 1, b: 2 } }, { m: { a: null, c: 3 } }, { m: { b: 2, c: 3 } }],
    ['replaces lists without a merge key', { list: [1, 2] }, { list: [3] }, { list: [3] }],
    ['merges list items by key, inner lists too', { containers: [A, B] }, { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }] }, { containers: [{ ...A, env: [{ name: 'Y', value: '2' }, { name: 'X', value: '1' }] }, B] }],
    ['puts new items first', { containers: [A] }, { containers: [B] }, { containers: [B, A] }],
    ['keeps the place of patched items', { containers: [A, B] }, { containers: [{ name: 'b', image: '2' }] }, { containers: [A, { ...B, image: '2' }] }],
    ['deletes an item', { containers: [A, B] }, { containers: [{ name: 'a', $patch: 'delete' }] }, { containers: [B] }],
    ['replaces a list on request', { containers: [A] }, { containers: [B, { $patch: 'replace' }] }, { containers: [B] }],
    ['replaces a map on request', { m: { a: 1 } }, { m: { b: 1, $patch: 'replace' } }, { m: { b: 1 } }],
    ['empties a map on request', { m: { a: 1 } }, { m: { $patch: 'delete' } }, { m: {} }],
    ['unites sets', { finalizers: ['a'] }, { finalizers: ['b', 'a'] }, { finalizers: ['a', 'b'] }],
    ['deletes from sets', { finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }, { finalizers: ['b'] }],
    ['orders as told', { containers: [A, B] }, { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }, { containers: [B, A] }],
    ['keeps only the keys that are retained', { s: { type: 'X', rolling: 1 } }, { s: { type: 'Y', $retainKeys: ['type'] } }, { s: { type: 'Y' } }],
  ])('%s', (_title, target, patch, expected) => {
    expect(strategicMerge(target, patch, SCHEMA)).toEqual(expected);
  });

  it('refuses an item without its merge key', () => {
    const error = thrown(() => strategicMerge({ containers: [A] }, { containers: [{ image: '2' }] }, SCHEMA)) as StatusError;
    expect([error.code, error.message]).toEqual([400, 'map: {"image":"2"} does not contain declared merge key: name']);
  });
});
