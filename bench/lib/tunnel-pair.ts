import { createKeys, createScene, applyAll, type Driver, type Scene, type TestNode } from '../../test/helpers/net-clusters.ts';
import { CABLE_DEVICE } from '../../src/gateway/plan/types.ts';
import type { Netns } from '../../test/helpers/netns.ts';

/** Pods behind two gateways with a tunnel of ours and one made by hand, over the same interfaces and with the same MTU. */
export interface TunnelPair {
  readonly client: Netns;
  /** Addresses of the server, through the one and the other. */
  readonly addresses: { readonly ours: string; readonly theirs: string };
  stop(): Promise<void>;
}

/** The tunnel made by hand: its own range, and those of the second addresses of the pods at its ends. */
const HAND = { device: 'hand', port: 4600, range: '192.168.250', pods: ['192.168.251', '192.168.252'] } as const;

export async function startTunnelPair(driver: Driver): Promise<TunnelPair> {
  const scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
  const [client, server] = scene.clusters.flatMap(({ nodes }) => nodes);
  if (client === undefined || server === undefined) throw new Error('no nodes');
  try {
    const keys = new Map(await Promise.all(scene.clusters.map(async ({ id }) => [id, await createKeys(scene.wan)] as const)));
    await applyAll(scene, { driver, keys });
    const mtu = client.netns.sh(`cat /sys/class/net/${CABLE_DEVICE}/mtu`).trim();
    await (driver === 'vxlan' ? makeVxlan : makeWireguard)(scene, client, server, mtu);
    routePods([client, server]);
    const addresses = { ours: server.podAddresses[0] ?? '', theirs: `${HAND.pods[1]}.2` };
    for (const address of Object.values(addresses)) server.pod.spawn('iperf3', '-s', '-B', address);
    return { client: client.pod, addresses, stop: () => scene.stop() };
  } catch (error) {
    await scene.stop();
    throw error;
  }
}

/** Gives the pods at both ends second addresses, between which the tunnel made by hand is the way. */
function routePods(nodes: readonly [TestNode, TestNode]): void {
  for (const [index, { netns, pod }] of nodes.entries()) {
    const [own, other] = index === 0 ? HAND.pods : [HAND.pods[1], HAND.pods[0]];
    netns.sh(`ip address add ${own}.1/24 dev cni0; ip route add ${other}.0/24 via ${HAND.range}.${2 - index} dev ${HAND.device}`);
    pod.sh(`ip address add ${own}.2/24 dev eth0; ip route add ${other}.0/24 via ${own}.1 src ${own}.2`);
  }
}

function makeVxlan(_scene: Scene, client: TestNode, server: TestNode, mtu: string): Promise<void> {
  for (const [index, [own, peer]] of [[client, server], [server, client]].entries()) {
    own?.netns.sh(`ip link add ${HAND.device} mtu ${mtu} type vxlan id 7 dstport ${HAND.port} local ${own.address} remote ${peer?.address ?? ''} nolearning; ip address add ${HAND.range}.${index + 1}/24 dev ${HAND.device}; ip link set ${HAND.device} up`);
  }
  return Promise.resolve();
}

async function makeWireguard(scene: Scene, client: TestNode, server: TestNode, mtu: string): Promise<void> {
  const keys = [await createKeys(scene.wan), await createKeys(scene.wan)];
  for (const [index, [own, peer]] of ([[client, server], [server, client]] as const).entries()) {
    own.netns.spawn('wireguard-go', '-f', HAND.device);
    const config = `[Interface]\nPrivateKey = ${keys[index]?.privateKey ?? ''}\nListenPort = ${HAND.port}\n[Peer]\nPublicKey = ${keys[1 - index]?.publicKey ?? ''}\nAllowedIPs = ${[HAND.range, ...HAND.pods].map((range) => `${range}.0/24`).join(', ')}\nEndpoint = ${peer.address}:${HAND.port}\n`;
    while ((await own.netns.exec('wg', ['setconf', HAND.device, '/dev/stdin'], { input: config })).code !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
    own.netns.sh(`ip address add ${HAND.range}.${index + 1}/24 dev ${HAND.device}; ip link set ${HAND.device} mtu ${mtu} up`);
  }
}
