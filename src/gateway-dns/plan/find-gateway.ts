import type { FindOptions, GatewayLookup, GatewayView } from './gateway-lookup.ts';
import { readLoadBalancer } from './load-balancer.ts';
import { readHostPorts, readNodePorts } from './node-gateways.ts';
import type { GatewayRule } from './rule.ts';

/** The addresses of a gateway, by what its cluster says now: `found` or `none`. */
export function findGateway(rule: GatewayRule, view: GatewayView, options: FindOptions): GatewayLookup {
  const { namespace, name } = rule.service;
  if (view.service === undefined || view.service.metadata.deletionTimestamp !== undefined) return { kind: 'none', message: `there is no Service "${namespace}/${name}"` };
  switch (rule.resolution) {
    case 'loadBalancer':
      return readLoadBalancer(view.service, options);
    case 'nodePort':
      return readNodePorts(view.service, view, rule, options);
    case 'hostPort':
      return readHostPorts(view.service, view, rule, options);
  }
}
