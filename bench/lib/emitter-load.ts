import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resources } from '../../src/api/resources.ts';
import { startTestApiServer, type TestApiServer } from '../../test/helpers/api-server.ts';
import { type AgentProcess, freePort, startAgent, writeFiles } from './agent-process.ts';
import type { Outcome } from './bar.ts';
import { changedSlice, namespaceOf, NAMESPACES, serviceOf, sliceOf } from './mirror-services.ts';
import type { WatchersOrder, WatchersReport } from './watchers.ts';

const SERVICES = 500;
const WATCHES = 100;
const RATE = 1_000;
const SECONDS = 25;
/** A fifth of it is enough to fill what is kept for watches that begin in the past. */
const FIRST_SECONDS = 5;
/** Kept for ever, what the watch that does not read has not got would be 13 MB, and what all of them are sent 1.2 GB. */
const GROWTH_BAR_MB = 100;
const TICK_MS = 10;
const SAMPLE_MS = 200;
const GIVE_UP_MS = 120_000;
const TOKEN = 'bench';

interface EmitterScene {
  readonly server: TestApiServer;
  readonly emitter: AgentProcess;
  readonly watchers: Watchers;
}

/** A program with many watches, and one that does not read. */
interface Watchers {
  order(order: WatchersOrder): void;
  /** The report with this key. */
  report<K extends string>(key: K): Promise<Extract<WatchersReport, Readonly<Record<K, unknown>>>>;
  stop(): void;
}

/** An emitter while many watch and much changes: whether each watch gets every change, and what that takes. */
export async function measureEmitter(root: string): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-emitter-'));
  const server = await startTestApiServer();
  const ends: (() => unknown)[] = [() => server.stop(), () => rmSync(folder, { recursive: true })];
  try {
    fill(server);
    const { emitter, url } = await startEmitter(root, folder, server);
    ends.unshift(() => emitter.stop());
    const watchers = startWatchers(root, { url, ca: readFileSync(join(folder, 'certificates', 'ca.crt'), 'utf8') });
    ends.unshift(() => watchers.stop());
    await watchers.report('opened');
    return await load({ server, emitter, watchers });
  } finally {
    for (const end of ends) await end();
  }
}

function fill({ store }: TestApiServer): void {
  for (let index = 0; index < NAMESPACES; index += 1) store.create(resources.namespaces, { metadata: { name: namespaceOf(index) } });
  for (let index = 0; index < SERVICES; index += 1) {
    store.create(resources.services, serviceOf(index));
    store.create(resources.endpointSlices, sliceOf(index));
  }
}

async function startEmitter(root: string, folder: string, { url, ca, adminToken }: TestApiServer): Promise<{ readonly emitter: AgentProcess; readonly url: string }> {
  writeFiles(folder, { tokens: `${TOKEN}\n` });
  const port = await freePort();
  const emitter = await startAgent('emitter', { root, folder, access: { url, ca, token: adminToken }, args: [`--secure-port=${port}`, '--token-file=/tokens', '--cert-dir=/certificates'] });
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  while (!(await emitter.isReady())) await delay(SAMPLE_MS, undefined, { signal });
  return { emitter, url: `https://127.0.0.1:${port}` };
}

function startWatchers(root: string, { url, ca }: { readonly url: string; readonly ca: string }): Watchers {
  const child = fork(join(root, 'bench', 'lib', 'watchers.ts'), { env: { ...process.env, WATCH_URL: url, WATCH_CA: ca, WATCH_TOKEN: TOKEN, WATCH_COUNT: String(WATCHES) } });
  const received: WatchersReport[] = [];
  child.on('message', (report: WatchersReport) => void received.push(report));
  return {
    order: (order) => void child.send(order),
    report: async <K extends string>(key: K) => {
      const signal = AbortSignal.timeout(GIVE_UP_MS);
      for (;;) {
        const found = received.find((report) => key in report);
        if (found !== undefined) return found as Extract<WatchersReport, Readonly<Record<K, unknown>>>;
        await once(child, 'message', { signal });
      }
    },
    stop: () => child.kill('SIGKILL'),
  };
}

async function load({ server, emitter, watchers }: EmitterScene): Promise<readonly Outcome[]> {
  const [rssBefore, cpuBefore] = [emitter.rssMB(), emitter.cpuSeconds()];
  const changes = new Changes(server, emitter);
  const slow = resumeWhenCut(emitter, watchers);
  const first = await changes.run(FIRST_SECONDS);
  const peak = Math.max(first.peakMB, (await changes.run(SECONDS - FIRST_SECONDS)).peakMB);
  const made = performance.now();
  const all = watchers.report('lost');
  watchers.order({ changes: changes.made });
  const { ended, lost, repeated } = await all;
  const drainedMs = performance.now() - made;
  const cpu = (emitter.cpuSeconds() - cpuBefore) / changes.made / WATCHES;
  const of = `${WATCHES} watches, ${(changes.made / changes.seconds).toFixed(0)} changes/s for ${SECONDS} s`;
  return [
    { name: `events that a watch of the emitter missed`, value: lost + repeated, unit: 'events', bar: 0, note: `${of}; every change, in order; ${ended} watches ended; the last came ${drainedMs.toFixed(0)} ms after the last change; ${(cpu * 1e6).toFixed(1)} us of CPU for each` },
    { name: 'watches that do not read and were not ended with 410', value: Number((await slow) !== 410), unit: 'watches', bar: 0, note: 'of 1' },
    { name: 'emitter RSS growth under that load', value: peak - rssBefore, unit: 'MB', bar: GROWTH_BAR_MB, note: `from ${rssBefore.toFixed(0)} MB with ${SERVICES} services and the watches open; ${(first.peakMB - rssBefore).toFixed(0)} MB of it in the first ${FIRST_SECONDS} s` },
  ];
}

/** Lets the slow watch read what was left to it, once the emitter has given it up; the code that ended it, undefined if none did. */
async function resumeWhenCut(emitter: AgentProcess, watchers: Watchers): Promise<number | undefined> {
  const end = performance.now() + SECONDS * 1_000;
  while (!/^mcs_emitter_watches_cut_total\{.*\} 1$/m.test((await emitter.metrics()) ?? '')) {
    if (performance.now() > end) return undefined;
    await delay(SAMPLE_MS);
  }
  watchers.order({ resume: true });
  return (await watchers.report('slowCode')).slowCode;
}

/** Changes of endpoints at a steady rate; what is late is caught up. */
class Changes {
  made = 0;
  seconds = 0;
  readonly #server: TestApiServer;
  readonly #emitter: AgentProcess;

  constructor(server: TestApiServer, emitter: AgentProcess) {
    this.#server = server;
    this.#emitter = emitter;
  }

  async run(seconds: number): Promise<{ readonly peakMB: number }> {
    const [begun, first] = [performance.now(), this.made];
    let [peakMB, sampled] = [0, 0];
    while (this.made < first + seconds * RATE) {
      await delay(TICK_MS);
      const now = performance.now();
      const due = Math.min(first + Math.floor(((now - begun) / 1_000) * RATE), first + seconds * RATE);
      while (this.made < due) this.#change(this.made++);
      if (now - sampled < SAMPLE_MS) continue;
      sampled = now;
      peakMB = Math.max(peakMB, this.#emitter.rssMB());
    }
    this.seconds += (performance.now() - begun) / 1_000;
    return { peakMB };
  }

  #change(change: number): void {
    this.#server.store.update(resources.endpointSlices, changedSlice(change % SERVICES, change));
  }
}
