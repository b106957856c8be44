import type { ConfigMap } from '../api/types/index.ts';
import type { DnsKind } from './detect.ts';

/**
 * `wired`: our block stands, and all servers that were asked have loaded it. `loading`: they have
 * some time left for that. `not-loaded`: they had it. `served`: CoreDNS or Lighthouse serve the
 * domain. `conflict`: a block of somebody else, or marks that are no pair, stand in the way.
 * `none`: no cluster DNS was recognised. `off`: join was told to leave the cluster's DNS alone.
 */
export type WiringState = 'wired' | 'loading' | 'not-loaded' | 'served' | 'conflict' | 'none' | 'off' | 'failed';

/** What one server of the cluster's DNS said when it was asked for our domain. */
export interface LoadedServer {
  /** Name of the pod, or the address. */
  readonly server: string;
  readonly isLoaded: boolean;
  readonly answer: string;
}

/** `status.json` of the ConfigMap `mcs-dns-wiring`. */
export interface WiringStatus {
  readonly state: WiringState;
  readonly kind: DnsKind;
  readonly message: string;
  /** Commands that cure. */
  readonly hints: readonly string[];
  /** Where our block or entry stands. */
  readonly places: readonly string[];
  /** Address of our name server. */
  readonly upstream: string | undefined;
  readonly servers: readonly LoadedServer[];
  readonly notes: readonly string[];
  /** From the last write until all servers had loaded it, ms. */
  readonly loadedAfterMs?: number;
}

export const WIRING_STATUS_KEY = 'status.json';

/** Undefined where there is none, or none that is understood. */
export function parseWiringStatus(map: ConfigMap | undefined): WiringStatus | undefined {
  try {
    const value = JSON.parse(map?.data?.[WIRING_STATUS_KEY] ?? '') as WiringStatus;
    return typeof value.state === 'string' && Array.isArray(value.servers) ? value : undefined;
  } catch {
    return undefined; // written by hand, or by a version that is not known here
  }
}
