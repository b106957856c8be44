import { getServers } from 'node:dns';
import { isIPv6 } from 'node:net';
import { sleep, systemClock } from '../base/clock.ts';
import { type AddressType, type DnsReply, openDnsAsker } from './dns-asker.ts';
import { summarize, type Summary } from './statistics.ts';

/** Questions of one sort. */
export interface DnsGroup {
  readonly id: string;
  readonly names: readonly string[];
  readonly type: AddressType;
  /** Whom to ask; the name server of the pod by default. */
  readonly server?: string;
}

export interface DnsLoadRequest {
  readonly groups: readonly DnsGroup[];
  /** Who ask at the same time, each one question after the other. */
  readonly clients: number;
  /** What all clients together never exceed, questions per second. */
  readonly rate: number;
  /** Time of each group. */
  readonly seconds: number;
  readonly timeoutMs: number;
}

/** What came of one group. */
export interface DnsLoad {
  readonly id: string;
  readonly server: string;
  readonly questions: number;
  readonly seconds: number;
  /** Answers per second. */
  readonly answersPerSecond: number;
  /** How often each answer came: `NOERROR`, `NODATA`, `NXDOMAIN`, `SERVFAIL`, ... */
  readonly answers: Readonly<Record<string, number>>;
  /** How often none came, by reason: `timeout`, `ECONNREFUSED`, ... */
  readonly errors: Readonly<Record<string, number>>;
  /** From a question to its answer; absent where none came. */
  readonly milliseconds?: Summary;
  /** Share of one CPU that the asking program spent, 0 to 1: near 1 it was the limit, and not the name server. */
  readonly cpu: number;
}

export interface DnsLoadOptions {
  /** False in the sandbox, whose pods have no name server of their own: what is for that one is left out. */
  readonly hasResolver: boolean;
  /** Port under which a port of a manifest is served. */
  readonly portOf: (port: number) => number;
  readonly signal: AbortSignal;
}

/** What was counted so far. */
interface Tally {
  readonly answers: Record<string, number>;
  readonly errors: Record<string, number>;
  readonly times: number[];
}

function count({ answers, errors, times }: Tally, { addresses, error, rcode }: DnsReply, ms: number): void {
  if (error !== undefined) {
    errors[error] = (errors[error] ?? 0) + 1;
    return;
  }
  const said = rcode === 'NOERROR' && addresses.length === 0 ? 'NODATA' : (rcode ?? 'NOERROR');
  answers[said] = (answers[said] ?? 0) + 1;
  times.push(ms);
}

/** `10.96.0.10`, or `10.96.0.10:5353` and `[fd00::a]:5353` as `getServers` writes other ports. */
function splitServer(server: string, portOf: DnsLoadOptions['portOf']): { readonly address: string; readonly port: number } {
  if (isIPv6(server)) return { address: server, port: portOf(53) };
  const [, address = server, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(server) ?? [];
  return { address, port: port === undefined ? portOf(53) : Number(port) };
}

interface Client {
  readonly index: number;
  readonly group: DnsGroup;
  readonly server: string;
  readonly begun: number;
}

/** One who asks, waits for the answer, and asks again when the rate allows it. */
async function askOn({ begun, group, index, server }: Client, { clients, rate, seconds, timeoutMs }: DnsLoadRequest, { portOf, signal }: DnsLoadOptions, tally: Tally): Promise<void> {
  const asker = await openDnsAsker({ ...splitServer(server, portOf), timeoutMs });
  const pauseMs = (clients * 1000) / rate;
  try {
    // what was missed while an answer took its time is not made up for: the rate is never exceeded
    for (let turn = index, due = begun + (pauseMs * index) / clients; ; turn += 1, due = Math.max(due + pauseMs, performance.now())) {
      const early = due - performance.now();
      if (early >= 1) await sleep(systemClock, early, signal);
      signal.throwIfAborted();
      const sent = performance.now();
      if (sent - begun >= seconds * 1000) return;
      const reply = await asker.ask(group.names[turn % group.names.length] ?? '', group.type);
      count(tally, reply, performance.now() - sent);
    }
  } finally {
    asker.close();
  }
}

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, each) => sum + each, 0);

async function measureGroup(group: DnsGroup, request: DnsLoadRequest, options: DnsLoadOptions): Promise<DnsLoad> {
  const server = group.server ?? getServers()[0] ?? '';
  const tally: Tally = { answers: {}, errors: {}, times: [] };
  const [begun, used] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: request.clients }, (_, index) => askOn({ index, group, server, begun }, request, options, tally)));
  const seconds = (performance.now() - begun) / 1000;
  const { system, user } = process.cpuUsage(used);
  const milliseconds = summarize(tally.times);
  const { answers, errors, times } = tally;
  return {
    id: group.id,
    server,
    questions: times.length + sumOf(errors),
    seconds,
    answersPerSecond: times.length / seconds,
    answers,
    errors,
    ...(milliseconds && { milliseconds }),
    cpu: (user + system) / 1e6 / seconds,
  };
}

/** Asks the names of each group in turn, one group after the other, for its time. Throws the signal's reason. */
export async function measureDnsLoad(request: DnsLoadRequest, options: DnsLoadOptions): Promise<readonly DnsLoad[]> {
  const loads: DnsLoad[] = [];
  const groups = request.groups.filter(({ server }) => options.hasResolver || server !== undefined);
  for (const group of groups) loads.push(await measureGroup(group, request, options));
  return loads;
}
