import type { DataAspect } from './judge-data.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, 'μs': 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a Go duration such as `1.234ms` or `1m2.5s`; undefined for anything else. */
export function parseGoDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)([a-zµμ]+)/g)].reduce((sum, [, value = '0', unit = 'ms']) => sum + Number(value) * (UNIT_MS[unit] ?? 0), 0);
}

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
