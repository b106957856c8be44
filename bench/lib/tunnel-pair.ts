import { createKeys, createScene, applyAll, type Driver, type Scene, type TestNode } from '../../test/helpers/net-clusters.ts';
import { CABLE_DEVICE } from '../../src/gateway/plan/types.ts';

/** Two gateways with a tunnel of ours and one made by hand, over the same interfaces and with the same MTU. */
export interface TunnelPair {
  readonly client: TestNode;
  /** Addresses of the server, through the one and the other. */
  readonly addresses: { readonly ours: string; readonly theirs: string };
  stop(): Promise<void>;
}

const HAND = { device: 'hand', port: 4600, range: '192.168.250' };

export async function startTunnelPair(driver: Driver): Promise<TunnelPair> {
  const scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
  const [client, server] = scene.clusters.flatMap(({ nodes }) => nodes);
  if (client === undefined || server === undefined) throw new Error('no nodes');
  try {
    const keys = new Map(await Promise.all(scene.clusters.map(async ({ id }) => [id, await createKeys(scene.wan)] as const)));
    await applyAll(scene, { driver, keys });
    const mtu = client.netns.sh(`cat /sys/class/net/${CABLE_DEVICE}/mtu`).trim();
    await (driver === 'vxlan' ? makeVxlan : makeWireguard)(scene, client, server, mtu);
    for (const address of [server.sources.IPv4, `${HAND.range}.2`]) server.netns.spawn('iperf3', '-s', '-B', address);
    return { client, addresses: { ours: server.sources.IPv4, theirs: `${HAND.range}.2` }, stop: () => scene.stop() };
  } catch (error) {
    await scene.stop();
    throw error;
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
    const config = `[Interface]\nPrivateKey = ${keys[index]?.privateKey ?? ''}\nListenPort = ${HAND.port}\n[Peer]\nPublicKey = ${keys[1 - index]?.publicKey ?? ''}\nAllowedIPs = ${HAND.range}.0/24\nEndpoint = ${peer.address}:${HAND.port}\n`;
    while ((await own.netns.exec('wg', ['setconf', HAND.device, '/dev/stdin'], { input: config })).code !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
    own.netns.sh(`ip address add ${HAND.range}.${index + 1}/24 dev ${HAND.device}; ip link set ${HAND.device} mtu ${mtu} up`);
  }
}
