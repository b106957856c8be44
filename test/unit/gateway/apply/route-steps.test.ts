import { describe, expect, it } from '@jest/globals';
import type { KernelState } from '../../../../src/gateway/apply/kernel-state.ts';
import { planRouteSteps } from '../../../../src/gateway/apply/route-steps.ts';
import { EMPTY_PLAN, LAST_METRIC, type NetworkPlan, type RoutePlan } from '../../../../src/gateway/plan/types.ts';

const NO_LINKS = { drop: [], put: [], gone: new Set<string>(), wireguard: [], readdressed: new Set<string>() };
const EMPTY_STATE: KernelState = { hasIPv6: true, links: [], neighbors: [], forwarding: [], routes: [], rules: [], filters: {} };
const base = { family: 'IPv4', table: 4500, destination: '10.2.0.0/16' } as const;
const way: RoutePlan = { ...base, kind: 'unicast', device: 'mcs-cable' };
const end: RoutePlan = { ...base, kind: 'unreachable', metric: LAST_METRIC };
const hole: RoutePlan = { ...base, destination: '10.2.0.5/32', kind: 'throw' };

const changesOf = (plan: Partial<NetworkPlan>, state: Partial<KernelState>, links = NO_LINKS): string[] => planRouteSteps({ ...EMPTY_PLAN, ...plan }, { ...EMPTY_STATE, ...state }, links).flatMap(({ changes }) => changes);

describe('planRouteSteps', () => {
  const texts = { hole: 'throw 10.2.0.5/32 table 4500 proto 245', end: 'unreachable 10.2.0.0/16 table 4500 proto 245 metric 4294967295', way: '10.2.0.0/16 dev mcs-cable table 4500 proto 245' };
  it.each<{ what: string; plan: RoutePlan[]; state: RoutePlan[]; gone?: string; expected: string[] }>([
    { what: 'closes the underlay before it opens the way', plan: [way, end, hole], state: [], expected: [`ip route replace ${texts.hole}`, `ip route replace ${texts.end}`, `ip route replace ${texts.way}`] },
    { what: 'opens it again last', plan: [], state: [hole, end, way], expected: [`ip route del ${texts.way}`, `ip route del ${texts.end}`, `ip route del ${texts.hole}`] },
    { what: 'keeps the end of a way that has gone', plan: [end], state: [way, end], expected: [`ip route del ${texts.way}`] },
    { what: 'makes only the way again whose device has gone', plan: [way, end], state: [way, end], gone: 'mcs-cable', expected: [`ip route replace ${texts.way}`] },
    { what: 'drops one of another metric', plan: [way, end], state: [way, end, { ...end, metric: 7 }], expected: ['ip route del unreachable 10.2.0.0/16 table 4500 proto 245 metric 7'] },
  ])('$what', ({ plan, state, gone, expected }) => {
    expect(changesOf({ routes: plan }, { routes: state }, { ...NO_LINKS, gone: new Set(gone === undefined ? [] : [gone]) })).toEqual(expected);
  });

  const peer = { device: 'mcs-cable', mac: '02:00:00:00:00:01', destination: '192.0.2.1' };
  it.each([
    { plan: { ...peer, port: 4600 }, state: peer, expected: ['bridge fdb replace 02:00:00:00:00:01 dev mcs-cable dst 192.0.2.1 port 4600 self permanent'] },
    { plan: peer, state: { ...peer, port: 4600 }, expected: ['bridge fdb replace 02:00:00:00:00:01 dev mcs-cable dst 192.0.2.1 self permanent'] },
    { plan: { ...peer, port: 4600 }, state: { ...peer, port: 4600 }, expected: [] },
  ])('leads a peer of $state to $plan', ({ plan, state, expected }) => {
    expect(changesOf({ forwarding: [plan] }, { forwarding: [state] })).toEqual(expected);
  });
});
