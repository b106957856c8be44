import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { runTasksSilently } from '../../src/base/tasks.ts';
import { parseDuration } from '../../src/cli/duration.ts';
import type { BenchmarkCluster } from '../../src/verify/benchmark/place.ts';
import { prepareDnsBenchmark, runDnsBenchmark } from '../../src/verify/dns/run-dns-benchmark.ts';
import { parseFailIf } from '../../src/verify/propagation/fail-if.ts';
import { preparePropagation } from '../../src/verify/propagation/prepare-propagation.ts';
import { runPropagation } from '../../src/verify/propagation/run-propagation.ts';
import { STAGES } from '../../src/verify/propagation/stages.ts';
import { type DeployFleet, startMembers } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';

const NAMESPACE = 'mcs-benchmark-test';
const PAIR = { from: 'cluster1', to: 'cluster0' };
const { signal } = new AbortController();

let fleet: DeployFleet;
let clusters: readonly BenchmarkCluster[];

/** Two members with their agents; the first hosts the broker. */
beforeAll(async () => {
  fleet = await startMembers(['controller', 'dns', 'desk', 'benchmark']);
  clusters = [0, 1].map((index) => ({ context: `cluster${index}`, client: fleet.admin(index) }));
  await eventually(async () => {
    const pods = await Promise.all(clusters.map(({ client }) => client.list(resources.pods, { namespace: 'submariner-operator' })));
    return pods.every(({ items }) => items.filter(({ metadata, status }) => metadata.name.startsWith('mcs-dns') && status?.phase === 'Running').length === 2);
  });
}, 120_000);
afterAll(() => fleet.stop());

const isCleanedUp = (): Promise<unknown> => eventually(async () => (await Promise.all(clusters.map(({ client }) => client.find(resources.namespaces, NAMESPACE)))).every((found) => found === undefined));

describe('runPropagation on sandbox clusters', () => {
  it('times all stages of a canary, finds limits exceeded, and removes what it made', async () => {
    const prepared = await preparePropagation(clusters, [PAIR], signal);
    expect(prepared.broker?.context).toBe('cluster0');
    const settings = { count: 2, timeoutMs: 30_000, limits: [parseFailIf('p99>1ms', parseDuration), parseFailIf('p99>10m', parseDuration)] };
    const report = await runPropagation(prepared, { settings, namespace: NAMESPACE, runTasks: runTasksSilently, signal });
    expect(report.samples.map(({ canary, lost, milliseconds }) => [canary, lost, STAGES.filter((stage) => milliseconds[stage] === undefined)])).toEqual([['canary-0', [], []], ['canary-1', [], []]]);
    expect([report.ok, report.exceeded.map(({ limit }) => limit)]).toEqual([false, ['p99>1ms']]);
    expect(report.pairs).toMatchObject([{ ...PAIR, stages: { 'first-byte': { count: 2 } } }]);
    await isCleanedUp();
  }, 120_000);

  it('times all stages both ways, though both export under the same names', async () => {
    const back = { from: PAIR.to, to: PAIR.from };
    const prepared = await preparePropagation(clusters, [back, PAIR], signal);
    const { ok, samples } = await runPropagation(prepared, { settings: { count: 1, timeoutMs: 30_000, limits: [] }, namespace: NAMESPACE, runTasks: runTasksSilently, signal });
    expect([ok, samples.map(({ from, lost, to }) => ({ from, to, lost }))]).toEqual([true, [{ ...back, lost: [] }, { ...PAIR, lost: [] }]]);
    await isCleanedUp();
  }, 120_000);

  it('removes what it made after an abort', async () => {
    const stop = new AbortController();
    const prepared = await preparePropagation(clusters, [PAIR], stop.signal);
    const settings = { count: 1, timeoutMs: 30_000, limits: [] };
    const runTasks: typeof runTasksSilently = (tasks, aborted) => {
      setImmediate(() => stop.abort(new Error('Ctrl-C')));
      return runTasksSilently(tasks, aborted);
    };
    await expect(runPropagation(prepared, { settings, namespace: NAMESPACE, runTasks, signal: stop.signal })).rejects.toThrow('Ctrl-C');
    await isCleanedUp();
  });
});

describe('runDnsBenchmark on a sandbox cluster', () => {
  it('asks mcs-dns from a pod, and says what a pod of the sandbox cannot be asked', async () => {
    const [cluster] = clusters;
    if (cluster === undefined) throw new Error('there is no cluster');
    const site = await prepareDnsBenchmark(cluster, NAMESPACE, signal);
    const { leftOut, results } = await runDnsBenchmark([site], { settings: { seconds: 1, clients: 2, rate: 100, startSeconds: 30 }, namespace: NAMESPACE, runTasks: runTasksSilently, signal });
    expect(results.map(({ error, loads }) => [error, loads.map(({ answers, id }) => [id, Object.keys(answers)])])).toEqual([[undefined, [['a missing name, of mcs-dns', ['NXDOMAIN']]]]]);
    expect(leftOut).toContain('cluster.local in cluster0: the pod has no name server of its own');
  }, 60_000);
});
