import type { DnsLoad } from '../probe/dns-load.ts';
import type { DnsReport } from '../verify/dns/run-dns-benchmark.ts';
import { formatMilliseconds } from './present-propagation.ts';
import type { Section } from './sections.ts';

/** A program that uses this much of a CPU may be slower than the name server. */
const BUSY_CPU = 0.9;

const listCounts = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([what, count]) => `${count} ${what}`).join(', ');

function rowOf({ answersPerSecond, answers, errors, id, milliseconds }: DnsLoad): readonly string[] {
  const times = milliseconds === undefined ? ['-', '-', '-'] : [milliseconds.p50, milliseconds.p95, milliseconds.p99].map(formatMilliseconds);
  return [id, answersPerSecond.toFixed(0), ...times, listCounts(answers), listCounts(errors)];
}

/** A table for each cluster. */
export function dnsSections({ results }: DnsReport): readonly Section[] {
  return results.map(({ context, error, loads }) => ({ title: context, columns: ['NAMES', 'ANSWERS/S', 'P50', 'P95', 'P99', 'ANSWERS', 'ERRORS'], rows: loads.map(rowOf), empty: error?.message ?? 'nothing was asked' }));
}

/** One line each for what was left out, or says less than it seems to. */
export function dnsRemarks({ leftOut, results }: DnsReport): readonly string[] {
  const [only, ...others] = results;
  const servers = results.flatMap(({ context, loads }) => [...new Set(loads.map(({ server }) => server))].map((server) => `${server} in ${context}`));
  const busy = results.flatMap(({ context, loads }) => loads.filter(({ cpu }) => cpu >= BUSY_CPU).map(({ id }) => `${id} in ${context}: the asking program used a whole CPU, so the name server may answer more`));
  return [
    // a single table has no heading
    ...(only !== undefined && others.length === 0 ? [`In ${only.context}`] : []),
    ...(servers.length === 0 ? [] : [`Asked: ${servers.join(', ')}`]),
    ...leftOut.map((what) => `Left out: ${what}`),
    ...busy,
  ];
}
