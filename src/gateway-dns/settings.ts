import { createHash } from 'node:crypto';

/** Whether clusters of other namespaces learn the names of a namespace: nowhere, as each GatewayDNS says, or everywhere. */
export type CrossNamespace = (typeof CROSS_NAMESPACE)[number];

export const CROSS_NAMESPACE = ['none', 'policy', 'all'] as const;

/** What the hub of gateway-dns is told by the environment of its container. */
export interface GatewayDNSSettings {
  /** Where its Lease stands on the hub, and its slices on the workload clusters. */
  readonly namespace: string;
  /** End of all names that it gives, lower case, without dots at the ends. */
  readonly domainSuffix: string;
  /** Between two looks at everything, ms; changes are seen by watches, at once. */
  readonly pollIntervalMs: number;
  /** Tells the slices of several hubs apart. Default: made of the uid of the hub's cluster. */
  readonly hubId?: string;
  readonly crossNamespace: CrossNamespace;
  /** Whether gateways are asked if they answer; false holds for every GatewayDNS, whatever it says. */
  readonly healthChecks: boolean;
}

/** `mcs-<part>`: of everything that it writes. */
export const FIELD_MANAGER = 'mcs-gateway-dns';
/** Lease of the active process, in the namespace of the settings. */
export const GATEWAY_DNS_LEASE = 'xcc-dns-controller';

/** Id of a hub that is given none. */
export function defaultHubId(kubeSystemUid: string): string {
  return `hub-${createHash('sha256').update(kubeSystemUid).digest('hex').slice(0, 10)}`;
}
