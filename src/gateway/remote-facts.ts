import type { CableEndpoint } from '../api/types/index.ts';
import type { NodeNetwork } from './apply/node-network.ts';
import type { NatIdentity } from './nat/nat-discovery.ts';

/** What the ways to other clusters depend on. */
export interface RemoteFacts {
  readonly endpoints: readonly CableEndpoint[];
  readonly network: NodeNetwork;
  /** Of this node; outer packets come from the first one. */
  readonly nodeAddresses: readonly string[];
  /** Of the own gateway; undefined while there is none. */
  readonly gatewayAddress: string | undefined;
  /** Own gateway, where this node is the active one. */
  readonly identity: NatIdentity | undefined;
}
