import { describe, expect, it } from '@jest/globals';
import { applyJsonPatch } from '../../../../src/kube-serve/patch/json-patch.ts';
import { mergePatch } from '../../../../src/kube-serve/patch/merge-patch.ts';
import { StatusError } from '../../../../src/kube-serve/status-error.ts';
import { thrown } from '../../../helpers/thrown.ts';

describe('mergePatch()', () => {
  // the examples of RFC 7386, appendix A, that differ from each other
  it.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [['a', 'b'], ['c', 'd'], ['c', 'd']],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j with %j is %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  it('shares what the patch does not touch', () => {
    const target = { a: { x: 1 }, b: 1 };
    expect((mergePatch(target, { b: 2 }) as typeof target).a).toBe(target.a);
  });
});

describe('applyJsonPatch()', () => {
  it('changes a copy', () => {
    const target = Object.freeze({ list: Object.freeze([1]) });
    expect(applyJsonPatch(target, [{ op: 'add', path: '/list/-', value: 2 }, { op: 'test', path: '/list/0', value: 1 }])).toEqual({ list: [1, 2] });
    expect(target).toEqual({ list: [1] });
  });

  it.each<[string, unknown, number]>([
    ['no list', { op: 'add' }, 400],
    ['an operation without a path', [{ op: 'add' }], 400],
    ['a test that does not hold', [{ op: 'test', path: '/a', value: 2 }], 422],
    ['the removal of nothing', [{ op: 'remove', path: '/none' }], 422],
  ])('refuses %s with %s', (_title, patch, code) => {
    const error = thrown(() => applyJsonPatch({ a: 1 }, patch));
    expect(error).toBeInstanceOf(StatusError);
    expect((error as StatusError).code).toBe(code);
  });
});
