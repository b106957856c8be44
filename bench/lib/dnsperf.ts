import { writeFileSync } from 'node:fs';
import { runProgram } from '../../tools/demo/shell.ts';

export interface DnsperfOptions {
  readonly port: number;
  /** One `name type` per line. */
  readonly queries: string;
  readonly seconds: number;
  readonly core: number;
  readonly edns?: boolean;
  /** Stops at the end of the queries instead of beginning anew. */
  readonly once?: boolean;
  /** Queries per second at most; default as many as are answered. */
  readonly rate?: number;
}

export interface DnsperfResult {
  readonly completed: number;
  readonly lost: number;
  /** Answers by response code. */
  readonly rcodes: Readonly<Record<string, number>>;
  /** Of each answer, ms; only with a rate. */
  readonly latencies: readonly number[];
}

/** Asks one name server as dnsperf does: with up to 100 questions on their way. */
export async function runDnsperf({ port, queries, seconds, core, edns = false, once = false, rate }: DnsperfOptions): Promise<DnsperfResult> {
  const limits = [...(once ? ['-n', '1'] : []), ...(rate !== undefined ? ['-Q', String(rate), '-v'] : [])];
  const argv = ['taskset', '--cpu-list', String(core), 'dnsperf', '-s', '127.0.0.1', '-p', String(port), '-d', queries, '-l', String(seconds), ...(edns ? ['-e'] : []), ...limits];
  const { exitCode, output, stdout } = await runProgram(argv, { cwd: process.cwd(), env: process.env });
  if (exitCode !== 0) throw new Error(`dnsperf ended with ${exitCode}:\n${output.slice(-2000)}`);
  return parseDnsperf(stdout);
}

function parseDnsperf(text: string): DnsperfResult {
  const number = (label: string): number => Number(new RegExp(`${label}:\\s+(\\d+)`).exec(text)?.[1] ?? Number.NaN);
  const codes = /Response codes:\s+(.*)/.exec(text)?.[1] ?? '';
  const rcodes = Object.fromEntries([...codes.matchAll(/(\w+) (\d+) \(/g)].map(([, name = '', count]) => [name, Number(count)]));
  const latencies = [...text.matchAll(/^> \S+ \S+ \S+ (\d+\.\d+)$/gm)].map(([, time]) => Number(time) * 1000);
  return { completed: number('Queries completed'), lost: number('Queries lost'), rcodes, latencies };
}

/** A file of questions, for names as random as clients' are: each letter in either case (0x20). */
export function writeQueries(file: string, count: number, type: string, nameOf: (index: number) => string): string {
  const lines = Array.from({ length: count }, (_, index) => `${randomCase(nameOf(index))} ${type}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

function randomCase(name: string): string {
  return name.replaceAll(/[a-z]/g, (letter) => (Math.random() < 0.5 ? letter : letter.toUpperCase()));
}
