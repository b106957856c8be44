import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../../../src/api/types/index.ts';
import { systemClock } from '../../../../../src/base/clock.ts';
import { chooseWorker, readPaths } from '../../../../../src/diagnose/probes/paths/read-paths.ts';
import { contextAmong, member } from '../../../../helpers/diagnose-scene.ts';
import { gateway, labelledNode } from '../../../../helpers/gateways.ts';

const GATEWAY = { cluster: 'west', node: 'node-1', address: '192.0.2.1' };
const node = (name: string, address: string, isReady = true): Node => {
  const { status, ...rest } = labelledNode(name, false, isReady);
  return { ...rest, status: { ...status, addresses: [{ type: 'Hostname', address: name }, { type: 'InternalIP', address }] } };
};
const NODES = [node('node-1', '192.0.2.1'), node('node-2', '192.0.2.2', false), node('node-3', 'fd00::3'), node('node-4', '192.0.2.4'), node('node-5', '192.0.2.5')];

describe('chooseWorker', () => {
  it.each([
    ['the first that is ready and has an address of the family of the gateway', [], 'node-4'],
    ['one that gets no answers before others', ['node-5'], 'node-5'],
    ['one that is ready, though another one gets no answers', ['node-2'], 'node-4'],
  ])('takes %s', (_which, broken, expected) => {
    expect(chooseWorker(NODES, GATEWAY, new Set(broken))?.node).toBe(expected);
  });

  it('finds none among gateways', () => {
    expect(chooseWorker(NODES.slice(0, 1), GATEWAY, new Set())).toBeUndefined();
  });
});

const WEST_EAST = { own: 'west', peer: 'east' };

describe('readPaths', () => {
  const { signal } = new AbortController();
  const settings = { runID: 'run', startMs: 1, tryMs: 1, progress: () => undefined };

  it('says why no pods may be run', async () => {
    expect(await readPaths(contextAmong(member('west', {}), []), WEST_EAST, signal)).toEqual({ reason: 'no pods in this test' });
  });

  it.each([
    ['no gateway is active', [], 'no gateway is active'],
    ['nodes are simulated', [gateway('west', 'node-1')], 'simulated nodes send no packets'],
  ])('asks nobody where %s', async (_what, gateways, reason) => {
    for (const { status } of gateways) if (status !== undefined) status.localEndpoint.backend = 'loopback';
    const context = { ...contextAmong(member('west', { gateways }), [], systemClock), pods: { found: settings } };
    expect(await readPaths(context, WEST_EAST, signal)).toMatchObject({ found: { flows: [], leftOut: new Map([['west', reason]]) } });
  });

  it('asks neither of two clusters of one name', async () => {
    const [one, other] = [member('west', {}), { ...member('west', {}), context: 'copy' }];
    const context = { ...contextAmong(one, [other], systemClock), pods: { found: settings } };
    expect(await readPaths(context, WEST_EAST, signal)).toMatchObject({ found: { leftOut: new Map([['west', 'two clusters have this id']]) } });
  });
});
