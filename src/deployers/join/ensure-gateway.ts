import { GATEWAY_LABELLED, GATEWAY_NODE } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import type { GatewayChoice } from '../../discovery/gateway-nodes.ts';
import type { KubeClient } from '../../kube/client.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';

/** Labels the chosen node, and notes that it was `mcs`, so that leave takes away only its own labels. */
export async function ensureGatewayLabel(client: KubeClient, choice: GatewayChoice, signal: AbortSignal): Promise<TaskOutcome> {
  switch (choice.kind) {
    case 'present':
      return { state: 'unchanged', detail: choice.nodes.join(', ') };
    case 'none':
      return { state: 'warning', detail: 'The cluster has no node that can be a gateway' };
    case 'ambiguous':
      return { state: 'warning', detail: `No node is labelled as gateway; name one of ${choice.candidates.slice(0, 5).join(', ')} with --gateway-node` };
    case 'label': {
      const body = { metadata: { labels: { [GATEWAY_NODE]: 'true' }, annotations: { [GATEWAY_LABELLED]: 'true' } } };
      await client.patch(resources.nodes, choice.node, undefined, 'application/merge-patch+json', body, { fieldManager: FIELD_MANAGER, signal });
      return { state: 'updated', detail: choice.node };
    }
  }
}
