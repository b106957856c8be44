import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removalCommands } from '../../src/gateway/apply/removal-commands.ts';
import { applyAll, createScene, type Scene } from '../helpers/net-clusters.ts';
import { snapshotOf, waitForAddresses } from '../helpers/net-snapshot.ts';

let scene: Scene;

beforeAll(() => {
  scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
});
afterAll(() => scene.stop());

describe('removalCommands', () => {
  it('take away by hand all that the agent has made on gateways and workers', async () => {
    const nodes = scene.clusters.flatMap((cluster) => cluster.nodes);
    for (const { netns } of nodes) netns.sh('iptables -P FORWARD DROP; ip6tables -P FORWARD DROP');
    await waitForAddresses(nodes);
    const before = nodes.map(({ netns }) => snapshotOf(netns));
    await applyAll(scene, { driver: 'vxlan' });
    for (const { netns } of nodes) {
      netns.sh('ip link add mcs-probe type vxlan id 16777215 dstport 4800');
      expect(netns.sh('iptables -S FORWARD; ip6tables -S FORWARD').match(/mcs-clusterset/g)).toHaveLength(4);
      netns.sh(`set +e; ${removalCommands().join('; ')}; true`);
    }
    expect(nodes.map(({ netns }) => snapshotOf(netns))).toEqual(before);
  });
});
