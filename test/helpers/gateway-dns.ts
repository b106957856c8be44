import type { GatewayDNS, GatewayDNSSpec, GatewayDNSStatus } from '../../src/api/types/index.ts';
import type { FoundGateway, GatewayLookup } from '../../src/gateway-dns/plan/gateway-lookup.ts';
import type { GatewayCluster } from '../../src/gateway-dns/plan/names.ts';
import { readRule } from '../../src/gateway-dns/plan/read-rule.ts';
import type { GatewayRule, ReadGateway } from '../../src/gateway-dns/plan/rule.ts';
import { gatewayId } from '../../src/gateway-dns/plan/share-name.ts';
import { type HubView, type NamePlan, shareOut } from '../../src/gateway-dns/plan/share-out.ts';

export const ENVOY: GatewayDNSSpec = { clusterSelector: { matchLabels: { hasContour: 'true' } }, service: 'projectcontour/envoy', resolutionType: 'loadBalancer' };

/** A GatewayDNS; `age` counts down: the higher, the older. */
export function gatewayDNS(key: string, spec: unknown = ENVOY, { age = 0, status }: { age?: number; status?: GatewayDNSStatus } = {}): GatewayDNS {
  const [namespace = '', name = ''] = key.split('/');
  const metadata = { namespace, name, uid: `uid-${name}`, generation: 1, creationTimestamp: `2026-01-01T00:00:${String(59 - age).padStart(2, '0')}Z` };
  return { apiVersion: 'connectivity.tanzu.vmware.com/v1alpha1', kind: 'GatewayDNS', metadata, spec: spec as GatewayDNSSpec, ...(status && { status }) };
}

export function read(object: GatewayDNS): ReadGateway {
  return { object, reading: readRule(object, { healthChecks: true }) };
}

/** The rule of a GatewayDNS that must be valid. */
export function ruleOf(object: GatewayDNS): GatewayRule {
  const { reading } = read(object);
  if ('problems' in reading) throw new Error(reading.problems.join('; '));
  return reading.rule;
}

/** Clusters by their keys, all with an ingress. */
export function gatewayClusters(...keys: readonly string[]): GatewayCluster[] {
  return keys.map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    return { key, namespace, name, uid: `uid-${name}`, labels: { hasContour: 'true' } };
  });
}

export function plansOf(gateways: readonly GatewayDNS[], clusters: readonly GatewayCluster[], view: Partial<HubView> = {}): ReadonlyMap<string, NamePlan> {
  return shareOut({ clusters, gateways: gateways.map(read), namespaces: new Map(), crossNamespace: 'policy', suffix: 'xcc.test', ...view });
}

/** The plan for the name of one cluster, dev-team/cluster-a, that must be there. */
export function planOf(gateways: readonly GatewayDNS[] = [gatewayDNS('dev-team/gateways')], clusters = gatewayClusters('dev-team/cluster-a', 'dev-team/cluster-b'), view: Partial<HubView> = {}): NamePlan {
  const found = plansOf(gateways, clusters, view).get('dev-team/cluster-a');
  if (found === undefined) throw new Error('no plan');
  return found;
}

export function foundGateway(addresses: readonly string[], more: Partial<FoundGateway> = {}): FoundGateway {
  return { kind: 'found', addresses, hostnames: [], port: 80, notes: [], ...more };
}

/** The same look at each gateway of a plan. */
export function lookups(plan: NamePlan, ...looks: readonly GatewayLookup[]): ReadonlyMap<string, GatewayLookup> {
  return new Map(plan.gateways.flatMap((rule, index): [string, GatewayLookup][] => {
    const look = looks[index];
    return look === undefined ? [] : [[gatewayId(rule), look]];
  }));
}
