import { setTimeout as delay } from 'node:timers/promises';
import { parsePrometheus } from './lib/prometheus.ts';
import type { Outcome } from './lib/bar.ts';
import type { JoinedClusters } from './lib/joined-clusters.ts';
import { resources } from '../src/api/resources.ts';

const IDLE_MS = 60_000;
const AGENTS = ['mcs-controller', 'mcs-dns'] as const;

interface Usage {
  readonly rssMB: number;
  readonly cpuSeconds: number;
}

/** Memory of controller and dns after 60 s idle, and their CPU over those 60 s. */
export async function benchMemory(_root: string, clusters: JoinedClusters): Promise<readonly Outcome[]> {
  const before = await usages(clusters);
  await delay(IDLE_MS);
  const after = await usages(clusters);
  return AGENTS.flatMap((agent): Outcome[] => {
    const from = before.get(agent);
    const to = after.get(agent);
    if (from === undefined || to === undefined) return [{ name: agent, skipped: 'no pod of it answers on /metrics' }];
    const cpu = ((to.cpuSeconds - from.cpuSeconds) / (IDLE_MS / 1000)) * 100;
    return [
      { name: `${agent} RSS after 60 s idle`, value: to.rssMB, unit: 'MB', bar: 100 },
      { name: `${agent} CPU over 60 s idle, of one core`, value: cpu, unit: '%', bar: 1 },
    ];
  });
}

async function usages(clusters: JoinedClusters): Promise<ReadonlyMap<string, Usage>> {
  const client = await clusters.client(clusters.names[1]);
  const { items } = await client.list(resources.pods, { namespace: 'submariner-operator' });
  const found = new Map<string, Usage>();
  for (const pod of items) {
    const agent = AGENTS.find((name) => pod.metadata.name.startsWith(`${name}-`));
    if (agent !== undefined) found.set(agent, readUsage(await clusters.metrics(clusters.names[1], pod.metadata.name)));
  }
  return found;
}

function readUsage(text: string): Usage {
  const metrics = parsePrometheus(text);
  return { rssMB: (metrics.get('process_resident_memory_bytes') ?? Number.NaN) / 1e6, cpuSeconds: metrics.get('process_cpu_seconds_total') ?? Number.NaN };
}
