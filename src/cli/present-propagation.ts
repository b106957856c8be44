import type { Exceeded } from '../verify/propagation/fail-if.ts';
import type { PropagationReport } from '../verify/propagation/run-propagation.ts';
import { type PairTimes, type Stage, STAGES } from '../verify/propagation/stages.ts';
import type { Section } from './sections.ts';

const MEANING: Readonly<Record<Stage, string>> = {
  broker: 'copy on the broker',
  import: 'import with an address',
  slice: 'endpoints imported',
  answer: 'all name servers answer',
  'first-byte': 'first byte in a pod',
  change: 'endpoint change answered',
  gone: 'unexported: no answer',
};

/** `4.2 ms`, `412 ms`, `1.62 s` */
export function formatMilliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function rowsOf({ lost, stages }: PairTimes): readonly (readonly string[])[] {
  return STAGES.flatMap((stage) => {
    const times = stages[stage];
    const missing = lost[stage] ?? 0;
    if (times === undefined && missing === 0) return [];
    const measured = times === undefined ? ['-', '-', '-'] : [times.p50, times.p99, times.max].map(formatMilliseconds);
    return [[stage, MEANING[stage], ...measured, missing === 0 ? '-' : `${missing} of ${missing + (times?.count ?? 0)}`]];
  });
}

/** A table for each pair. */
export function propagationSections({ pairs }: PropagationReport): readonly Section[] {
  return pairs.map((pair) => ({ title: `${pair.from} to ${pair.to}`, columns: ['STAGE', 'UNTIL', 'P50', 'P99', 'MAX', 'LOST'], rows: rowsOf(pair), empty: 'nothing was timed' }));
}

function describeExceeded({ from, limit, milliseconds, to }: Exceeded): string {
  return `Exceeded: ${limit} from ${from} to ${to}: ${milliseconds === undefined ? 'canaries were lost' : formatMilliseconds(milliseconds)}`;
}

/** How exact the times are, what was not timed, and which limits were exceeded. */
export function propagationRemarks({ clock, exceeded, notTimed, pairs }: PropagationReport): readonly string[] {
  const [only, ...others] = pairs;
  const ways = Object.entries(clock.roundTripMs).map(([context, ms]) => `${context} ${formatMilliseconds(ms)}`);
  return [
    // a single table has no heading
    ...(only !== undefined && others.length === 0 ? [`From ${only.from} to ${only.to}`] : []),
    `By the clock of this workstation: a time may be too long by the way from there to here (round trip ${ways.join(', ')}), and DNS is asked every ${clock.askEveryMs} ms`,
    ...notTimed.map((what) => `Not timed: ${what}`),
    ...exceeded.map(describeExceeded),
  ];
}
