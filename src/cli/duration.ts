import { McsError } from '../base/errors.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `2m`, `1h30m`, `24h`. Throws MCS_USAGE. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|[smhd])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new McsError('MCS_USAGE', `Cannot read the duration "${text}": it is none like 30s, 2m or 24h`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** The same, and a bare number of seconds, as subctl has its timeouts. Throws MCS_USAGE. */
export function parseTimeout(text: string): number {
  return parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
}
