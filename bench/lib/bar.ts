/** One measured figure beside the bar that it must not exceed. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'x' | 'ms' | 's' | 'MB' | '%' | 'requests' | 'packets' | 'events' | 'watches';
  readonly bar: number;
  /** How the bar came about where it was scaled to this machine. */
  readonly note?: string;
}

/** A figure that could not be measured, and why. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

export type Outcome = Figure | Skipped;

export function isMissed(outcome: Outcome): boolean {
  return 'value' in outcome && outcome.value > outcome.bar;
}

/**
 * A bar in ms or s holds at the floor that was measured when it was set. On a slower machine it
 * grows with the floor measured in the same run; it never shrinks.
 */
export function scaleBar(bar: number, measuredFloor: number, recordedFloor: number): number {
  return bar * Math.max(1, measuredFloor / recordedFloor);
}

export function formatOutcome(outcome: Outcome): string {
  if ('skipped' in outcome) return `SKIPPED ${outcome.name}: ${outcome.skipped}`;
  const { name, value, unit, bar, note } = outcome;
  const verdict = isMissed(outcome) ? 'MISSED' : 'ok    ';
  return `${verdict}  ${name.padEnd(58)} ${round(value).padStart(8)} ${unit.padEnd(2)}  bar ${round(bar)} ${unit}${note === undefined ? '' : `  (${note})`}`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
