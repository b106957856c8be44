import { describe, expect, it } from '@jest/globals';
import type { Fate, PathFindings, PlannedFlow } from '../../../../../src/diagnose/probes/paths/flow.ts';
import { judgeDiscovery, judgeInner, judgeNodes, judgeSizes, judgeTunnelPort } from '../../../../../src/diagnose/probes/paths/judge-paths.ts';
import { pathCluster, pathFindings, type World } from '../../../../helpers/path-findings.ts';

const PAIR = { own: 'west', peer: 'east' };
const found = (world: World = {}): { readonly found: PathFindings } => ({ found: pathFindings([pathCluster('west'), pathCluster('east')], world) });
/** One kind of flow, from one cluster, has another fate. */
const only = (kind: PlannedFlow['kind'], cluster: string, fate: Fate) => (flow: PlannedFlow): Fate => (flow.kind === kind && flow.from.cluster === cluster ? fate : 'delivered');

describe('judgeTunnelPort', () => {
  it('passes, with the flow of each direction', () => {
    const { status, evidence } = judgeTunnelPort(found(), PAIR, true);
    expect(status).toBe('pass');
    expect(evidence).toEqual(['node-1 of "west" to node-1 of "east": UDP 192.0.2.1:4500 to 198.51.100.1:4500 passes', 'node-1 of "east" to node-1 of "west": UDP 198.51.100.1:4500 to 192.0.2.1:4500 passes']);
  });

  it.each<[Fate, string, string]>([
    ['lost', 'UDP 198.51.100.1:4500 to 192.0.2.1:4500 does not arrive (10 sent)', 'mcs ports --for west,east'],
    ['filtered', 'UDP 198.51.100.1:4500 to 192.0.2.1:4500 arrives, but a packet filter of node node-1 drops it', 'On node node-1 of "west": let UDP 4500 in (nft list ruleset shows what drops it)'],
    ['unsent', 'cannot be sent: ENETUNREACH', 'mcs ports --for west,east'],
  ])('names the direction that is blocked: %s', (fate, line, fix) => {
    const outcome = judgeTunnelPort(found({ fate: only('tunnel', 'east', fate) }), PAIR, false);
    expect(outcome.status).toBe('fail');
    expect(outcome.evidence[0]).toContain('node-1 of "east" to node-1 of "west"');
    expect(outcome.evidence[0]).toContain(line);
    expect(outcome.evidence[1]).toContain('192.0.2.1:4500 to 198.51.100.1:4500 passes');
    expect(outcome.fix).toEqual([fix]);
  });

  it('only warns beside a tunnel that works', () => {
    expect(judgeTunnelPort(found({ fate: only('tunnel', 'east', 'lost') }), PAIR, true).status).toBe('warn');
  });

  it('tells of NAT', () => {
    expect(judgeTunnelPort(found({ nat: { from: '203.0.113.7', fromPort: 30_001 } }), PAIR, true).evidence[0]).toBe('node-1 of "west" to node-1 of "east": UDP 192.0.2.1:4500 to 198.51.100.1:4500 passes, seen from 203.0.113.7:30001 (NAT)');
  });

  it('is content with one of two addresses while none is in use, and not with the other one of that in use', () => {
    const clusters = (usingIP?: string) => {
      const west = pathCluster('west', { ...(usingIP !== undefined && { usingIP }) });
      const connections = west.connections.map((connection) => ({ ...connection, status: 'error' as const }));
      return [{ ...west, connections }, pathCluster('east', { publicIP: '203.0.113.9' })];
    };
    const fate = ({ host }: PlannedFlow): Fate => (host === '198.51.100.1' ? 'lost' : 'delivered');
    expect(judgeTunnelPort({ found: pathFindings(clusters(), { fate }) }, PAIR, false).status).toBe('pass');
    const outcome = judgeTunnelPort({ found: pathFindings(clusters('198.51.100.1'), { fate }) }, PAIR, false);
    expect(outcome.status).toBe('fail');
    expect(outcome.evidence.join('\n')).toContain('203.0.113.9:4500 passes');
  });

  it('says nothing of pods that did not run together', () => {
    const outcome = judgeTunnelPort(found({ fate: () => 'lost', endedAt: { 'west/node-1': 4_000 } }), PAIR, false);
    expect(outcome).toEqual({ status: 'skip', evidence: ['the pods of the two nodes did not run at the same time'] });
  });

  it('says why nothing was tested', () => {
    expect(judgeTunnelPort({ reason: '--no-pods' }, PAIR, false)).toEqual({ status: 'skip', evidence: ['not tested without pods (--no-pods)'] });
    const leftOut = { ...pathFindings([pathCluster('west')]), leftOut: new Map([['east', 'no gateway is active']]) };
    expect(judgeTunnelPort({ found: leftOut }, PAIR, false).evidence).toEqual(['not tested from east: no gateway is active']);
  });
});

describe('judgeNodes', () => {
  it('fails where a worker and the gateway do not hear each other', () => {
    const outcome = judgeNodes(found({ fate: only('nodes', 'west', 'lost') }), 'west', false);
    expect(outcome).toMatchObject({ status: 'fail', fix: ['Let UDP 4800 pass between all nodes of "west"', 'mcs ports --for west'] });
    expect(outcome.evidence[0]).toContain('node-1 of "west" to node-2 of "west": UDP 192.0.2.1:40001 to 192.0.2.2:4800 does not arrive');
  });

  it('is of one cluster only', () => {
    expect(judgeNodes(found({ fate: only('nodes', 'east', 'lost') }), 'west', false).status).toBe('pass');
  });

  it('skips a cluster of one node', () => {
    expect(judgeNodes({ found: pathFindings([pathCluster('west', { hasWorker: false }), pathCluster('east')]) }, 'west', false)).toEqual({ status: 'skip', evidence: ['no other node than the gateway is ready'] });
  });
});

describe('judgeDiscovery', () => {
  it('warns where nobody can ask: the tunnel may work nevertheless', () => {
    expect(judgeDiscovery(found({ fate: only('discovery', 'west', 'lost') }), PAIR, true).status).toBe('warn');
    expect(judgeDiscovery(found(), PAIR, true).status).toBe('pass');
  });

  it('passes where it is switched off', () => {
    expect(judgeDiscovery({ reason: '' }, PAIR, false).status).toBe('pass');
  });
});

describe('judgeInner', () => {
  it('gives the times of gateways and other nodes of both sides', () => {
    const { status, evidence } = judgeInner(found(), PAIR);
    expect(status).toBe('pass');
    expect(evidence).toEqual(['node-1 of "west" to node-1 of "east": 0.42 ms', 'node-2 of "west" to node-1 of "east": 0.42 ms', 'node-1 of "east" to node-1 of "west": 0.42 ms', 'node-2 of "east" to node-1 of "west": 0.42 ms']);
  });

  it.each<[Fate, string]>([['lost', 'they do not arrive'], ['filtered', 'they arrive, but a packet filter of node node-1 drops them']])('tells where probes get lost: %s', (fate, words) => {
    const outcome = judgeInner(found({ fate: only('inner', 'east', fate) }), PAIR);
    expect(outcome.status).toBe('fail');
    expect(outcome.evidence[0]).toBe(`node-1 of "east" to node-1 of "west": no answer to 10 probes; ${words}`);
  });

  it('tells a way back that is broken from a way there', () => {
    const findings = pathFindings([pathCluster('west'), pathCluster('east')]);
    const echoes = findings.echoes.map(({ medianMs: _none, ...echo }) => ({ ...echo, received: 0 }));
    expect(judgeInner({ found: { ...findings, echoes } }, PAIR).evidence[0]).toContain('they arrive, so the way back is broken');
  });
});

describe('judgeSizes', () => {
  it('passes where all pass that are sent', () => {
    expect(judgeSizes(found(), PAIR)).toMatchObject({ status: 'pass' });
  });

  it('fails with the largest that passes, in the tunnel and outside of it', () => {
    const { status, evidence } = judgeSizes(found({ largest: 1320 }), PAIR);
    expect(status).toBe('fail');
    expect(evidence[0]).toBe('node-1 of "west" to node-1 of "east", through the tunnel: packets of up to 1320 bytes pass, mcs-cable sends up to 1420');
    expect(evidence).toContain('node-1 of "west" to node-1 of "east", outside of it (198.51.100.1): packets of up to 1400 bytes pass, eth0 sends up to 1500');
  });

  it('knows nothing where no echo is answered', () => {
    const findings = pathFindings([pathCluster('west'), pathCluster('east')]);
    const sizes = findings.sizes.map(({ largest: _none, ...size }) => size);
    expect(judgeSizes({ found: { ...findings, sizes } }, PAIR)).toEqual({ status: 'skip', evidence: ['no echo is answered through the tunnel'] });
  });
});
