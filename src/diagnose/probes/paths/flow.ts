import { hostPort } from '../../../base/host-port.ts';
import type { EchoAnswer, Passage, PathSize, SeenDatagrams, SentDatagrams } from '../../../probe/paths/paths-request.ts';

/** A node from which ways are probed. */
export interface ProbedNode {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly node: string;
  /** By which the other nodes of its cluster reach it. */
  readonly address: string;
}

/** Port of the tunnel, port of NAT discovery, VXLAN between nodes, or through the tunnel. */
export type FlowKind = 'tunnel' | 'discovery' | 'nodes' | 'inner';

/** Datagrams from one node to another. */
export interface PlannedFlow {
  readonly kind: FlowKind;
  readonly from: ProbedNode;
  readonly to: ProbedNode;
  readonly host: string;
  readonly port: number;
  /** False for an address that the gateway does not use now. */
  readonly isUsed: boolean;
  readonly token: string;
  readonly fromPort?: number;
}

export interface ProbedFlow extends PlannedFlow {
  readonly sent?: SentDatagrams;
  readonly seen?: SeenDatagrams;
  /** Why nothing can be said of it. */
  readonly untested?: string;
}

/** What nodes found out about the ways between them. */
export interface PathFindings {
  readonly flows: readonly ProbedFlow[];
  readonly echoes: readonly ({ readonly from: ProbedNode; readonly to: ProbedNode } & EchoAnswer)[];
  /** Through the tunnel, and between the addresses of gateways. */
  readonly sizes: readonly ({ readonly from: ProbedNode; readonly to: ProbedNode; readonly isInner: boolean } & PathSize)[];
  /** Why nothing was found out from a node, by `nodeKey`. */
  readonly silent: ReadonlyMap<string, string>;
  /** Why nothing was probed in a cluster, by its name. */
  readonly leftOut: ReadonlyMap<string, string>;
}

export const nodeKey = ({ cluster, node }: Pick<ProbedNode, 'cluster' | 'node'>): string => `${cluster}/${node}`;

/** How datagrams fared: let in, stopped by the node that they came to, not seen there at all, or not even sent. */
export type Fate = 'delivered' | 'filtered' | 'lost' | 'unsent' | 'untested';

export function fateOf({ sent, seen, untested }: ProbedFlow): Fate {
  if (untested !== undefined || sent === undefined || seen === undefined) return 'untested';
  if (seen.delivered.length > 0) return 'delivered';
  if (seen.arrived.length > 0) return 'filtered';
  return sent.sent === 0 ? 'unsent' : 'lost';
}

/** `UDP 192.0.2.1:4500 to 192.0.2.2:4500` */
export function tupleOf({ host, port, sent, from }: ProbedFlow): string {
  const source = sent === undefined || sent.from === '' ? from.address : hostPort(sent.from, sent.fromPort);
  return `UDP ${source} to ${hostPort(host, port)}`;
}

/** `node-1 of "west"` */
export const nameOfNode = ({ cluster, node }: ProbedNode): string => `${node} of "${cluster}"`;

function isRewritten(flow: ProbedFlow, { from, fromPort }: Passage): boolean {
  return flow.sent !== undefined && (from !== flow.sent.from || fromPort !== flow.sent.fromPort);
}

/** What NAT made of the sender; empty where it made nothing. */
export function describeNat(flow: ProbedFlow): string {
  const seen = flow.seen?.arrived ?? [];
  const rewritten = seen.filter((passage) => isRewritten(flow, passage)).map(({ from, fromPort }) => hostPort(from, fromPort));
  return rewritten.length === 0 ? '' : `, seen from ${rewritten.join(' and ')} (NAT)`;
}

/** One line: what was sent, and what became of it. */
export function describeFlow(flow: ProbedFlow): string {
  const { from, to, sent } = flow;
  const line = `${nameOfNode(from)} to ${nameOfNode(to)}: ${tupleOf(flow)}`;
  switch (fateOf(flow)) {
    case 'delivered':
      return `${line} passes${describeNat(flow)}`;
    case 'filtered':
      return `${line} arrives${describeNat(flow)}, but a packet filter of node ${to.node} drops it`;
    case 'unsent':
      return `${line} cannot be sent${sent?.error === undefined ? '' : `: ${sent.error}`}`;
    case 'lost':
      return `${line} does not arrive (${sent?.sent ?? 0} sent${sent?.error === undefined ? '' : `, answered by ${sent.error}`})`;
    case 'untested':
      return `${line} was not tested: ${flow.untested ?? 'no result'}`;
  }
}
