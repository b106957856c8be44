import { McsError } from '../base/errors.ts';

const UNITS: Readonly<Record<string, number>> = { kb: 1000, mb: 1_000_000, gb: 1_000_000_000 };

/** Bytes of `500kB`, `200MB`, `1GB`. Throws MCS_USAGE. */
export function parseSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([kmg]b)$/.exec(text.toLowerCase()) ?? [];
  const size = Number(number) * (UNITS[unit] ?? 0);
  if (size === 0) throw new McsError('MCS_USAGE', `Cannot read the size "${text}": it is none like 500kB, 200MB or 1GB`);
  return size;
}
