/** Names, numbers and choices of one run: the same seed gives the same ones. */
export interface Dice {
  /** Lower-case letters, good for a name of any kind. */
  word(): string;
  /** An integer, both ends included. */
  between(low: number, high: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const WORD_LENGTH = 7;

/** Mulberry32: 32 bits of state are plenty for names. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    word: () => Array.from({ length: WORD_LENGTH }, () => LETTERS.charAt(between(0, LETTERS.length - 1))).join(''),
    between,
    pick: (list) => list[between(0, list.length - 1)] ?? list[0],
  };
}
