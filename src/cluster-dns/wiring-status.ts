import type { ConfigMap } from '../api/types/index.ts';
import type { DnsKind } from './detect.ts';

/**
 * `wired`: our block stands, and all servers that were asked have loaded it. `loading`: they have
 * some time left for that. `not-loaded`: they had it. `written`: our block stands, and who wrote it
 * cannot ask the servers, because it runs outside of the cluster. `served`: CoreDNS or Lighthouse serve the
 * domain. `conflict`: a block of somebody else, or marks that are no pair, stand in the way.
 * `no-address`: the Service of our name
 * server has none, so nothing forwards to it. `none`: no cluster DNS was recognised. `off`: join was told to leave the cluster's DNS alone.
 */
export type WiringState = 'wired' | 'loading' | 'not-loaded' | 'written' | 'served' | 'conflict' | 'no-address' | 'none' | 'off' | 'failed';

/** What one server of the cluster's DNS said when it was asked for our domain. */
export interface LoadedServer {
  /** Name of the pod, or the address. */
  readonly server: string;
  readonly isLoaded: boolean;
  readonly answer: string;
}

/**
 * Why names of cluster.local do not fall through: `off`, join was told to leave the DNS alone;
 * `no-address`, our name server has none; the others say what the cluster's DNS is or has.
 */
export type FallthroughRefusal =
  | 'off'
  | 'no-address'
  | 'unknown-dns'
  | 'openshift'
  | 'kube-dns'
  | 'managed'
  | 'old-coredns'
  | 'unreadable'
  | 'damaged-marks'
  | 'no-kubernetes'
  | 'several-kubernetes'
  | 'other-domain'
  | 'unrecognised'
  | 'foreign-forward';

/** The two marked lines by which names of cluster.local that the cluster does not know are asked of our name server. */
export interface FallthroughStatus {
  /** As in `WiringState`; `refused`: nothing is written, and what was is taken out. */
  readonly state: 'wired' | 'loading' | 'not-loaded' | 'written' | 'refused';
  readonly reason?: FallthroughRefusal;
  readonly message: string;
  /** Commands that cure. */
  readonly hints: readonly string[];
  /** Where our lines stand. */
  readonly place?: string;
  readonly servers: readonly LoadedServer[];
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
  /** Where it is asked for. */
  readonly fallthrough?: FallthroughStatus;
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
