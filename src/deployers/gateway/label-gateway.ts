import { GATEWAY_LABELLED, GATEWAY_NODE } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { gatewayNodes, validateNodeExists } from '../../discovery/gateway-nodes.ts';
import { type DeployContext, FIELD_MANAGER, withPatience } from '../deploy-context.ts';
import { Steps } from '../steps.ts';

export interface LabelGatewayOptions {
  readonly node: string;
  /** Take the label away instead. */
  readonly remove: boolean;
  readonly dryRun: boolean;
}

export interface LabelGatewayResult {
  readonly node: string;
  readonly isGateway: boolean;
  /** All nodes that are labelled now, or would be. */
  readonly gateways: readonly string[];
  readonly steps: readonly TaskResult[];
  readonly isUnchanged: boolean;
}

/**
 * Makes a node a gateway, or an ordinary node again. The agents on the nodes follow the label by
 * themselves. A label that this sets is the user's: `leave` takes away only those that join set.
 * Throws MCS_NODE_NOT_FOUND.
 */
export async function labelGateway(given: DeployContext, { node, remove, dryRun }: LabelGatewayOptions): Promise<LabelGatewayResult> {
  const context = withPatience(given);
  const { client } = context;
  const steps = new Steps(context);
  let before: readonly string[] = [];
  await steps.do(`${remove ? 'Unlabel' : 'Label'} node ${node}`, async ({ signal }) => {
    const { items } = await client.list(resources.nodes, { signal });
    validateNodeExists(items, node);
    before = gatewayNodes(items);
    if (before.includes(node) === !remove) return { state: 'unchanged' };
    const body = { metadata: { labels: { [GATEWAY_NODE]: remove ? null : 'true' }, ...(remove && { annotations: { [GATEWAY_LABELLED]: null } }) } };
    await client.patch(resources.nodes, node, undefined, 'application/merge-patch+json', body, { fieldManager: FIELD_MANAGER, signal, dryRun });
    return { state: dryRun ? 'planned' : 'updated' };
  });
  const others = before.filter((name) => name !== node);
  return { node, isGateway: !remove, gateways: (remove ? others : [...others, node]).toSorted(), steps: steps.results, isUnchanged: steps.isUnchanged };
}
