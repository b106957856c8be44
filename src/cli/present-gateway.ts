import type { LabelGatewayResult, RotateKeyResult } from '../deployers/index.ts';
import { labelled } from './present-deploy.ts';

export function describeLabel({ node, isGateway, gateways, isUnchanged }: LabelGatewayResult): string {
  return labelled([
    ['Node', `${node}, ${isGateway ? 'a gateway' : 'no gateway'}${isUnchanged ? ' already' : ''}`],
    ['Gateways', gateways.length === 0 ? 'none: the cluster has no tunnels then' : gateways.join(', ')],
  ]);
}

export function describeKeyRotation({ clusterID, publicKey }: RotateKeyResult): string {
  return labelled([
    ['Cluster', clusterID],
    publicKey === undefined ? ['Dry run', 'nothing was written, and no key was made'] : ['Public key', publicKey],
  ]);
}
