import { describe, expect, it } from '@jest/globals';
import { describeFallthrough } from '../../../src/cluster-dns/describe-fallthrough.ts';
import { describeWiring } from '../../../src/cluster-dns/describe-wiring.ts';
import type { WiringPlan } from '../../../src/cluster-dns/plan-wiring.ts';
import { CLUSTERSET_WIRING } from '../../../src/cluster-dns/wiring-subject.ts';

const PLACE = 'ConfigMap kube-system/coredns, key Corefile';
const plan = { detected: { kind: 'coredns', reloads: true }, places: [PLACE], changes: [], notes: [] } as unknown as WiringPlan;
const wiring = { plan, subject: CLUSTERSET_WIRING, service: { namespace: 'submariner-operator', name: 'mcs-dns' }, upstream: '10.96.0.9', servers: [], isLate: true };

describe('describeWiring', () => {
  it('claims neither that servers have loaded what they cannot be asked about, nor that they have not', () => {
    const { state, message, hints } = describeWiring({ ...wiring, isUnseen: true });
    expect({ state, hints }).toEqual({ state: 'written', hints: [] });
    expect(message).toContain('cannot be seen from outside');
    expect(describeWiring(wiring).state).toBe('not-loaded');
  });
});

describe('describeFallthrough', () => {
  it('says the same of the two lines for cluster.local', () => {
    expect(describeFallthrough({ changes: [], place: PLACE }, [], true, true)).toMatchObject({ state: 'written', place: PLACE, hints: [] });
    expect(describeFallthrough({ changes: [], place: PLACE }, [], true)).toMatchObject({ state: 'not-loaded' });
  });
});
