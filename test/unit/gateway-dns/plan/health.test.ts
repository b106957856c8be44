import { describe, expect, it } from '@jest/globals';
import { type NameHealth, noteAnswer, probeTargets, restoreHealth, retainHealth } from '../../../../src/gateway-dns/plan/health.ts';
import { foundGateway, gatewayDNS, ruleOf } from '../../../helpers/gateway-dns.ts';

const { health: RULE } = ruleOf(gatewayDNS('n/g'));
const targetsOf = (...addresses: string[]): ReturnType<typeof probeTargets> => probeTargets(foundGateway(addresses), RULE);

/** `a+` a answers, `a-` it fails. */
function after(answers: string, targets = targetsOf('a', 'b', 'c'), start: NameHealth = restoreHealth([])): NameHealth {
  const steps = answers.split(' ').filter((step) => step !== '');
  return steps.reduce((health, step) => noteAnswer(health, targets, step.slice(0, -1), step.endsWith('+')), retainHealth(start, targets));
}

describe('probeTargets', () => {
  it('asks the first TCP port of the gateway, or the one that is named', () => {
    expect(targetsOf('a')).toEqual([{ address: 'a', port: 80, intervalMs: 10_000, timeoutMs: 2_000, failureThreshold: 3 }]);
    expect(probeTargets(foundGateway(['a']), { ...RULE, port: 8443 })).toMatchObject([{ port: 8443 }]);
  });

  it('asks nothing where that is turned off, or where there is no port', () => {
    const { port: _port, ...portless } = foundGateway(['a']);
    expect([probeTargets(foundGateway(['a']), { ...RULE, isEnabled: false }), probeTargets(portless, RULE)]).toEqual([[], []]);
  });
});

describe('the health of the addresses of a name', () => {
  it.each([
    ['an address that never answered is kept', 'a- a- a- a- b+', []],
    ['one that answered and fails three times in a row is left out', 'a+ b+ a- a- a-', ['a']],
    ['all that fail together are kept: the hub has lost its way', 'a+ b+ c+ a- b- c- a- b- c- a- b- c- a-', []],
    ['one that fails while nobody answers is kept', 'a+ a- a- a- b-', []],
    ['two failures are not enough', 'a+ a- a-', []],
    ['failures that are not in a row do not count', 'a+ a- a- a+ a- a-', []],
    ['it comes back with its first answer', 'a+ b+ a- a- a- a+', []],
    ['several can be left out', 'a+ b+ c+ a- a- a- b- b- b-', ['a', 'b']],
    ['the last one is kept', 'a+ b+ c+ a- a- a- b- b- b- c- c- c-', ['a', 'b']],
    ['the one that failed last is the last one', 'a+ b+ c+ c- c- c- b- b- b- a- a- a-', ['b', 'c']],
    ['the last one goes as soon as another one answers', 'a+ b+ c+ a- a- a- b- b- b- c- c- c- a+', ['b', 'c']],
  ])('%s', (_name, answers, withheld) => {
    expect([...after(answers).withheld].sort()).toEqual(withheld);
  });

  it('a restarted hub keeps out what was left out, until it answers', () => {
    const restored = restoreHealth(['a']);
    expect([...restored.withheld]).toEqual(['a']);
    expect([...after('', undefined, restored).withheld]).toEqual(['a']);
    expect([...after('b+ a-', undefined, restored).withheld]).toEqual(['a']);
    expect([...after('a+', undefined, restored).withheld]).toEqual([]);
  });

  it('the last one is kept when the others are taken away', () => {
    const health = after('a+ b+ a- a- a-');
    expect([...retainHealth(health, targetsOf('a')).withheld]).toEqual([]);
    const another = retainHealth(retainHealth(health, targetsOf('a')), targetsOf('a', 'b'));
    expect([[...another.withheld], [...noteAnswer(another, targetsOf('a', 'b'), 'b', true).withheld]]).toEqual([[], ['a']]);
  });

  it('what is asked no more is forgotten', () => {
    const health = retainHealth(retainHealth(after('a+ b+ a- a- a-'), targetsOf('b')), targetsOf('a', 'b'));
    expect([[...health.withheld], health.addresses.get('a')]).toEqual([[], { hasAnswered: false, failures: 0 }]);
  });

  it('nothing is left out where nothing is asked any more', () => {
    expect([...retainHealth(after('a+ b+ a- a- a-'), []).withheld]).toEqual([]);
  });
});
