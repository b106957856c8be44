import type { DnsWiringSettings, MemberConfig } from '../api/types/index.ts';
import type { NamespacePolicy } from '../sync/service/namespace-policy.ts';

/** What the controller of one member is told. */
export interface ControllerSettings {
  readonly clusterID: string;
  readonly memberNamespace: string;
  readonly brokerNamespace: string;
  /** The cluster's own ranges, as joined with. */
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly importNamespaces?: readonly string[];
  readonly denyNamespaces?: readonly string[];
  /** Whether gateways connect the cluster with the others: component `connectivity`. */
  readonly connectivity: boolean;
  /** Default: wanted. */
  readonly dnsWiring?: DnsWiringSettings;
  /** True only for processes of the sandbox: loopback addresses may be endpoints. */
  readonly simulated: boolean;
  /** Identity in Leases: the pod's UID. */
  readonly identity: string;
  readonly limits: ControllerLimits;
}

export interface ControllerLimits {
  /** Keys worked on at the same time. */
  readonly workers: number;
  /** How often the own Lease on the broker is renewed, s. */
  readonly renewSeconds: number;
  /** How long another member's unchanged Lease counts as alive, s. */
  readonly graceSeconds: number;
  /** Life of the member's credential that is asked for, s. */
  readonly credentialSeconds: number;
  /** Most services and endpoints that are taken from one other member (ruling 9). */
  readonly servicesPerCluster: number;
  readonly endpointsPerCluster: number;
  /** How long news of what is refused of other members are gathered before they are written, s. */
  readonly reportSeconds: number;
}

export const DEFAULT_LIMITS: ControllerLimits = {
  workers: 32,
  renewSeconds: 20,
  graceSeconds: 60,
  credentialSeconds: 7 * 24 * 3_600,
  servicesPerCluster: 5_000,
  endpointsPerCluster: 50_000,
  reportSeconds: 5,
};

export const FIELD_MANAGER = 'mcs-controller';

/** Settings of the controller of a member with this configuration; what the configuration says of importing stands over the defaults. */
export function controllerSettings(config: MemberConfig, process: Pick<ControllerSettings, 'memberNamespace' | 'identity' | 'simulated'>): ControllerSettings {
  const { clusterID, brokerNamespace, podCIDRs, serviceCIDRs, nodeCIDRs, components, importNamespaces, denyNamespaces, importLimits, dnsWiring } = config;
  return {
    ...process,
    clusterID,
    brokerNamespace,
    podCIDRs,
    serviceCIDRs,
    nodeCIDRs,
    connectivity: components.includes('connectivity'),
    ...(importNamespaces !== undefined && { importNamespaces }),
    ...(denyNamespaces !== undefined && { denyNamespaces }),
    ...(dnsWiring !== undefined && { dnsWiring }),
    limits: { ...DEFAULT_LIMITS, ...importLimits },
  };
}

/** Namespaces whose MCS objects are neither exports nor imports. */
export function reservedNamespaces({ memberNamespace, brokerNamespace }: ControllerSettings): string[] {
  return [memberNamespace, brokerNamespace];
}

export function namespacePolicyOf(settings: ControllerSettings): NamespacePolicy {
  const { importNamespaces, denyNamespaces } = settings;
  return {
    reserved: reservedNamespaces(settings),
    ...(importNamespaces !== undefined && { importNamespaces }),
    ...(denyNamespaces !== undefined && { denyNamespaces }),
  };
}
