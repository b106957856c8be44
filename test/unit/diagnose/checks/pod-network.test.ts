import { describe, expect, it } from '@jest/globals';
import { countTries, judgeNetwork } from '../../../../src/diagnose/checks/pod-network.ts';
import { CONTROL_NAMES } from '../../../../src/diagnose/probes/pod-probe.ts';
import { brokerPath, importOf, podProbe } from '../../../helpers/pod-probe.ts';

const LOST_BROKER = { found: brokerPath({ layer: 'tcp', seen: [], code: 'ETIMEDOUT' }) } as const;
const NO_RESOLVER = Object.fromEntries(CONTROL_NAMES.map((name) => [name, 'ETIMEOUT']));
const triesOf = (answers: Parameters<typeof podProbe>[0]) => countTries(podProbe(answers).result);

describe('countTries', () => {
  it('counts a refusal and an unknown name as answers', () => {
    expect(triesOf({ imports: [importOf('cart', '10.96.1.1')], names: { [CONTROL_NAMES[0]]: 'ETIMEOUT', [CONTROL_NAMES[1]]: 'ENOTFOUND', 'cart.shop.svc.clusterset.local': 'ETIMEOUT' }, errors: { '10.96.1.1': 'ECONNREFUSED' } })).toEqual({ all: 4, answered: 2 });
  });

  it('takes a broker with an address for one that nobody was asked about', () => {
    const path = brokerPath({ layer: 'tcp', seen: [], code: 'ETIMEDOUT' });
    const byAddress = { ...path, steps: path.steps.map((step) => (step.layer === 'name' ? { ...step, seen: ['192.0.2.1 is an address'] } : step)) };
    expect([triesOf({ names: NO_RESOLVER, broker: { found: byAddress } }), triesOf({ names: NO_RESOLVER, broker: LOST_BROKER })]).toEqual([{ all: 3, answered: 0 }, { all: 4, answered: 1 }]);
  });
});

describe('judgeNetwork', () => {
  it.each([
    [{ all: 0, answered: 0 }, 'skip'],
    [{ all: 9, answered: 1 }, 'pass'],
    [{ all: 9, answered: 0 }, 'fail'],
  ])('of %j: %s', (tries, status) => {
    expect(judgeNetwork(tries, [], 'kubectl').status).toBe(status);
  });

  it('names the policies that isolate the pod, and how to see them', () => {
    const { evidence, fix } = judgeNetwork({ all: 9, answered: 0 }, ['submariner-operator/deny-all'], 'kubectl');
    expect([evidence.at(-1), fix]).toEqual(['NetworkPolicy submariner-operator/deny-all isolates it', ['kubectl -n submariner-operator describe networkpolicy deny-all']]);
  });
});
