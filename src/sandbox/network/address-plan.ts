import { McsError } from '../../base/errors.ts';

/**
 * Addresses of one sandbox cluster. Each has a 127.X.0.0/16 of its own, so that clusters, and
 * sandboxes that run side by side, share no address and all of them are reachable from one host.
 */
export interface AddressPlan {
  /** X of 127.X.0.0/16. */
  readonly octet: number;
  readonly apiServer: { readonly address: string; readonly port: number };
  readonly nodes: readonly NodePlan[];
  readonly podCIDR: string;
  readonly serviceCIDR: string;
  /** ClusterIP of the Service `kubernetes`: the first of the service CIDR, as everywhere. */
  readonly kubernetesServiceIP: string;
}

export interface NodePlan {
  readonly name: string;
  readonly address: string;
  /** A /24 of the pod CIDR. */
  readonly podCIDR: string;
}

export const API_SERVER_PORT = 6443;

/** 127.0.0.0/16 is the system's own (127.0.0.53, 127.0.1.1); low octets are left to other software. */
export const FIRST_OCTET = 40;
export const LAST_OCTET = 239;

/** Pods have a /18, which is 64 blocks of a /24. */
export const MAX_NODES = 64;

/** Splits 127.`octet`.0.0/16 up for a cluster with these nodes. */
export function planAddresses(octet: number, nodeNames: readonly string[]): AddressPlan {
  if (nodeNames.length > MAX_NODES) {
    throw new McsError('MCS_USAGE', `Cannot plan a sandbox cluster of ${nodeNames.length} nodes: at most ${MAX_NODES} fit`);
  }
  const net = `127.${octet}`;
  const nodes = nodeNames.map((name, index) => ({ name, address: `${net}.0.${index + 2}`, podCIDR: `${net}.${64 + index}.0/24` }));
  return {
    octet,
    apiServer: { address: `${net}.0.1`, port: API_SERVER_PORT },
    nodes,
    podCIDR: `${net}.64.0/18`,
    serviceCIDR: `${net}.128.0/17`,
    kubernetesServiceIP: `${net}.128.1`,
  };
}

/** Which octets to try, in order, when a search begins at `first`. */
export function octetCandidates(first: number = FIRST_OCTET): readonly number[] {
  const size = LAST_OCTET - FIRST_OCTET + 1;
  const start = Math.min(Math.max(first, FIRST_OCTET), LAST_OCTET) - FIRST_OCTET;
  return Array.from({ length: size }, (_, index) => FIRST_OCTET + ((start + index) % size));
}
