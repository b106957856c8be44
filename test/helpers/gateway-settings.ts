import { type GatewaySettings, readGatewaySettings } from '../../src/gateway/settings.ts';
import type { ClusterSettings } from '../../src/api/types/index.ts';

/** Settings of node `e1` of cluster `east`. */
export function gatewaySettings(settings: ClusterSettings = {}, place: Partial<Pick<GatewaySettings, 'nodeName' | 'simulated'>> = {}): GatewaySettings {
  const config = { clusterID: 'east', clusterUID: 'u', podCIDRs: ['10.1.0.0/16'], serviceCIDRs: ['10.96.0.0/12'], nodeCIDRs: [], components: ['connectivity'], brokerNamespace: 'b', settings };
  return readGatewaySettings(config, { nodeName: 'e1', namespace: 'submariner-operator', simulated: false, version: '1.0.0', ...place });
}
