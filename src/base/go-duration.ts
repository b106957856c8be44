const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, 'μs': 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a Go duration such as `1.234ms` or `1m2.5s`; undefined for anything else, a negative one included. */
export function parseGoDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)([a-zµμ]+)/g)].reduce((sum, [, value = '0', unit = 'ms']) => sum + Number(value) * (UNIT_MS[unit] ?? 0), 0);
}
