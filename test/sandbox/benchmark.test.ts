import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GATEWAY_NODE } from '../../src/api/labels.ts';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { runTasksSilently } from '../../src/base/tasks.ts';
import type { BenchmarkCluster } from '../../src/verify/benchmark/place.ts';
import type { BenchmarkReport, RunOptions } from '../../src/verify/benchmark/run-benchmark.ts';
import { prepareBenchmark, runBenchmark } from '../../src/verify/benchmark/run-benchmark.ts';
import { buildAgent } from '../helpers/build-agent.ts';
import { eventually } from '../helpers/eventually.ts';
import { startTestSandbox, type TestSandbox } from '../helpers/test-sandbox.ts';

const NODES = [['west-a', 'west-b'], ['east-a', 'east-b']] as const;
const NAMESPACE = 'mcs-benchmark-test';
const IMAGE = 'localhost/mcs:0.1.0';
const { signal } = new AbortController();

let packageRoot: string;
let test: TestSandbox;
let clusters: readonly [BenchmarkCluster, BenchmarkCluster];

/** What is read of a member: its image and its gateway. */
async function makeMember(index: number): Promise<BenchmarkCluster> {
  const client = test.client(index);
  const labels = { app: 'controller' };
  await client.create(resources.namespaces, { metadata: { name: MEMBER_NAMESPACE } });
  await client.create(resources.deployments, { metadata: { name: 'mcs-controller', namespace: MEMBER_NAMESPACE }, spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'controller', image: IMAGE }] } } } });
  await client.patch(resources.nodes, NODES[index]?.[0] ?? '', undefined, 'application/merge-patch+json', { metadata: { labels: { [GATEWAY_NODE]: 'true' } } });
  return { context: `cluster${index}`, client };
}

beforeAll(async () => {
  packageRoot = await mkdtemp(join(tmpdir(), 'mcs-package-'));
  await buildAgent(packageRoot, 'benchmark');
  test = await startTestSandbox({ packageRoot, clusters: NODES });
  clusters = [await makeMember(0), await makeMember(1)];
});
afterAll(async () => {
  await test.stop();
  await rm(packageRoot, { recursive: true });
});

async function run(kind: 'throughput' | 'latency', among: readonly [BenchmarkCluster, BenchmarkCluster?], more: Partial<RunOptions> = {}): Promise<BenchmarkReport> {
  const settings = { kind, seconds: 0.3, streams: 2, startSeconds: 20 };
  return runBenchmark(await prepareBenchmark(kind, among, signal), { settings, namespace: NAMESPACE, runTasks: runTasksSilently, signal, ...more });
}

const isCleanedUp = (): Promise<unknown> => eventually(async () => (await Promise.all(clusters.map(({ client }) => client.find(resources.namespaces, NAMESPACE)))).every((found) => found === undefined));

describe('runBenchmark on sandbox clusters', () => {
  it('measures throughput between clusters, both ways, and removes what it made', async () => {
    const { results } = await run('throughput', clusters);
    expect(results.map(({ error, from, to }) => [from.node, to.node, error])).toEqual([['west-a', 'east-a', undefined], ['east-a', 'west-a', undefined], ['west-b', 'east-b', undefined], ['east-b', 'west-b', undefined]]);
    expect(results.every(({ throughput }) => (throughput?.bytes ?? 0) > 0)).toBe(true);
    await isCleanedUp();
  });

  it('measures latency within a cluster', async () => {
    const { results } = await run('latency', [clusters[0]], { namespace: `${NAMESPACE}-within` });
    expect(results).toMatchObject([{ from: { node: 'west-b' }, to: { node: 'west-a' }, latency: { microseconds: { min: expect.any(Number) } } }]);
  });

  it('removes what it made after an abort', async () => {
    const stop = new AbortController();
    const runTasks: RunOptions['runTasks'] = (tasks, aborted) => {
      setImmediate(() => stop.abort(new Error('Ctrl-C')));
      return runTasksSilently(tasks, aborted);
    };
    await expect(run('throughput', clusters, { signal: stop.signal, runTasks })).rejects.toThrow('Ctrl-C');
    await isCleanedUp();
  });

  it('refuses two contexts of one cluster', async () => {
    await expect(prepareBenchmark('latency', [clusters[0], clusters[0]], signal)).rejects.toMatchObject({ code: 'MCS_USAGE' });
  });
});
