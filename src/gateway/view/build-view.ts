import { TUNNEL_PORT } from '../../api/data-plane.ts';
import type { CableEndpointSpec } from '../../api/types/index.ts';
import type { NodeNetwork } from '../apply/node-network.ts';
import type { NetworkView, NodeView, RemoteView } from '../plan/types.ts';
import type { GatewaySettings } from '../settings.ts';
import type { RemoteEnd } from './remote-end.ts';

/** Where packets of a tunnel go to. */
export interface TunnelPath {
  readonly address: string;
  readonly port: number;
  readonly usingNAT: boolean;
}

export interface ViewFacts {
  readonly nodes: readonly NodeView[];
  readonly gateway: string | undefined;
  readonly network: NodeNetwork;
  readonly listenPort: number;
  readonly remotes: readonly RemoteEnd[];
  /** Ends that no tunnel can lead to: of another cable driver, for one. */
  readonly unusable: readonly CableEndpointSpec[];
  /** Way to each remote's gateway, by cable name; private where nothing else is known. */
  readonly paths: ReadonlyMap<string, TunnelPath>;
  /** Bytes, by cable name. */
  readonly pathMtus: ReadonlyMap<string, number>;
  readonly privateKey: string | undefined;
}

export function privatePath({ privateIP, tunnelPort }: RemoteEnd): TunnelPath {
  return { address: privateIP, port: tunnelPort, usingNAT: false };
}

function toRemoteView(end: RemoteEnd, { paths, pathMtus }: ViewFacts): RemoteView {
  const { address, port } = paths.get(end.cableName) ?? privatePath(end);
  const pathMtu = pathMtus.get(end.cableName);
  return {
    clusterID: end.clusterID,
    cableName: end.cableName,
    address,
    port,
    subnets: end.subnets,
    ownAddresses: [end.privateIP, ...(end.publicIP === undefined ? [] : [end.publicIP])],
    ...(pathMtu !== undefined && { pathMtu }),
    ...(end.mac !== undefined && { mac: end.mac }),
    ...(end.publicKey !== undefined && { publicKey: end.publicKey }),
  };
}

/** Without MAC and key there is no way there: its ranges are kept from the default route all the same. */
function withoutWay({ cluster_id: clusterID, cable_name: cableName, private_ip: address, subnets }: CableEndpointSpec): RemoteView {
  return { clusterID, cableName, address, port: TUNNEL_PORT, subnets, ownAddresses: [] };
}

/** Everything that this node's plan depends on. */
export function buildView(settings: GatewaySettings, facts: ViewFacts): NetworkView {
  const { nodes, gateway, network, listenPort, remotes, unusable, privateKey } = facts;
  return {
    nodeName: settings.nodeName,
    nodes,
    ...(gateway !== undefined && { gateway }),
    podCIDRs: settings.podCIDRs,
    sources: network.sources,
    driver: settings.driver,
    listenPort,
    uplinkMtu: network.uplinkMtu,
    remotes: [...remotes.map((end) => toRemoteView(end, facts)), ...unusable.map(withoutWay)],
    // only the gateway needs the key of the cluster
    ...(privateKey !== undefined && gateway === settings.nodeName && { privateKey }),
  };
}
