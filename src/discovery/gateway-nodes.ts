import { McsError } from '../base/errors.ts';
import { GATEWAY_NODE } from '../api/labels.ts';
import type { Node } from '../api/types/index.ts';

/** What to do about the gateway label of the cluster's nodes. */
export type GatewayChoice =
  | { readonly kind: 'present'; readonly nodes: readonly string[] }
  | { readonly kind: 'label'; readonly node: string }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly kind: 'none' };

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'] as const;
const WORKER = 'node-role.kubernetes.io/worker';

function has({ metadata }: Node, label: string): boolean {
  return metadata.labels?.[label] !== undefined;
}

function candidates(nodes: readonly Node[]): string[] {
  const workers = nodes.filter((node) => has(node, WORKER));
  const others = nodes.filter((node) => !CONTROL_PLANE.some((label) => has(node, label)));
  const chosen = [workers, others, nodes].find((list) => list.length > 0) ?? [];
  return chosen.map(({ metadata }) => metadata.name).sort();
}

/** Whether kubelet says that pods run there. */
export function isReadyNode({ status }: Node): boolean {
  return (status?.conditions ?? []).some(({ type, status: state }) => type === 'Ready' && state === 'True');
}

/** Names of the nodes that carry the gateway label. */
export function gatewayNodes(nodes: readonly Node[]): string[] {
  return nodes.filter(({ metadata }) => metadata.labels?.[GATEWAY_NODE] === 'true').map(({ metadata }) => metadata.name).sort();
}

/**
 * Which node becomes a gateway: the named one; else none where one is labelled already; else the
 * only candidate (workers before others before the control plane). Throws MCS_NODE_NOT_FOUND.
 */
export function chooseGateway(nodes: readonly Node[], named: string | undefined): GatewayChoice {
  const labelled = gatewayNodes(nodes);
  if (named !== undefined) {
    validateNodeExists(nodes, named);
    return labelled.includes(named) ? { kind: 'present', nodes: labelled } : { kind: 'label', node: named };
  }
  if (labelled.length > 0) return { kind: 'present', nodes: labelled };
  const [only, ...rest] = candidates(nodes);
  if (only === undefined) return { kind: 'none' };
  return rest.length === 0 ? { kind: 'label', node: only } : { kind: 'ambiguous', candidates: [only, ...rest] };
}

/** Throws MCS_NODE_NOT_FOUND, with the names that there are. */
export function validateNodeExists(nodes: readonly Node[], name: string): void {
  if (nodes.some(({ metadata }) => metadata.name === name)) return;
  const names = nodes.map(({ metadata }) => metadata.name).sort();
  throw new McsError('MCS_NODE_NOT_FOUND', `Cannot label node "${name}" as gateway: the cluster has no such node`, {
    hints: names.slice(0, 5).map((node) => `--gateway-node ${node}`),
    details: { node: name, nodes: names },
  });
}
