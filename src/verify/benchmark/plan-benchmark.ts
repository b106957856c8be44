import { GATEWAY_NODE } from '../../api/labels.ts';
import type { Gateway, Node } from '../../api/types/index.ts';

export type BenchmarkKind = 'throughput' | 'latency';

/** The nodes of a cluster between which is measured, as far as it has them. */
export interface BenchmarkNodes {
  readonly cluster: string;
  /** The active gateway; where none says that it is, the first labelled node. */
  readonly gateway?: string;
  readonly other?: string;
}

export interface Place {
  readonly cluster: string;
  readonly node: string;
}

/** One measurement. */
export interface Leg {
  /** `gateway to gateway` */
  readonly pair: string;
  readonly from: Place;
  readonly to: Place;
}

export interface BenchmarkPlan {
  readonly legs: readonly Leg[];
  readonly skipped: readonly { readonly pair: string; readonly reason: string }[];
}

const isReady = ({ status }: Node): boolean => status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? true;

/** Chooses by name among ready nodes, so that two runs measure the same ones. */
export function chooseNodes(cluster: string, nodes: readonly Node[], gateways: readonly Gateway[]): BenchmarkNodes {
  const ready = nodes.filter(isReady).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const labelled = ready.filter(({ metadata }) => metadata.labels?.[GATEWAY_NODE] === 'true').map(({ metadata }) => metadata.name);
  const active = gateways.find(({ metadata, status }) => status?.haStatus === 'active' && labelled.includes(metadata.name))?.metadata.name;
  const gateway = active ?? labelled[0];
  const other = ready.map(({ metadata }) => metadata.name).find((name) => !labelled.includes(name));
  return { cluster, ...(gateway !== undefined && { gateway }), ...(other !== undefined && { other }) };
}

function lacking({ cluster, gateway, other }: BenchmarkNodes, role: 'gateway' | 'other'): string | undefined {
  if ((role === 'gateway' ? gateway : other) !== undefined) return undefined;
  return role === 'gateway' ? `${cluster} has no ready gateway node` : `${cluster} has no ready node beside its gateways`;
}

interface Pair {
  readonly pair: string;
  readonly from: readonly [BenchmarkNodes, 'gateway' | 'other'];
  readonly to: readonly [BenchmarkNodes, 'gateway' | 'other'];
  readonly isBothWays: boolean;
}

function planPair({ from, isBothWays, pair, to }: Pair): BenchmarkPlan {
  const reasons = [from, to].flatMap(([nodes, role]) => lacking(nodes, role) ?? []);
  if (reasons.length > 0) return { legs: [], skipped: [{ pair, reason: reasons.join('; ') }] };
  const place = ([nodes, role]: Pair['from']): Place => ({ cluster: nodes.cluster, node: nodes[role] ?? '' });
  const leg = { pair, from: place(from), to: place(to) };
  return { legs: isBothWays ? [leg, { pair, from: leg.to, to: leg.from }] : [leg], skipped: [] };
}

/** What is measured: within one cluster from a worker to its gateway; between two, gateways first, then workers. Throughput between clusters is measured both ways. */
export function planBenchmark(kind: BenchmarkKind, clusters: readonly [BenchmarkNodes, BenchmarkNodes?]): BenchmarkPlan {
  const [a, b] = clusters;
  const isBothWays = b !== undefined && kind === 'throughput';
  const pairs: Pair[] =
    b === undefined
      ? [{ pair: 'node to gateway', from: [a, 'other'], to: [a, 'gateway'], isBothWays }]
      : [
          { pair: 'gateway to gateway', from: [a, 'gateway'], to: [b, 'gateway'], isBothWays },
          { pair: 'node to node', from: [a, 'other'], to: [b, 'other'], isBothWays },
        ];
  const plans = pairs.map(planPair);
  return { legs: plans.flatMap(({ legs }) => legs), skipped: plans.flatMap(({ skipped }) => skipped) };
}
