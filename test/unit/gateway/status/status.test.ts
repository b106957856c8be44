import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/base/log.ts';
import type { CableEndpointSpec } from '../../../../src/api/types/index.ts';
import type { PathStatus } from '../../../../src/gateway/health/path-health.ts';
import { buildConditions } from '../../../../src/gateway/status/conditions.ts';
import { type RemoteState, toConnection, toRemotePath } from '../../../../src/gateway/status/connection.ts';
import { buildGateway } from '../../../../src/gateway/status/status-objects.ts';
import { StatusWriter } from '../../../../src/gateway/status/status-writer.ts';
import { readRemoteEnd } from '../../../../src/gateway/view/remote-end.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';

const SPEC: CableEndpointSpec = { cluster_id: 'west', cable_name: 'c', hostname: 'w1', subnets: [], private_ip: '10.0.0.2', public_ip: '', nat_enabled: false, backend: 'loopback' };
const READ = readRemoteEnd(SPEC, 'loopback');
const TIMES = { last: 2, min: 1, average: 1.5, max: 2, stdDev: 0.5 };
const PROBE: PathStatus = { state: 'connected', reason: '', sent: 2, received: 2, loss: 0, roundTrips: TIMES };

function remote(more: Partial<RemoteState> = {}): RemoteState {
  const path = { address: '10.0.0.2', port: 4500, usingNAT: false };
  return { spec: SPEC, end: 'end' in READ ? READ.end : undefined, problem: '', nat: { path, doubt: '' }, probe: PROBE, notProbed: '', unprobed: '', ...more };
}

describe('toConnection and toRemotePath', () => {
  it('a connection that answers is connected, with its times as Go writes them', () => {
    expect(toConnection(remote(), 'something else is wrong')).toEqual({
      status: 'connected', statusMessage: '', endpoint: SPEC, usingIP: '10.0.0.2', usingNAT: false, latencyRTT: { last: '2ms', min: '1ms', average: '1.5ms', max: '2ms', stdDev: '500µs' },
    });
  });

  it.each<[string, Partial<RemoteState>, string, { status: string; statusMessage: string }]>([
    ['other drivers', { end: undefined, nat: undefined, probe: undefined, problem: 'cable drivers differ' }, '', { status: 'error', statusMessage: 'cable drivers differ' }],
    ['no health check', { probe: undefined, notProbed: 'health check is off' }, '', { status: 'none', statusMessage: 'health check is off' }],
    ['no answer, though the other side is heard', { probe: { ...PROBE, state: 'error', reason: 'no answer' }, outer: 'its packets go from a to b', isHeard: true }, '', { status: 'error', statusMessage: 'no answer; probes of "west" arrive here, so it is the way there that is broken; its packets go from a to b' }],
    ['no answer, an address in doubt and no network', { probe: { ...PROBE, state: 'error', reason: 'no answer' }, nat: { path: { address: 'x', port: 1, usingNAT: false }, doubt: 'NAT discovery: no' } }, 'apply failed', { status: 'error', statusMessage: 'no answer; NAT discovery: no; apply failed' }],
    ['a way that is not set up yet', { probe: undefined }, 'apply failed', { status: 'connecting', statusMessage: 'it is probed once the way there has been set up; apply failed' }],
    ['one family of two', { unprobed: 'probed over IPv4 only' }, 'apply failed', { status: 'connected', statusMessage: 'probed over IPv4 only' }],
    ['a beginning', { probe: { ...PROBE, state: 'connecting', reason: 'no answer yet', roundTrips: undefined } }, '', { status: 'connecting', statusMessage: 'no answer yet' }],
  ])('%s', (_what, more, blocker, expected) => {
    expect(toConnection(remote(more), blocker)).toMatchObject(expected);
    expect(toRemotePath(remote(more), blocker)).toMatchObject({ ...expected, spec: SPEC });
  });
});

describe('buildGateway', () => {
  const facts = { nodeName: 'e1', version: '1', statusFailure: '', localEndpoint: SPEC, connections: [toConnection(remote(), '')], now: 1_700_000_000_999 };

  it('is stamped as users have it, and a standby has no connections', () => {
    expect(buildGateway({ ...facts, isActive: true })).toMatchObject({ metadata: { name: 'e1', annotations: { 'update-timestamp': '1700000000' } }, status: { haStatus: 'active', connections: [{ status: 'connected' }] } });
    expect(buildGateway({ ...facts, isActive: false })).toMatchObject({ status: { haStatus: 'passive', connections: [] } });
  });
});

describe('buildConditions', () => {
  it('name what the node lacks by its code, with all of it in the message', () => {
    const hostProblems = [{ reason: 'VxlanMissing', message: 'no vxlan', fix: 'modprobe vxlan' }, { reason: 'ForwardingOff', message: 'off', fix: 'sysctl' }];
    expect(buildConditions({ hostProblems, applied: { isDone: false, message: 'exit 1' } }, [], 't')).toEqual([
      { type: 'HostReady', status: 'False', reason: 'VxlanMissing', message: 'VxlanMissing: no vxlan. Fix: modprobe vxlan\nForwardingOff: off. Fix: sysctl', lastTransitionTime: 't' },
      { type: 'NetworkApplied', status: 'False', reason: 'ApplyFailed', message: 'exit 1', lastTransitionTime: 't' },
    ]);
  });

  it('say that a gateway has no key, whatever else was applied', () => {
    const keyProblem = { reason: 'WireguardKeyInvalid', message: 'no key' } as const;
    expect(buildConditions({ hostProblems: [], applied: { isDone: true, message: '' }, keyProblem }, [], 't')[1]).toMatchObject({ type: 'NetworkApplied', status: 'False', reason: 'WireguardKeyInvalid', message: 'no key' });
  });

  it('are unknown before anything was seen, and keep their time while their status stays', () => {
    const unknown = buildConditions({ hostProblems: undefined, applied: undefined }, [], 't1');
    expect(unknown.map(({ status }) => status)).toEqual(['Unknown', 'Unknown']);
    const ready = { hostProblems: [], applied: { isDone: true, message: '' } };
    const first = buildConditions(ready, unknown, 't2');
    expect(buildConditions(ready, first, 't3')).toEqual(first);
  });
});

describe('StatusWriter', () => {
  it('writes a new state at once, figures at their interval, and again what could not be written', async () => {
    const clock = new FakeClock();
    const written: string[] = [];
    let state = 'connecting';
    let isBroken = false;
    const write = (): Promise<void> => {
      if (isBroken) return Promise.reject(new Error('no server'));
      written.push(state);
      return Promise.resolve();
    };
    const writer = new StatusWriter({ name: 'status', read: () => ({ essence: state, write }), everyMs: 5_000, clock, logger: silentLogger });
    await writer.start(new AbortController().signal);
    await clock.advance(0);
    expect(written).toEqual(['connecting']);
    writer.check();
    await clock.advance(1_000);
    expect(written).toHaveLength(1);
    state = 'connected';
    writer.check();
    await clock.advance(100);
    expect(written).toEqual(['connecting', 'connected']);
    await clock.advance(5_000);
    expect(written).toHaveLength(3);
    isBroken = true;
    state = 'error';
    writer.check();
    await clock.advance(1_000);
    isBroken = false;
    await clock.advance(2_000);
    expect(written.at(-1)).toBe('error');
    await writer.stop();
  });
});
