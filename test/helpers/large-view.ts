import { macOf } from '../../src/api/mac.ts';
import type { NetworkView } from '../../src/gateway/plan/types.ts';

/** What the active gateway of a set of many clusters sees; both families, vxlan. */
export function largeView({ clusters, nodes }: { readonly clusters: number; readonly nodes: number }): NetworkView {
  return {
    nodeName: 'node-0',
    nodes: Array.from({ length: nodes }, (_, index) => ({ name: `node-${index}`, addresses: [`172.16.0.${index + 1}`], podCIDRs: [`10.255.${index}.0/24`, `fd00:ffff:0:${index}::/64`] })),
    gateway: 'node-0',
    podCIDRs: ['10.255.0.0/16', 'fd00:ffff::/48'],
    sources: { IPv4: '10.255.0.1', IPv6: 'fd00:ffff::1' },
    driver: 'vxlan',
    listenPort: 4500,
    uplinkMtu: 1500,
    remotes: Array.from({ length: clusters }, (_, index) => {
      const [clusterID, address] = [`cluster-${index}`, `192.168.${index}.5`];
      return { clusterID, cableName: `submariner-cable-${clusterID}`, address, port: 4500, subnets: [`10.${index}.0.0/16`, `fd00:${(index + 1).toString(16)}::/48`], ownAddresses: [address], mac: macOf('cable', clusterID, 'gateway', address) };
    }),
  };
}
