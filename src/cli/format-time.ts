/** A Go duration in one unit with three digits at most, as in `1.48ms` for `1.475056ms`; other texts as they are. */
export function formatTime(duration: string): string {
  const [, value, unit] = /^(\d+\.\d+)(ns|us|µs|μs|ms|s)$/.exec(duration) ?? [];
  return value === undefined || unit === undefined ? duration : `${Number(Number(value) >= 100 ? Number(value).toFixed(0) : Number(value).toPrecision(3))}${unit}`;
}
