import { describe, expect, it } from '@jest/globals';
import { createFaults, type FaultSubject } from '../../../src/kube-serve/faults.ts';

const LIST: FaultSubject = { verb: 'list', resource: 'services', namespace: 'shop', user: 'eve', userAgent: 'mcs-controller/1' };
const NOTHING = { delayMs: 0, cut: false, failure: undefined };

describe('createFaults()', () => {
  it('leaves requests alone without a rule, and counts them by client, verb and resource', () => {
    const faults = createFaults();
    expect([faults.hooks.decide(LIST), faults.hooks.decide(LIST), faults.hooks.decide({ ...LIST, verb: 'patch', resource: 'services/status' })]).toEqual([NOTHING, NOTHING, NOTHING]);
    expect(faults.requestCounts()).toEqual([
      { userAgent: 'mcs-controller/1', verb: 'list', resource: 'services', count: 2 },
      { userAgent: 'mcs-controller/1', verb: 'patch', resource: 'services/status', count: 1 },
    ]);
    expect(faults.requestCounts({ verb: 'patch', userAgent: 'mcs-' })).toHaveLength(1);
    faults.resetCounts();
    expect(faults.requestCounts()).toEqual([]);
  });

  it('fails as often as told, 429 with a time to wait', () => {
    const faults = createFaults();
    faults.fail({ verb: 'list' }, { code: 429, times: 2 });
    const codes = [1, 2, 3].map(() => faults.hooks.decide(LIST).failure);
    expect(codes).toEqual([{ code: 429, retryAfterSeconds: 1 }, { code: 429, retryAfterSeconds: 1 }, undefined]);
  });

  it.each([
    [{ verb: 'watch' }, false],
    [{ resource: 'services' }, true],
    [{ user: 'eve', namespace: 'shop' }, true],
    [{ user: 'eve', namespace: 'other' }, false],
    [{ userAgent: 'mcs-controller' }, true],
    [{ userAgent: 'mcs-dns' }, false],
  ])('matches %j: %s', (match, expected) => {
    const faults = createFaults();
    faults.fail(match, { code: 500 });
    expect(faults.hooks.decide(LIST).failure !== undefined).toBe(expected);
  });

  it('lifts one rule by what it returned, and all by heal', () => {
    const faults = createFaults();
    const lift = faults.delay({}, 50);
    faults.partition({ userAgent: 'mcs-' });
    expect(faults.hooks.decide(LIST)).toEqual({ delayMs: 50, cut: true, failure: undefined });
    lift();
    expect(faults.hooks.decide(LIST)).toEqual({ ...NOTHING, cut: true });
    faults.heal();
    expect(faults.hooks.decide(LIST)).toEqual(NOTHING);
  });

  it('drops the watches that match, and cuts everybody off only without a match', () => {
    const faults = createFaults();
    const cut: string[] = [];
    faults.hooks.addWatch({ subject: { ...LIST, verb: 'watch' }, cut: () => cut.push('services') });
    faults.hooks.addWatch({ subject: { ...LIST, verb: 'watch', resource: 'pods' }, cut: () => cut.push('pods') });
    faults.hooks.onCutOff(() => cut.push('everybody'));
    expect(faults.dropWatches({ resource: 'pods' })).toBe(1);
    faults.partition({ resource: 'services' });
    expect([faults.hooks.isCutOff(), cut]).toEqual([false, ['pods', 'services']]);
    faults.partition();
    expect([faults.hooks.isCutOff(), cut.at(-1)]).toEqual([true, 'everybody']);
  });
});
