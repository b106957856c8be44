const UNITS: readonly (readonly [number, string])[] = [[1_000, 's'], [1, 'ms'], [0.001, 'µs']];

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** A duration in ms as Go prints it: `1.234ms`, `12.5µs`, `1m0.5s`; that is how users' scripts know round trip times. */
export function formatGoDuration(ms: number): string {
  if (ms <= 0) return '0s';
  if (ms >= 60_000) {
    const minutes = Math.floor(ms / 60_000);
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return `${hours > 0 ? `${hours}h` : ''}${rest}m${trimmed((ms - minutes * 60_000) / 1_000, 9)}s`;
  }
  for (const [size, unit] of UNITS) {
    if (ms >= size) return `${trimmed(ms / size, 6)}${unit}`;
  }
  return `${Math.round(ms * 1_000_000)}ns`;
}
