import type { Looked } from '../../../base/looked.ts';
import type { PathsResult } from '../../../probe/paths/paths-request.ts';
import { nameOfNode, nodeKey, type PathFindings, type PlannedFlow, type ProbedFlow, type ProbedNode } from './flow.ts';
import type { PathsPlan } from './plan-paths.ts';

/** What a node said, and when it had ended, ms of one clock. */
export interface NodeResult {
  readonly looked: Looked<PathsResult>;
  readonly endedAt: number;
}

/** Nodes that probed together for less than that may have missed each other, ms. */
const LEAST_TOGETHER_MS = 1_500;

function probeOf(flow: PlannedFlow, results: ReadonlyMap<string, NodeResult>, windowMs: number): ProbedFlow {
  const [from, to] = [flow.from, flow.to].map((node) => results.get(nodeKey(node)));
  const untested = (reason: string): ProbedFlow => ({ ...flow, untested: reason });
  if (from === undefined || to === undefined) return untested('nobody probed');
  if ('reason' in from.looked) return untested(from.looked.reason);
  if ('reason' in to.looked) return untested(to.looked.reason);
  const { blind } = to.looked.found;
  if (blind !== undefined) return untested(`${nameOfNode(flow.to)} cannot see what arrives: ${blind}`);
  const sent = from.looked.found.sent.find(({ token }) => token === flow.token);
  const seen = to.looked.found.seen.find(({ token }) => token === flow.token);
  if (sent === undefined || seen === undefined) return untested('no result');
  // what did arrive proves itself
  const isMissed = seen.arrived.length === 0 && windowMs - Math.abs(from.endedAt - to.endedAt) < LEAST_TOGETHER_MS;
  return isMissed ? untested('the pods of the two nodes did not run at the same time') : { ...flow, sent, seen };
}

/** The echoes and sizes of one node, each with the node that they are about. */
function measured(from: ProbedNode, { echoes, sizes }: PathsResult, own: readonly PlannedFlow[]): Pick<PathFindings, 'echoes' | 'sizes'> {
  const inner = (host: string): PlannedFlow | undefined => own.find((flow) => flow.kind === 'inner' && flow.host === host);
  const outer = (host: string): PlannedFlow | undefined => own.find((flow) => flow.kind === 'tunnel' && flow.host === host);
  return {
    echoes: echoes.flatMap((echo) => {
      const flow = inner(echo.host);
      return flow === undefined ? [] : [{ from, to: flow.to, ...echo }];
    }),
    sizes: sizes.flatMap((size) => {
      const flow = inner(size.address) ?? outer(size.address);
      return flow === undefined ? [] : [{ from, to: flow.to, isInner: flow.kind === 'inner', ...size }];
    }),
  };
}

/** Puts together what the sender and the receiver of each flow said. */
export function combineResults({ flows, requests }: PathsPlan, results: ReadonlyMap<string, NodeResult>, leftOut: PathFindings['leftOut']): PathFindings {
  const looked = [...requests].map(([key, { node }]) => ({ key, node, looked: results.get(key)?.looked ?? { reason: 'nobody probed' } }));
  const silent = new Map(looked.flatMap(({ key, looked: said }) => ('reason' in said ? [[key, said.reason] as const] : [])));
  const leaving = Map.groupBy(flows, ({ from }) => nodeKey(from));
  const all = looked.flatMap(({ key, node, looked: said }) => ('found' in said ? [measured(node, said.found, leaving.get(key) ?? [])] : []));
  const windowMs = Math.max(0, ...[...requests.values()].map(({ request }) => request.windowMs));
  return { flows: flows.map((flow) => probeOf(flow, results, windowMs)), echoes: all.flatMap(({ echoes }) => echoes), sizes: all.flatMap(({ sizes }) => sizes), silent, leftOut };
}

type Ends = { readonly from: ProbedNode; readonly to: ProbedNode };

const pairKey = (one: string, other: string): string => JSON.stringify([one, other].toSorted());

/** Findings of each pair of clusters, and of each cluster with itself: there are too many pairs to look through all findings for each. */
export function findingsByPair({ echoes, flows, leftOut, silent, sizes }: PathFindings): (one: string, other: string) => PathFindings {
  const keyOf = ({ from, to }: Ends): string => pairKey(from.cluster, to.cluster);
  const [echoesOf, flowsOf, sizesOf] = [Map.groupBy(echoes, keyOf), Map.groupBy(flows, keyOf), Map.groupBy(sizes, keyOf)];
  return (one, other) => {
    const key = pairKey(one, other);
    return { echoes: echoesOf.get(key) ?? [], flows: flowsOf.get(key) ?? [], sizes: sizesOf.get(key) ?? [], leftOut, silent };
  };
}
