import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecordedFleet, type RecordedFleetOptions, startRecordedFleet } from '../test/helpers/recorded-fleet.ts';
import { type Outcome, scaleBar } from './lib/bar.ts';
import { medianTimes, peakMemory, type Program } from './lib/process-times.ts';
import { median } from './lib/statistics.ts';

const CLUSTERS = 20;
const SERVICES = 10;
/** Of an answer. */
const DELAY_MS = 50;
const ROUNDS = 5;
const BARS = { show: 2, diagnose: 5, showOfOne: 3, diagnoseOfOne: 4, flat: 1.1 };
/** Bare `node -e 0` when bars were set, ms. */
const RECORDED_BARE_NODE_MS = 20;
const MANY_SERVICES = 5_000;
const MORE_SLICES = 4;

const SHOW = ['show', 'all'];
const DIAGNOSE = ['diagnose', 'all', '--no-pods', '--timeout', '60s'];

/** How long it takes to look at many clusters, and how much memory to look at large ones. On API servers with recorded objects, without agents. */
export async function benchDiagnose(root: string): Promise<readonly Outcome[]> {
  return [...(await measureMany(root)), ...(await measureLarge(root))];
}

/** Lets `measure` use commands on a fleet. */
async function onFleet<T>(root: string, options: RecordedFleetOptions, measure: (mcs: (words: readonly string[]) => Program, fleet: RecordedFleet) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-fleet-'));
  const fleet = await startRecordedFleet(options);
  const kubeconfig = join(folder, 'kubeconfig');
  try {
    fleet.writeKubeconfig(kubeconfig);
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    return await measure((words) => ({ name: `mcs ${words.join(' ')}`, argv: [process.execPath, join(root, 'bin', 'mcs.js'), ...words], env }), fleet);
  } finally {
    await fleet.stop();
    rmSync(folder, { recursive: true });
  }
}

function measureMany(root: string): Promise<readonly Outcome[]> {
  return onFleet(root, { clusters: CLUSTERS, services: SERVICES, delayMs: DELAY_MS }, async (mcs, fleet) => {
    const bare = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] };
    const one = ['--context', fleet.names[1] ?? ''];
    const [node = Number.NaN, showOne = Number.NaN, show = Number.NaN, diagnoseOne = Number.NaN, diagnose = Number.NaN] = await medianTimes([bare, mcs([...SHOW, ...one]), mcs(SHOW), mcs([...DIAGNOSE, ...one]), mcs(DIAGNOSE)], ROUNDS);
    const requests = countRequests(fleet) / (ROUNDS + 1);
    const note = (seconds: number): string => `${seconds} s at a bare node of ${RECORDED_BARE_NODE_MS} ms; here ${node.toFixed(0)} ms`;
    const bar = (seconds: number): number => scaleBar(seconds, node, RECORDED_BARE_NODE_MS);
    return [
      { name: `show all of ${CLUSTERS} clusters, ${DELAY_MS} ms an answer`, value: show / 1000, unit: 's', bar: bar(BARS.show), note: note(BARS.show) },
      { name: `diagnose all --no-pods of ${CLUSTERS} clusters, ${DELAY_MS} ms an answer`, value: diagnose / 1000, unit: 's', bar: bar(BARS.diagnose), note: `${note(BARS.diagnose)}; ${requests.toFixed(0)} requests to each by both` },
      { name: `show all: ${CLUSTERS} clusters, of one`, value: show / showOne, unit: 'x', bar: BARS.showOfOne, note: `one takes ${(showOne / 1000).toFixed(2)} s` },
      { name: `diagnose all --no-pods: ${CLUSTERS} clusters, of one`, value: diagnose / diagnoseOne, unit: 'x', bar: BARS.diagnoseOfOne, note: `one takes ${(diagnoseOne / 1000).toFixed(2)} s` },
    ];
  });
}

/** What commands on the whole fleet have asked a cluster that is a member and no broker. */
function countRequests({ servers }: RecordedFleet): number {
  return (servers.at(-1)?.faults.requestCounts({ userAgent: 'mcs-cli' }) ?? []).reduce((sum, { count }) => sum + count, 0);
}

/** Peaks of one cluster with some slices of its services, and with more. */
async function measureLarge(root: string): Promise<readonly Outcome[]> {
  const peaks: { readonly show: number; readonly diagnose: number }[] = [];
  for (const slices of [1, MORE_SLICES]) {
    peaks.push(await onFleet(root, { clusters: 1, services: MANY_SERVICES, slices }, async (mcs) => ({ show: await medianPeak(mcs(SHOW)), diagnose: await medianPeak(mcs(DIAGNOSE)) })));
  }
  return (['show', 'diagnose'] as const).map((name) => {
    const [few = Number.NaN, many = Number.NaN] = peaks.map((peak) => peak[name]);
    const count = (slices: number): string => (MANY_SERVICES * slices).toLocaleString('en');
    return { name: `${name} all: peak RSS at ${count(MORE_SLICES)} slices, of ${count(1)}`, value: many / few, unit: 'x', bar: BARS.flat, note: `${many.toFixed(0)} MB of ${few.toFixed(0)} MB` };
  });
}

async function medianPeak(program: Program): Promise<number> {
  const peaks: number[] = [];
  for (let round = 0; round < 3; round += 1) peaks.push(await peakMemory(program));
  return median(peaks);
}
