import type { LabelSelector } from '../../api/selectors.ts';
import type { GatewayDNS, ResolutionType } from '../../api/types/index.ts';

/** Whether the addresses of a gateway are asked for an answer, with all defaults filled in. */
export interface HealthCheckRule {
  readonly isEnabled: boolean;
  /** Undefined: the first TCP port of the gateway. */
  readonly port?: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** Whose clusters learn the names. */
export type Audience = { readonly from: 'Same' } | { readonly from: 'All' } | { readonly from: 'Selector'; readonly selector: LabelSelector };

/** What a valid GatewayDNS asks for, with all defaults filled in. */
export interface GatewayRule {
  /** `namespace/name` of the GatewayDNS. */
  readonly key: string;
  readonly namespace: string;
  readonly selector: LabelSelector;
  readonly service: { readonly namespace: string; readonly name: string };
  readonly resolution: ResolutionType;
  readonly ttlSeconds?: number;
  readonly mergePolicy: 'Oldest' | 'Union';
  readonly audience: Audience;
  readonly nodeAddressType?: 'InternalIP' | 'ExternalIP';
  readonly health: HealthCheckRule;
}

/** A rule, or all that is wrong with the GatewayDNS. */
export type RuleReading = { readonly rule: GatewayRule } | { readonly problems: readonly string[] };

/** A GatewayDNS and what was read of it. */
export interface ReadGateway {
  readonly object: GatewayDNS;
  readonly reading: RuleReading;
}
