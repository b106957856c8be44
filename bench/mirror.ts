import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SERVICE_NAME } from '../src/api/labels.ts';
import { startTestApiServer } from '../test/helpers/api-server.ts';
import type { AgentProcess } from './lib/agent-process.ts';
import { type Outcome, scaleBar } from './lib/bar.ts';
import { measureChainFloor, RECORDED_CHAIN_MS } from './lib/chain-floor.ts';
import { measureEmitter } from './lib/emitter-load.ts';
import { measureEndpointChanges } from './lib/endpoint-changes.ts';
import { addressOf } from './lib/mirror-services.ts';
import { type MirrorScene, sliceRefs, startMirrorScene } from './lib/mirror-scene.ts';
import { readRequestCounts, sumOf } from './lib/request-count.ts';
import { median, quantile } from './lib/statistics.ts';

/** How many, within which time from nothing, and in how much memory. */
const FEW = { services: 200, barSeconds: 3, barMB: 120 };
const MANY = { services: 5_000, barSeconds: 40, barMB: 150 };
/** With 200 services, on 2 cores and real API servers: the clients of both send 5 requests/s. */
const RECORDED = 'service-reflector took 79 s and 38 MB, k8-cross-cluster-controller 87 s and 29 MB';
const ROUNDS = 3;
const CHANGE_BAR_MS = 100;
const SETTLE_MS = 10_000;
const IDLE_MS = 60_000;
const GIVE_UP_MS = 180_000;

/** A mirror between two API servers, with few services and with many, and an emitter that many read. */
export async function benchMirror(root: string): Promise<readonly Outcome[]> {
  const floorMs = await measureChainFloor();
  return [...(await measureFew(root, floorMs)), ...(await measureMany(root, floorMs)), ...(await measureEmitter(root))];
}

async function onScene<T>(root: string, measure: (scene: MirrorScene, signal: AbortSignal) => Promise<T>): Promise<T> {
  const scene = await startMirrorScene(root);
  try {
    return await measure(scene, AbortSignal.timeout(GIVE_UP_MS));
  } finally {
    await scene.stop();
  }
}

/** Seconds from the start of the program. */
async function mirrorAll(scene: MirrorScene, mirror: AgentProcess, services: number, signal: AbortSignal): Promise<number> {
  return ((await scene.untilMirrored(services, signal)) - mirror.begun) / 1000;
}

async function measureFew(root: string, floorMs: number): Promise<readonly Outcome[]> {
  const { services } = FEW;
  const times: number[] = [];
  for (let round = 1; round < ROUNDS; round += 1) times.push(await onScene(root, (scene, signal) => startOnce(scene, services, signal)));
  return onScene(root, async (scene, signal) => {
    scene.addServices(services);
    const mirror = await scene.startMirror();
    try {
      times.push(await mirrorAll(scene, mirror, services, signal));
      const changes = await measureEndpointChanges({ source: scene.source.client(), destination: scene.target.client(), slices: sliceRefs(services), address: addressOf(1_000_000), label: SERVICE_NAME, giveUpMs: GIVE_UP_MS });
      return [
        { name: `${services} services mirrored from nothing`, value: median(times), unit: 's', bar: scaleBar(FEW.barSeconds, floorMs, RECORDED_CHAIN_MS), note: `${noteOf(FEW.barSeconds, 's', floorMs)}; bare writes ${(await writeBare(root, services)).toFixed(2)} s; ${RECORDED}` },
        { name: `endpoint change until in the mirror, p95 of ${changes.length}`, value: quantile(changes, 0.95), unit: 'ms', bar: scaleBar(CHANGE_BAR_MS, floorMs, RECORDED_CHAIN_MS), note: `${noteOf(CHANGE_BAR_MS, 'ms', floorMs)}; p50 ${quantile(changes, 0.5).toFixed(1)} ms` },
        ...(await measureIdle(mirror, services, FEW.barMB)),
      ];
    } finally {
      await mirror.stop();
    }
  });
}

async function startOnce(scene: MirrorScene, services: number, signal: AbortSignal): Promise<number> {
  scene.addServices(services);
  const mirror = await scene.startMirror();
  try {
    return await mirrorAll(scene, mirror, services, signal);
  } finally {
    await mirror.stop();
  }
}

async function measureMany(root: string, floorMs: number): Promise<readonly Outcome[]> {
  const { services } = MANY;
  return onScene(root, async (scene, signal) => {
    const seconds = await startOnce(scene, services, signal);
    const begun = Date.now();
    const mirror = await scene.startMirror();
    try {
      await scene.untilSettled(services, begun, signal);
      const settledSeconds = (performance.now() - mirror.begun) / 1000;
      const writes = await countWrites(mirror);
      return [
        { name: `${services} services mirrored from nothing`, value: seconds, unit: 's', bar: scaleBar(MANY.barSeconds, floorMs, RECORDED_CHAIN_MS), note: `${noteOf(MANY.barSeconds, 's', floorMs)}; bare writes ${(await writeBare(root, services)).toFixed(2)} s` },
        { name: `writes of a restart with ${services} in sync`, value: writes.mirrors, unit: 'requests', bar: 0, note: `without Lease, Events and status, which was written ${writes.status} times; all looked at and told after ${settledSeconds.toFixed(1)} s` },
        ...(await measureIdle(mirror, services, MANY.barMB)),
      ];
    } finally {
      await mirror.stop();
    }
  });
}

function noteOf(bar: number, unit: string, floorMs: number): string {
  return `${bar} ${unit} at a bare chain of ${RECORDED_CHAIN_MS} ms; here ${floorMs.toFixed(1)} ms`;
}

/** Writes to the target so far. The status is the only ConfigMap that a mirror writes. */
async function countWrites(mirror: AgentProcess): Promise<{ readonly mirrors: number; readonly status: number }> {
  const writes = readRequestCounts((await mirror.metrics()) ?? '').filter(({ method }) => method !== 'GET');
  const status = sumOf(writes.filter(({ resource }) => resource === 'configmaps'));
  return { mirrors: sumOf(writes) - status, status };
}

async function measureIdle(mirror: AgentProcess, services: number, barMB: number): Promise<readonly Outcome[]> {
  await delay(SETTLE_MS);
  const before = mirror.cpuSeconds();
  await delay(IDLE_MS);
  const cpu = ((mirror.cpuSeconds() - before) / (IDLE_MS / 1000)) * 100;
  return [
    { name: `CPU over 60 s idle with ${services} services, of one core`, value: cpu, unit: '%', bar: 1 },
    { name: `RSS with ${services} services, after 60 s idle`, value: mirror.rssMB(), unit: 'MB', bar: barMB },
  ];
}

/** Seconds that a program without a thought takes for the same writes to an API server that is empty. */
async function writeBare(root: string, services: number): Promise<number> {
  const server = await startTestApiServer();
  try {
    const env = { ...process.env, BARE_URL: server.url, BARE_CA: server.ca, BARE_TOKEN: server.adminToken, BARE_COUNT: String(services) };
    const child = spawn(process.execPath, [join(root, 'bench', 'lib', 'bare-writes.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`The bare writes ended with ${code}`);
    return Number(printed) / 1000;
  } finally {
    await server.stop();
  }
}
