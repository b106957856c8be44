import { describe, expect, it } from '@jest/globals';
import { chooseClusters, type PathCluster, planPaths, type PathsPlan } from '../../../../../src/diagnose/probes/paths/plan-paths.ts';
import { pathCluster } from '../../../../helpers/path-findings.ts';

function plan(...clusters: readonly PathCluster[]): PathsPlan {
  let tokens = 0;
  return planPaths(clusters, { runID: 'run', windowMs: 1000, createToken: () => `${tokens += 1}` });
}

const lines = ({ flows }: PathsPlan, kind: string): string[] => flows.filter((flow) => flow.kind === kind).map(({ from, host, port, fromPort = '*' }) => `${from.cluster}/${from.node}:${fromPort} > ${host}:${port}`);

describe('planPaths', () => {
  const both = plan(pathCluster('west'), pathCluster('east'));

  it('tries the port of the tunnel both ways, from the port that WireGuard sends from', () => {
    expect(lines(both, 'tunnel')).toEqual(['west/node-1:4500 > 198.51.100.1:4500', 'east/node-1:4500 > 192.0.2.1:4500']);
    expect(lines(plan(pathCluster('west', { backend: 'vxlan' }), pathCluster('east', { backend: 'vxlan' })), 'tunnel')).toEqual(['west/node-1:* > 198.51.100.1:4500', 'east/node-1:* > 192.0.2.1:4500']);
  });

  it('tries NAT discovery where both use it', () => {
    expect(lines(both, 'discovery')).toEqual(['west/node-1:4490 > 198.51.100.1:4490', 'east/node-1:4490 > 192.0.2.1:4490']);
    expect(lines(plan(pathCluster('west'), pathCluster('east', { natt: false })), 'discovery')).toEqual([]);
  });

  it('tries both addresses of a gateway that is not connected, and else the one in use', () => {
    expect(lines(plan(pathCluster('west'), pathCluster('east', { publicIP: '203.0.113.9' })), 'tunnel').slice(0, 2)).toEqual(['west/node-1:4500 > 198.51.100.1:4500', 'west/node-1:4500 > 203.0.113.9:4500']);
    expect(lines(plan(pathCluster('west', { usingIP: '203.0.113.9' }), pathCluster('east', { publicIP: '203.0.113.9' })), 'tunnel')[0]).toBe('west/node-1:4500 > 203.0.113.9:4500');
  });

  it('tries the ways within each cluster, and through the tunnel from all nodes', () => {
    expect(lines(both, 'nodes').slice(0, 2)).toEqual(['west/node-1:* > 192.0.2.2:4800', 'west/node-2:* > 192.0.2.1:4800']);
    expect(lines(both, 'inner')).toHaveLength(4);
    expect(lines(plan(pathCluster('west', { hasWorker: false })), 'nodes')).toEqual([]);
  });

  it('asks each node to send what is its own, and to await what comes to it', () => {
    const { request } = both.requests.get('east/node-1')!;
    const coming = both.flows.filter(({ to }) => to.cluster === 'east' && to.node === 'node-1');
    expect(request.await.map(({ token }) => token)).toEqual(coming.map(({ token }) => token));
    expect(request).toMatchObject({ table: 'mcs-probe-run', echoes: [{ host: '10.4.1.1', port: 4491 }], sizes: ['192.0.2.1', '10.4.1.1'] });
    expect([...both.requests.keys()]).toEqual(['west/node-1', 'west/node-2', 'east/node-1', 'east/node-2']);
  });

  it('leaves clusters of other brokers alone', () => {
    expect(lines(plan(pathCluster('west', { hasWorker: false }), pathCluster('east', { broker: 'other', hasWorker: false })), 'tunnel')).toEqual([]);
  });
});

describe('chooseClusters', () => {
  const many = Array.from({ length: 60 }, (_, index): PathCluster => {
    const [name, address] = [`c${index}`, `192.0.2.${index + 1}`];
    const gateway = { cluster: name, node: 'node-1', address };
    const [connection] = pathCluster('west', { usingIP: '198.51.100.1' }).connections;
    const connections = connection === undefined ? [] : [index === 59 ? { ...connection, status: 'error' as const } : connection];
    return { ...pathCluster('west'), name, connections, gateway, worker: { ...gateway, node: 'node-2' } };
  });
  const { chosen, leftOut } = chooseClusters(many);

  it('takes as many as one run can ask, the troubled ones first, and says why not the others', () => {
    expect([chosen.length, chosen[0]?.name, leftOut.size, leftOut.get('c58')]).toEqual([32, 'c59', 28, 'nodes of 32 clusters are tried in one run: name these with --contexts']);
  });

  it('keeps requests short', () => {
    expect(Math.max(...[...plan(...chosen).requests.values()].map(({ request }) => JSON.stringify(request).length))).toBeLessThan(64 * 1024);
  });
});
