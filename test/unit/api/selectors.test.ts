import { describe, expect, it } from '@jest/globals';
import { EVERYTHING, labelsToSelector, matchesLabels, parseLabelSelector } from '../../../src/api/selectors.ts';

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
