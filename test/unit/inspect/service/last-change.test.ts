import { describe, expect, it } from '@jest/globals';
import { findLastChange, findLatestChange, lagOf, writersOf } from '../../../../src/inspect/service/last-change.ts';

interface Entry {
  readonly manager: string;
  readonly time: string;
  readonly subresource?: string;
}
const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;
const object = (...managedFields: Entry[]): { metadata: { name: string; managedFields: Entry[] } } => ({ metadata: { name: 'web', managedFields } });

describe('findLastChange', () => {
  it.each([
    ['the latest entry', object({ manager: 'kubectl', time: at(1) }, { manager: 'mcs-controller', time: at(3) }), Date.parse(at(3))],
    ['no status', object({ manager: 'kubectl', time: at(1) }, { manager: 'mcs-controller', time: at(3), subresource: 'status' }), Date.parse(at(1))],
    ['nothing where nobody noted it', { metadata: { name: 'web', creationTimestamp: at(1) } }, undefined],
  ])('takes %s', (_title, given, expected) => {
    expect(findLastChange(given)).toBe(expected);
  });
});

describe('findLatestChange', () => {
  it('does not know it where one object does not tell', () => {
    expect(findLatestChange([object({ manager: 'a', time: at(1) }), object()])).toBeUndefined();
  });
});

describe('lagOf', () => {
  it('takes the pair that took longest, and leaves out those that do not tell or stand the other way round', () => {
    const [first, second, fifth] = [1, 2, 5].map((second) => object({ manager: 'a', time: at(second) }));
    expect(lagOf({ originals: [first], copies: [second] }, { originals: [first], copies: [fifth] }, { originals: [fifth], copies: [first] }, { originals: [], copies: [first] })).toEqual({ lagSeconds: 4 });
    expect(lagOf({ originals: [undefined], copies: [first] })).toEqual({});
  });
});

describe('writersOf', () => {
  it('names each writer once, the latest last', () => {
    expect(writersOf(object({ manager: 'mcs-controller', time: at(3) }, { manager: 'kubectl', time: at(1) }, { manager: 'kubectl', time: at(2) }))).toEqual(['kubectl', 'mcs-controller']);
  });
});
