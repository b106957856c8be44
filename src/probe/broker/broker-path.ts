/** Layers of the way to the broker, each of which needs those before it. */
export const BROKER_LAYERS = ['name', 'tcp', 'tls', 'credential', 'permission', 'use'] as const;
export type BrokerLayer = (typeof BROKER_LAYERS)[number];

/** Where a pod finds the credential that the agents of its cluster have. */
export const CREDENTIAL_MOUNT = '/etc/mcs/broker';

/** What a pod is asked about the broker of its cluster. */
export interface BrokerRequest {
  /** Whether the member has gateways: then it writes the ends of its tunnels too. */
  readonly isConnected: boolean;
  /** For the answer to a name, ms; a connection has twice as long, and all requests together have what is left of four times. */
  readonly timeoutMs: number;
}

export interface BrokerStep {
  readonly layer: BrokerLayer;
  readonly isOk: boolean;
  /** What was seen, one fact a line. */
  readonly seen: readonly string[];
  /** System error code, TLS fault or HTTP status of what failed. */
  readonly code?: string;
  readonly milliseconds: number;
}

export interface BrokerPath {
  readonly server: string;
  readonly host: string;
  readonly port: number;
  /** Of the broker. */
  readonly namespace: string;
  /** In the order of the layers, up to the first that failed. */
  readonly steps: readonly BrokerStep[];
}

/** All requests have ended after this many times `timeoutMs`: a server that is slow is no broken one. */
export const BROKER_PATH_TIMES = 4;
