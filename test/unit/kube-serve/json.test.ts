import { describe, expect, it } from '@jest/globals';
import { frozenCopy, sameJson, valueAt, withValueAt } from '../../../src/kube-serve/json.ts';

describe('frozenCopy()', () => {
  it('freezes a copy at every depth and leaves the original alone', () => {
    const original = { a: [{ b: 1 }] };
    const copy = frozenCopy(original);
    expect(copy).toEqual(original);
    expect([Object.isFrozen(copy), Object.isFrozen(copy.a), Object.isFrozen(copy.a[0]), Object.isFrozen(original)]).toEqual([true, true, true, false]);
  });

  it('shares what is frozen already', () => {
    const part = frozenCopy({ b: 1 });
    expect(frozenCopy({ part }).part).toBe(part);
  });

  it('drops undefined and keeps a key named __proto__ as a plain key', () => {
    const copy = frozenCopy(JSON.parse('{"__proto__":{"x":1},"y":2}') as Record<string, unknown>);
    expect(Object.keys(copy)).toEqual(['__proto__', 'y']);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(frozenCopy({ a: undefined, b: null }))).toEqual(['b']);
  });
});

describe('sameJson()', () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{ a: 1 }, { b: 1 }, false],
    [[1, 2], [2, 1], false],
    [[1, [2]], [1, [2]], true],
    [[], {}, false],
    [null, {}, false],
    ['1', 1, false],
  ])('compares %j with %j: %s', (left, right, expected) => {
    expect(sameJson(left, right)).toBe(expected);
    expect(sameJson(right, left)).toBe(expected);
  });
});

describe('withValueAt()', () => {
  it('sets, replaces and takes away a value without changing its input', () => {
    const object = Object.freeze({ spec: Object.freeze({ replicas: 1 }) });
    expect(withValueAt(object, ['spec', 'replicas'], 3)).toEqual({ spec: { replicas: 3 } });
    expect(withValueAt(object, ['spec', 'replicas'], undefined)).toEqual({ spec: {} });
    expect(valueAt(withValueAt({}, ['a', 'b'], 1), ['a', 'b'])).toBe(1);
  });
});
