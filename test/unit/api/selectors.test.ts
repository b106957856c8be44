import { describe, expect, it } from '@jest/globals';
import { EVERYTHING, formatSelector, labelsToSelector, matchesLabels, parseLabelSelector, readObjectSelector, type Requirement, toObjectSelector } from '../../../src/api/selectors.ts';
import type { ObjectSelector } from '../../../src/api/types/index.ts';

describe('parseLabelSelector', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['a=b', [{ key: 'a', operator: 'In', values: ['b'] }]],
    ['a == b', [{ key: 'a', operator: 'In', values: ['b'] }]],
    ['a!=b', [{ key: 'a', operator: 'NotIn', values: ['b'] }]],
    ['a=', [{ key: 'a', operator: 'In', values: [''] }]],
    ['a', [{ key: 'a', operator: 'Exists', values: [] }]],
    ['!a', [{ key: 'a', operator: 'DoesNotExist', values: [] }]],
    ['a in (b, c)', [{ key: 'a', operator: 'In', values: ['b', 'c'] }]],
    ['x.io/a notin (b),c', [{ key: 'x.io/a', operator: 'NotIn', values: ['b'] }, { key: 'c', operator: 'Exists', values: [] }]],
  ])('reads "%s"', (text, selector) => {
    expect(parseLabelSelector(text)).toEqual(selector);
  });

  it.each([['a=b=c'], ['a in b'], ['=b'], [','], ['a,'], ['a in (b'], ['!']])('throws for "%s"', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(SyntaxError);
  });
});

describe('matchesLabels', () => {
  it.each([
    ['a=b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a notin (b,c)', { a: 'd' }, true],
    ['a in (b,c)', { a: 'c' }, true],
    ['a', { a: '' }, true],
    ['!a', { b: 'x' }, true],
    ['!a', { a: '' }, false],
    ['constructor', {}, false],
    ['a=b,c', { a: 'b' }, false],
    ['a=b,c', { a: 'b', c: 'd' }, true],
  ])('of "%s" with %j is %s', (selector, labels, expected) => {
    expect(matchesLabels(parseLabelSelector(selector), labels)).toBe(expected);
  });

  it('matches everything without requirements, also without labels', () => {
    expect(matchesLabels(EVERYTHING)).toBe(true);
  });
});

describe('labelsToSelector', () => {
  it('can be read back', () => {
    const labels = { 'x.io/a': 'b', c: '' };
    expect(labelsToSelector(labels)).toBe('x.io/a=b,c=');
    expect(matchesLabels(parseLabelSelector(labelsToSelector(labels)), labels)).toBe(true);
  });
});

describe('readObjectSelector', () => {
  const of = (operator: string, values?: unknown): ObjectSelector => ({ matchExpressions: [{ key: 'a', operator, ...(values !== undefined && { values: values as string[] }) }] });

  it.each<[string, unknown, Requirement[]]>([
    ['none', undefined, []],
    ['null', null, []],
    ['an empty one', {}, []],
    ['null lists', { matchLabels: null, matchExpressions: null }, []],
    ['labels', { matchLabels: { 'x.io/a': 'b', c: '' } }, [{ key: 'x.io/a', operator: 'In', values: ['b'] }, { key: 'c', operator: 'In', values: [''] }]],
    ['In', of('In', ['b', 'c']), [{ key: 'a', operator: 'In', values: ['b', 'c'] }]],
    ['Exists', of('Exists'), [{ key: 'a', operator: 'Exists', values: [] }]],
    ['DoesNotExist with null values', of('DoesNotExist', null), [{ key: 'a', operator: 'DoesNotExist', values: [] }]],
    ['both', { matchLabels: { z: '1' }, ...of('NotIn', ['b']) }, [{ key: 'z', operator: 'In', values: ['1'] }, { key: 'a', operator: 'NotIn', values: ['b'] }]],
  ])('reads %s', (_name, selector, expected) => {
    expect(readObjectSelector(selector as ObjectSelector)).toEqual({ selector: expected });
  });

  it.each<[string, unknown, RegExp]>([
    ['an invalid operator', of('Gt', ['1']), /operator "Gt" of "a" is none of In, NotIn, Exists, DoesNotExist/],
    ['no operator', { matchExpressions: [{ key: 'a' }] }, /operator nothing of "a"/],
    ['In without values', of('In', []), /"In" of "a" needs values/],
    ['Exists with values', of('Exists', ['b']), /"Exists" of "a" needs no values/],
    ['values that are no list', of('In', 'b'), /values of "a" are no list/],
    ['an invalid value', of('In', ['b c']), /"b c" of "a" is no label value/],
    ['a number as value', { matchLabels: { a: 1 } }, /1 of "a" is no label value/],
    ['an invalid key', { matchLabels: { 'a b': 'c' } }, /"a b" is no label key/],
    ['an expression that is none', { matchExpressions: [null] }, /nothing is no label key/],
    ['a list of labels', { matchLabels: ['a'] }, /matchLabels is no map/],
    ['a map of expressions', { matchExpressions: {} }, /matchExpressions is no list/],
    ['a list', [], /\[\] is no label selector/],
    ['a text', 'a=b', /"a=b" is no label selector/],
  ])('finds the problem of %s', (_name, selector, problem) => {
    expect(readObjectSelector(selector as ObjectSelector)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('toObjectSelector and formatSelector', () => {
  it.each<[string, ObjectSelector, string]>([
    ['a=b,c=d', { matchLabels: { a: 'b', c: 'd' } }, 'a=b,c=d'],
    ['a in (b,c),!d,e', { matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 'c'] }, { key: 'd', operator: 'DoesNotExist' }, { key: 'e', operator: 'Exists' }] }, 'a in (b,c),!d,e'],
    ['a!=b', { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] }, 'a notin (b)'],
    ['a=b,a=c', { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }, { key: 'a', operator: 'In', values: ['c'] }] }, 'a in (b),a in (c)'],
    ['', {}, 'everything'],
  ])('reads %j, and writes what means the same', (text, selector, formatted) => {
    expect([toObjectSelector(text), formatSelector(selector)]).toEqual([selector, formatted]);
  });

  it.each(['a b', 'a=b c', 'x y in (z)'])('refuses %j', (text) => {
    expect(() => toObjectSelector(text)).toThrow(SyntaxError);
  });
});
