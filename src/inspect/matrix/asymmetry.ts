import { parseGoDuration } from '../../base/go-duration.ts';
import type { DataAspect } from './judge-data.ts';

/** Both ends measure there and back, so that their times are alike; below this many ms a difference is noise. */
const NOISE_MS = 5;
const FACTOR = 2;

function timesDiffer(one: DataAspect, other: DataAspect): boolean {
  const [a, b] = [parseGoDuration(one.averageRTT ?? ''), parseGoDuration(other.averageRTT ?? '')];
  if (a === undefined || b === undefined) return false;
  return Math.abs(a - b) > NOISE_MS && Math.max(a, b) > FACTOR * Math.min(a, b);
}

const isTold = ({ verdict }: DataAspect): boolean => verdict === 'ok' || verdict === 'bad';

/** How the two ends of a tunnel disagree; undefined where they agree, or one of them says nothing. */
export function findAsymmetry(one: DataAspect, other: DataAspect): 'state' | 'rtt' | undefined {
  if (!isTold(one) || !isTold(other)) return undefined;
  if (one.verdict !== other.verdict) return 'state';
  return timesDiffer(one, other) ? 'rtt' : undefined;
}
