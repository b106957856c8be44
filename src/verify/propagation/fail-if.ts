import { McsError } from '../../base/errors.ts';
import { type ClusterPair, type Measure, MEASURES, measureOf, type Sample, type Stage, STAGES, timesOf } from './stages.ts';

/** A limit: where it is exceeded, the benchmark fails. */
export interface FailIf {
  /** As it was written. */
  readonly text: string;
  readonly stage: Stage;
  readonly measure: Measure;
  readonly limitMs: number;
}

/** A limit that a pair exceeds. */
export interface Exceeded extends ClusterPair {
  readonly limit: string;
  readonly stage: Stage;
  readonly measure: Measure;
  /** Absent where canaries were lost: then it took longer than was waited. */
  readonly milliseconds?: number;
}

const FORM = /^(?:(?<stage>[a-z-]+)\.)?(?<measure>[a-z0-9]+)\s*>\s*(?<limit>\S+)$/;

/** The one of a list that a text names; undefined for any other text. */
const oneOf = <T extends string>(list: readonly T[], text: string | undefined): T | undefined => list.find((each) => each === text);

/** Reads `p99>2s`, `answer.p50>300ms`; without a stage the first byte is meant. Throws MCS_USAGE. */
export function parseFailIf(text: string, parseDuration: (text: string) => number): FailIf {
  const { limit, measure, stage = 'first-byte' } = FORM.exec(text)?.groups ?? {};
  const [wantedStage, wantedMeasure] = [oneOf(STAGES, stage), oneOf(MEASURES, measure)];
  if (wantedStage === undefined || wantedMeasure === undefined || limit === undefined) {
    throw new McsError('MCS_USAGE', `Cannot read --fail-if "${text}": it is [STAGE.]MEASURE>DURATION with one of ${STAGES.join(', ')} and one of ${MEASURES.join(', ')}`, { hints: ["--fail-if 'p99>2s' (with quotes, for > is the shell's)", "--fail-if 'answer.p50>300ms'"] });
  }
  return { text, stage: wantedStage, measure: wantedMeasure, limitMs: parseDuration(limit) };
}

/** Limits that are exceeded, pair by pair. A stage that was not timed exceeds nothing. */
export function findExceeded(limits: readonly FailIf[], samples: readonly Sample[], pairs: readonly ClusterPair[]): readonly Exceeded[] {
  return limits.flatMap(({ limitMs, measure, stage, text }) =>
    pairs.flatMap(({ from, to }) => {
      const value = measureOf(timesOf(samples, { from, to }, stage), measure);
      if (value === undefined || value <= limitMs) return [];
      return [{ from, to, limit: text, stage, measure, ...(Number.isFinite(value) && { milliseconds: value }) }];
    }),
  );
}
