import { describe, expect, it } from '@jest/globals';
import { agreesWith } from '../../../src/sync/agrees-with.ts';

interface Case {
  readonly title: string;
  readonly wanted: unknown;
  readonly actual: unknown;
  readonly agrees: boolean;
}

const CASES: readonly Case[] = [
  { title: 'equal scalars', wanted: { a: 1 }, actual: { a: 1 }, agrees: true },
  { title: 'another scalar', wanted: { a: 1 }, actual: { a: 2 }, agrees: false },
  { title: 'a missing field', wanted: { a: 1 }, actual: {}, agrees: false },
  { title: 'a field that the server added', wanted: { a: 1 }, actual: { a: 1, b: 2 }, agrees: true },
  { title: 'an undefined field', wanted: { a: undefined }, actual: { a: 1 }, agrees: true },
  { title: 'a foreign label', wanted: { labels: { a: '1' } }, actual: { labels: { a: '1', b: '2' } }, agrees: true },
  { title: 'an empty list that is stored as null', wanted: { endpoints: [] }, actual: { endpoints: null }, agrees: true },
  { title: 'an empty list that is stored as nothing', wanted: { ports: [] }, actual: {}, agrees: true },
  { title: 'an empty name that is stored as nothing', wanted: { ports: [{ name: '', port: 80 }] }, actual: { ports: [{ port: 80 }] }, agrees: true },
  { title: 'a list that should be empty', wanted: { ports: [] }, actual: { ports: [{ port: 80 }] }, agrees: false },
  { title: 'a list of another length', wanted: { a: [1] }, actual: { a: [1, 2] }, agrees: false },
  { title: 'a list in another order', wanted: { a: [1, 2] }, actual: { a: [2, 1] }, agrees: false },
  { title: 'a field too many inside a list', wanted: { a: [{ x: 1 }] }, actual: { a: [{ x: 1, y: 2 }] }, agrees: false },
  { title: 'false where nothing is said', wanted: { a: [{ ready: false }] }, actual: { a: [{}] }, agrees: false },
  { title: 'an object in place of a list', wanted: { a: [1] }, actual: { a: { 0: 1 } }, agrees: false },
];

describe('agreesWith', () => {
  it.each(CASES)('$title: $agrees', ({ wanted, actual, agrees }) => {
    expect(agreesWith(wanted, actual)).toBe(agrees);
  });
});
