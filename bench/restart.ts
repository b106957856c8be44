import { setTimeout as delay } from 'node:timers/promises';
import { BROKER_NAMESPACE } from '../src/api/names.ts';
import { resources } from '../src/api/resources.ts';
import type { AgentProcess } from './lib/agent-process.ts';
import { type Outcome, scaleBar } from './lib/bar.ts';
import { createDnsProbe } from './lib/dns-probe.ts';
import { type ImportScene, serviceName, startImportScene, untilSettled } from './lib/import-scene.ts';
import { parsePrometheus } from './lib/prometheus.ts';
import { readRequestCounts, sumOf } from './lib/request-count.ts';
import { median } from './lib/statistics.ts';

const FIRST = 1_500;
const FIRST_BAR_SECONDS = 15;
/** Seconds until a restarted controller has looked at all of so many services. */
const RESTARTS = [
  { services: FIRST, barSeconds: 3 },
  { services: 5_000, barSeconds: 8 },
];
const ROUNDS = 3;
/** One list of the slices of 1,500 services when the bars were set, ms. */
const RECORDED_LIST_MS = 30;
/** Share of the time of the imports under way beyond which an export counts as queued behind them. */
const EXPORT_BAR = 0.25;
const GIVE_UP_MS = 180_000;
const POLL_MS = 20;

/** A member's first start, and restarts of its controller, beside a broker that is full. */
export async function benchRestart(root: string): Promise<readonly Outcome[]> {
  const scene = await startImportScene(root);
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  try {
    scene.exportServices(FIRST);
    const floorMs = await measureList(scene);
    const outcomes = [...(await measureFirstStart(scene, floorMs, signal))];
    for (const { services, barSeconds } of RESTARTS) outcomes.push(...(await measureRestarts(scene, services, { seconds: barSeconds, floorMs }, signal)));
    return outcomes;
  } finally {
    await scene.stop();
  }
}

/** One list of the slices, after one that warms up. */
async function measureList({ broker }: ImportScene): Promise<number> {
  const client = broker.client();
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const begun = performance.now();
    await client.list(resources.endpointSlices, { namespace: BROKER_NAMESPACE });
    if (round > 0) times.push(performance.now() - begun);
  }
  return median(times);
}

function noteOf(seconds: number, floorMs: number): string {
  return `${seconds} s at a list of ${RECORDED_LIST_MS} ms; here ${floorMs.toFixed(0)} ms`;
}

async function measureFirstStart(scene: ImportScene, floorMs: number, signal: AbortSignal): Promise<readonly Outcome[]> {
  const dns = await scene.startDns();
  const probe = await createDnsProbe('127.0.0.1', dns.port);
  const controller = await scene.startController();
  try {
    const firstAt = await probe.untilResolved(serviceName(0), signal);
    const exported = scene.exportOwn('first-start', signal).then(() => performance.now());
    let lastAt = firstAt;
    for (let index = 1; index < FIRST; index += 1) lastAt = await probe.untilResolved(serviceName(index), signal);
    const ratio = ((await exported) - firstAt) / (lastAt - firstAt);
    await untilSettled(controller, FIRST, signal);
    return [
      { name: `first start until ${FIRST} services are resolvable`, value: (lastAt - controller.begun) / 1000, unit: 's', bar: scaleBar(FIRST_BAR_SECONDS, floorMs, RECORDED_LIST_MS), note: noteOf(FIRST_BAR_SECONDS, floorMs) },
      { name: 'export made meanwhile, of the time of the imports', value: ratio, unit: 'x', bar: EXPORT_BAR, note: `${(ratio * (lastAt - firstAt)).toFixed(0)} ms of ${(lastAt - firstAt).toFixed(0)} ms` },
    ];
  } finally {
    probe.close();
    await Promise.all([controller.stop(), dns.stop()]);
  }
}

interface Restart {
  readonly seconds: number;
  readonly writes: number;
}

async function measureRestarts(scene: ImportScene, services: number, bar: { readonly seconds: number; readonly floorMs: number }, signal: AbortSignal): Promise<readonly Outcome[]> {
  scene.exportServices(services);
  await restart(scene, services, signal); // imports what is new
  const restarts: Restart[] = [];
  for (let round = 0; round < ROUNDS; round += 1) restarts.push(await restart(scene, services, signal));
  const seconds = median(restarts.map((one) => one.seconds));
  const exported = await exportWhileStarting(scene, services, signal);
  return [
    { name: `restart with ${services} imported services until synced`, value: seconds, unit: 's', bar: scaleBar(bar.seconds, bar.floorMs, RECORDED_LIST_MS), note: noteOf(bar.seconds, bar.floorMs) },
    { name: `writes of a restart with ${services} imported services`, value: Math.max(...restarts.map(({ writes }) => writes)), unit: 'requests', bar: 0 },
    { name: `export made meanwhile, of the time until synced`, value: exported.exportedSeconds / exported.syncedSeconds, unit: 'x', bar: 1, note: `${exported.exportedSeconds.toFixed(2)} s of ${exported.syncedSeconds.toFixed(2)} s after the start` },
  ];
}

async function restart(scene: ImportScene, services: number, signal: AbortSignal): Promise<Restart> {
  const controller = await scene.startController();
  try {
    await untilSettled(controller, services, signal);
    const seconds = (performance.now() - controller.begun) / 1000;
    const requests = readRequestCounts((await controller.metrics()) ?? '');
    return { seconds, writes: sumOf(requests.filter(({ method }) => method !== 'GET')) };
  } finally {
    await controller.stop();
  }
}

/** An export as soon as the restarted controller leads, beside all that it has to look at anew. */
async function exportWhileStarting(scene: ImportScene, services: number, signal: AbortSignal): Promise<{ readonly exportedSeconds: number; readonly syncedSeconds: number }> {
  const controller = await scene.startController();
  const sinceStart = (): number => (performance.now() - controller.begun) / 1000;
  try {
    await untilLeading(controller, signal);
    const [exportedSeconds, syncedSeconds] = await Promise.all([
      scene.exportOwn(`restart-${services}`, signal).then(sinceStart),
      untilSettled(controller, services, signal).then(sinceStart),
    ]);
    return { exportedSeconds, syncedSeconds };
  } finally {
    await controller.stop();
  }
}

async function untilLeading(controller: AgentProcess, signal: AbortSignal): Promise<void> {
  while (parsePrometheus((await controller.metrics()) ?? '').get('mcs_leader') !== 1) await delay(POLL_MS, undefined, { signal });
}
