import type { RoundTripTimes } from '../../api/types/index.ts';
import { formatGoDuration } from './go-duration.ts';

/** So many round trips are looked back upon. */
const WINDOW = 1_000;

/** Figures in ms. */
export interface RoundTripFigures {
  readonly last: number;
  readonly min: number;
  readonly average: number;
  readonly max: number;
  readonly stdDev: number;
}

/** The last round trip times of one path. */
export class RoundTrips {
  readonly #times: number[] = [];
  #next = 0;
  #last = 0;

  add(ms: number): void {
    this.#last = ms;
    this.#times[this.#next] = ms;
    this.#next = (this.#next + 1) % WINDOW;
  }

  /** Undefined before the first one. */
  figures(): RoundTripFigures | undefined {
    const times = this.#times;
    if (times.length === 0) return undefined;
    let [min, max, sum] = [Infinity, 0, 0];
    for (const time of times) {
      min = Math.min(min, time);
      max = Math.max(max, time);
      sum += time;
    }
    const average = sum / times.length;
    const variance = times.reduce((total, time) => total + (time - average) ** 2, 0) / times.length;
    return { last: this.#last, min, average, max, stdDev: Math.sqrt(variance) };
  }
}

/** As Gateway and RouteAgent objects have them. */
export function toRoundTripTimes({ last, min, average, max, stdDev }: RoundTripFigures): RoundTripTimes {
  return {
    last: formatGoDuration(last),
    min: formatGoDuration(min),
    average: formatGoDuration(average),
    max: formatGoDuration(max),
    stdDev: formatGoDuration(stdDev),
  };
}
