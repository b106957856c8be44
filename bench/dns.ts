import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestApiServer, type TestApiServer } from '../test/helpers/api-server.ts';
import { isInstalled } from '../tools/demo/shell.ts';
import { type Outcome, scaleBar } from './lib/bar.ts';
import { type DnsCase, measureCpu, measureLatency, writeCases } from './lib/dns-cases.ts';
import { createDnsProbe } from './lib/dns-probe.ts';
import { HEADLESS_SERVICES, headlessName, startChanges, VIP_SERVICES, vipName, writeScene } from './lib/dns-scene.ts';
import { findCoreDns } from './lib/find-coredns.ts';
import type { ApiAccess } from './lib/agent-process.ts';
import { type NameServerProcess, startCoreDns, startMcsDns } from './lib/name-servers.ts';
import { pinSelf } from './lib/pinned-process.ts';
import { timeProcess } from './lib/process-times.ts';
import { median, quantile } from './lib/statistics.ts';

/** Servers have a core of their own; the client shares the other one with the API server. */
const SERVER_CORE = 1;
const CLIENT_CORE = 0;
const ROUNDS = 3;
const GIVE_UP_MS = 30_000;
/** Share of the time without a core beyond which a latency tells about the machine, not about the server. */
const MAX_WAITING = 0.1;
/** Bare `node -e 0` when the bars were set, ms. */
const RECORDED_BARE_NODE_MS = 20;

interface Servers {
  readonly mcs: NameServerProcess;
  readonly plain: NameServerProcess;
  readonly cached: NameServerProcess;
}

/** Our name server beside CoreDNS, plain and with a cache, over the same objects of one API server. */
export async function benchDns(root: string): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-dns-'));
  const coredns = findCoreDns(root, folder);
  const missing = whatIsMissing(coredns);
  if (missing !== undefined || coredns === undefined) {
    rmSync(folder, { recursive: true });
    return [{ name: 'name server', skipped: missing ?? '' }];
  }
  pinSelf(CLIENT_CORE);
  const api = await startTestApiServer();
  try {
    await writeScene(api.client());
    return await compare(root, folder, coredns, api);
  } finally {
    await api.stop();
    rmSync(folder, { recursive: true });
  }
}

function whatIsMissing(coredns: string | undefined): string | undefined {
  if (availableParallelism() < 2) return 'it needs one core for the server and one for the client';
  const program = ['taskset', 'dnsperf'].find((name) => !isInstalled(name, process.env));
  if (program !== undefined) return `"${program}" is not installed (apt-get install ${program === 'taskset' ? 'util-linux' : program})`;
  return coredns === undefined ? 'no CoreDNS on the PATH, and no lab at MCS_LAB that has one' : undefined;
}

async function compare(root: string, folder: string, coredns: string, api: TestApiServer): Promise<readonly Outcome[]> {
  const access: ApiAccess = { url: api.url, ca: api.ca, token: api.adminToken };
  const kubeconfig = api.kubeconfig();
  const mcsStart = (): Promise<NameServerProcess> => startMcsDns(root, join(folder, 'mcs'), access, SERVER_CORE);
  const start = await measureStart(mcsStart);
  const servers = {
    mcs: await mcsStart(),
    plain: await startCoreDns(coredns, join(folder, 'plain'), kubeconfig, SERVER_CORE, []),
    cached: await startCoreDns(coredns, join(folder, 'cached'), kubeconfig, SERVER_CORE, ['cache 30', 'loadbalance']),
  };
  const all = [servers.mcs, servers.plain, servers.cached];
  const stopChanges = startChanges(api.client(), (error) => console.error('Cannot change a service', error));
  try {
    for (const server of all) await untilAllAnswer(server);
    const cases = writeCases(folder, ROUNDS);
    const ratios: Outcome[] = [];
    for (const one of cases) ratios.push(...(await compareCpu(one, servers)));
    return [...ratios, ...(await compareLatency(cases, servers)), describeMemory(servers), start];
  } finally {
    stopChanges();
    for (const server of all) await server.stop();
  }
}

/** CPU time per query in turns, so that a change of the machine's speed hits all servers alike. */
async function compareCpu(one: DnsCase, { mcs, plain, cached }: Servers): Promise<readonly Outcome[]> {
  const samples: Record<keyof Servers, number[]> = { mcs: [], plain: [], cached: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, server] of Object.entries({ mcs, plain, cached }) as [keyof Servers, NameServerProcess][]) {
      samples[name].push(await measureCpu(one, server, round, CLIENT_CORE));
    }
  }
  const [ours, theirs, theirsCached] = [median(samples.mcs), median(samples.plain), median(samples.cached)];
  const note = (peer: number): string => `${ours.toFixed(1)} us of ${peer.toFixed(1)} us per query`;
  const outcome: Outcome = { name: `${one.name}: CPU of CoreDNS`, value: ours / theirs, unit: 'x', bar: one.bar, note: note(theirs) };
  if (one.cachedBar === undefined) return [outcome];
  return [outcome, { name: `${one.name}: CPU of CoreDNS with a cache`, value: ours / theirsCached, unit: 'x', bar: one.cachedBar, note: note(theirsCached) }];
}

async function compareLatency(cases: readonly DnsCase[], { mcs, plain }: Servers): Promise<readonly Outcome[]> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of cases) {
      const [begun, before] = [performance.now(), mcs.waitedSeconds()];
      ours.push(quantile(await measureLatency(one, mcs, CLIENT_CORE), 0.99));
      waits.push((mcs.waitedSeconds() - before) / ((performance.now() - begun) / 1000));
      theirs.push(quantile(await measureLatency(one, plain, CLIENT_CORE), 0.99));
    }
  }
  const [p99, peer] = [median(ours), median(theirs)];
  const name = 'p99 latency at 5,000 queries/s, of CoreDNS';
  if (median(waits) > MAX_WAITING) {
    return [{ name, skipped: `other programs held the server's core ${(median(waits) * 100).toFixed(0)}% of the time (${p99.toFixed(3)} ms of ${peer.toFixed(3)} ms); it wants a quiet machine` }];
  }
  return [{ name, value: p99 / peer, unit: 'x', bar: 1, note: `${p99.toFixed(3)} ms of ${peer.toFixed(3)} ms` }];
}

function describeMemory({ mcs, plain }: Servers): Outcome {
  const [ours, theirs] = [mcs.rssMB(), plain.rssMB()];
  return { name: 'RSS after the load, of CoreDNS', value: ours / theirs, unit: 'x', bar: 1.5, note: `${ours.toFixed(0)} MB of ${theirs.toFixed(0)} MB` };
}

/** From the start of the process until the last service is answered. */
async function measureStart(startServer: () => Promise<NameServerProcess>): Promise<Outcome> {
  const times: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await timeProcess({ name: 'node -e 0', argv: [process.execPath, '-e', '0'] }));
    const server = await startServer();
    try {
      times.push(((await untilAllAnswer(server)) - server.begun) / 1000);
    } finally {
      await server.stop();
    }
  }
  const floor = median(bare);
  const bar = scaleBar(1, floor, RECORDED_BARE_NODE_MS);
  return { name: `start until ${VIP_SERVICES + HEADLESS_SERVICES} services are answered`, value: median(times), unit: 's', bar, note: `1 s at a bare node of ${RECORDED_BARE_NODE_MS} ms; here ${floor.toFixed(0)} ms` };
}

/** Resolves with the time (performance.now) at which the last service was answered. */
async function untilAllAnswer({ port }: NameServerProcess): Promise<number> {
  const probe = await createDnsProbe('127.0.0.1', port);
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  const names = [...Array.from({ length: VIP_SERVICES }, (_, index) => vipName(index)), ...Array.from({ length: HEADLESS_SERVICES }, (_, index) => headlessName(index))];
  try {
    let last = 0;
    for (const name of names) last = await probe.untilResolved(name, signal);
    return last;
  } finally {
    probe.close();
  }
}
