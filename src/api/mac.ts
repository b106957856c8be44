import { createHash } from 'node:crypto';

/** Which of a node's devices: towards other clusters, or towards the nodes of the own one. */
export type MacScope = 'cable' | 'inner';

/**
 * MAC of a node's device, the same wherever it is computed, and another one for every cluster, node
 * and address: locally administered, unicast (IEEE 802), 46 bits of a hash.
 */
export function macOf(scope: MacScope, clusterID: string, nodeName: string, address: string): string {
  const hash = createHash('sha256').update([scope, clusterID, nodeName, address].join('\n')).digest();
  hash[0] = ((hash[0] ?? 0) & 0xfc) | 0x02;
  return [...hash.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
