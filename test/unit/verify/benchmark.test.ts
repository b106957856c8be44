import { describe, expect, it } from '@jest/globals';
import type { Gateway, Node } from '../../../src/api/types/index.ts';
import { benchmarkPod, clientArgs, placeObjects } from '../../../src/verify/benchmark/objects.ts';
import { chooseNodes, planBenchmark } from '../../../src/verify/benchmark/plan-benchmark.ts';
import { parseResult } from '../../../src/verify/benchmark/pods.ts';
import { thrown } from '../../helpers/thrown.ts';

const node = (name: string, isGateway = false, ready = 'True'): Node =>
  ({ metadata: { name, labels: isGateway ? { 'submariner.io/gateway': 'true' } : {} }, status: { conditions: [{ type: 'Ready', status: ready }] } }) as unknown as Node;
const gateway = (name: string, haStatus: string): Gateway => ({ metadata: { name }, status: { haStatus } }) as unknown as Gateway;

describe('chooseNodes', () => {
  it('takes the active gateway and the first ready node beside the gateways', () => {
    const nodes = [node('d'), node('c'), node('b', true), node('a', true), node('0', false, 'False')];
    expect(chooseNodes('west', nodes, [gateway('a', 'passive'), gateway('b', 'active')])).toEqual({ cluster: 'west', gateway: 'b', other: 'c' });
    expect(chooseNodes('west', nodes, [])).toEqual({ cluster: 'west', gateway: 'a', other: 'c' });
    expect(chooseNodes('west', [node('a', true)], [])).toEqual({ cluster: 'west', gateway: 'a' });
  });
});

describe('planBenchmark', () => {
  const west = { cluster: 'west', gateway: 'g', other: 'n' };
  const east = { cluster: 'east', gateway: 'G', other: 'N' };
  const lines = (...[kind, clusters]: Parameters<typeof planBenchmark>): string[] => planBenchmark(kind, clusters).legs.map(({ from, pair, to }) => `${pair}: ${from.cluster}/${from.node} > ${to.cluster}/${to.node}`);

  it('measures throughput between clusters both ways, gateways first', () => {
    expect(lines('throughput', [west, east])).toEqual(['gateway to gateway: west/g > east/G', 'gateway to gateway: east/G > west/g', 'node to node: west/n > east/N', 'node to node: east/N > west/n']);
  });

  it('measures latency once for each pair', () => {
    expect(lines('latency', [west, east])).toEqual(['gateway to gateway: west/g > east/G', 'node to node: west/n > east/N']);
  });

  it('measures from a node to the gateway within a cluster', () => {
    expect(lines('throughput', [west])).toEqual(['node to gateway: west/n > west/g']);
  });

  it('leaves a pair out that lacks a node, and says which', () => {
    expect(planBenchmark('latency', [{ cluster: 'west', gateway: 'g' }, east]).skipped).toEqual([{ pair: 'node to node', reason: 'west has no ready node beside its gateways' }]);
  });
});

describe('objects of a benchmark', () => {
  it('are a restricted namespace and pods that fit it, without rights, on the given node', () => {
    expect(placeObjects('mcs-benchmark-1').namespace.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': 'benchmark', 'pod-security.kubernetes.io/enforce': 'restricted' });
    const args = clientArgs({ kind: 'throughput', seconds: 2, streams: 4, startSeconds: 60 }, '10.0.0.1');
    const { spec } = benchmarkPod({ name: 'client-0', namespace: 'mcs-benchmark-1', node: 'g', image: 'localhost/mcs:1', args, deadlineSeconds: 9 });
    expect(spec).toMatchObject({ nodeName: 'g', automountServiceAccountToken: false, activeDeadlineSeconds: 9, securityContext: { runAsNonRoot: true }, containers: [{ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }] });
    expect(spec.containers[0]?.command?.join(' ')).toBe('node /app/dist/agents/benchmark.js throughput --host 10.0.0.1 --port 5201 --seconds 2 --streams 4');
  });
});

describe('parseResult', () => {
  it('reads the last line', () => {
    expect(parseResult('warning\n{"result":{"bytes":1}}\n', 'pod p')).toEqual({ bytes: 1 });
  });

  it.each([
    ['{"error":{"code":"MCS_BENCHMARK_UNREACHABLE","message":"Cannot measure"}}', 'MCS_BENCHMARK_UNREACHABLE', 'Cannot measure'],
    ['{"error":{"code":"toString","message":"x"}}', 'MCS_API_ERROR', 'x'],
    ['Segmentation fault', 'MCS_API_ERROR', 'Cannot read the result of pod p: Segmentation fault'],
    ['', 'MCS_API_ERROR', 'Cannot read the result of pod p: it said nothing'],
  ])('throws for %j', (text, code, message) => {
    expect(thrown(() => parseResult(text, 'pod p'))).toMatchObject({ code, message });
  });
});
