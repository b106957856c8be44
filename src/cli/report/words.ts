const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

/** `No fault`, `One fault`, `12 faults`, as a sentence begins. */
export function countInWords(number: number, noun: string): string {
  return `${NUMBERS[number] ?? formatNumber(number)} ${noun}${number === 1 || number === 0 ? '' : 's'}`;
}

const GROUPED = new Intl.NumberFormat('en');

/** `126,200` */
export const formatNumber = (number: number): string => GROUPED.format(number);

/** `west, east and 12 more` */
export function listSome(names: readonly string[], max: number): string {
  // one more name is as short as "and 1 more"
  if (names.length <= max + 1) return names.join(', ');
  return `${names.slice(0, max).join(', ')} and ${names.length - max} more`;
}

/** Milliseconds with three digits, as in `1.48 ms`. */
export function formatMs(ms: number): string {
  return ms >= 1000 ? `${shortNumber(ms / 1000)} s` : `${shortNumber(ms)} ms`;
}

/** Three digits at most, and none without need: `0.48`, `12`, `140`. */
export function shortNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(value >= 10 ? 2 : 3)));
}
