import { join } from 'node:path';
import { type DnsperfResult, runDnsperf, writeQueries } from './dnsperf.ts';
import { pickHeadless, pickVip } from './dns-scene.ts';
import type { NameServerProcess } from './name-servers.ts';

/** One kind of question, with the most CPU time that an answer may take compared with CoreDNS. */
export interface DnsCase {
  readonly name: string;
  readonly bar: number;
  /** Compared with CoreDNS that keeps answers. */
  readonly cachedBar?: number;
  readonly edns?: boolean;
  /** The rcode that all answers must have. */
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
  /** The file of questions for a run; names that do not exist are never asked of a server twice. */
  readonly queries: (round: number) => string;
  readonly isOnce?: boolean;
}

const SECONDS = 4;
const QUERIES = 100_000;
/** More than any server answers in one run. */
const ONCE_QUERIES = 800_000;
const LATENCY_RATE = 5000;
const LATENCY_SECONDS = 2;

/** Writes the questions of each case into `folder`. */
export function writeCases(folder: string, rounds: number): readonly DnsCase[] {
  const write = (file: string, type: string, nameOf: () => string): (() => string) => {
    const written = writeQueries(join(folder, file), QUERIES, type, nameOf);
    return () => written;
  };
  const unknown = Array.from({ length: rounds }, (_, round) =>
    writeQueries(join(folder, `unknown-${round}`), ONCE_QUERIES, 'A', (index) => `no-${round}-${index}-${pickVip()}`),
  );
  return [
    { name: 'A of a clusterset IP', bar: 0.65, cachedBar: 0.8, rcode: 'NOERROR', queries: write('vip-a', 'A', pickVip) },
    { name: 'AAAA of the same (NODATA)', bar: 0.65, rcode: 'NOERROR', queries: write('vip-aaaa', 'AAAA', pickVip) },
    { name: 'NXDOMAIN, never asked before', bar: 0.65, rcode: 'NXDOMAIN', isOnce: true, queries: (round) => unknown[round] ?? '' },
    { name: 'headless A, 10 endpoints', bar: 0.4, cachedBar: 0.65, rcode: 'NOERROR', queries: write('headless-a', 'A', pickHeadless) },
    { name: 'headless SRV, 10 endpoints, EDNS', bar: 0.4, cachedBar: 0.65, edns: true, rcode: 'NOERROR', queries: write('headless-srv', 'SRV', () => `_http._tcp.${pickHeadless()}`) },
  ];
}

/** CPU time of the server per answered question, us. */
export async function measureCpu(one: DnsCase, server: NameServerProcess, round: number, core: number): Promise<number> {
  const before = server.cpuSeconds();
  const result = await runDnsperf({ port: server.port, queries: one.queries(round), seconds: SECONDS, core, ...(one.edns && { edns: true }), ...(one.isOnce && { once: true }) });
  const used = server.cpuSeconds() - before;
  requireAnswers(one, server, result);
  return (used / result.completed) * 1e6;
}

/** Time of each answer at a moderate rate, ms. */
export async function measureLatency(one: DnsCase, server: NameServerProcess, core: number): Promise<readonly number[]> {
  const result = await runDnsperf({ port: server.port, queries: one.queries(0), seconds: LATENCY_SECONDS, core, rate: LATENCY_RATE, ...(one.edns && { edns: true }) });
  requireAnswers(one, server, result);
  return result.latencies;
}

/** A server that refuses is fast, and not what is compared. */
function requireAnswers({ name, rcode }: DnsCase, server: NameServerProcess, { completed, rcodes }: DnsperfResult): void {
  if (completed === 0 || (rcodes[rcode] ?? 0) < completed) throw new Error(`${server.name} answered "${name}" with ${JSON.stringify(rcodes)}`);
}
