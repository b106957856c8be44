import { describe, expect, it } from '@jest/globals';
import type { WiringState, WiringStatus } from '../../../src/cluster-dns/wiring-status.ts';
import { planWiring } from '../../../src/cluster-dns/plan-wiring.ts';
import { CLUSTERSET_WIRING } from '../../../src/cluster-dns/wiring-subject.ts';
import { judgeWiring } from '../../../src/diagnose/judge-wiring.ts';
import { coreDns } from '../cluster-dns/fixtures.ts';

const status = (state: WiringState, notes: readonly string[] = []): WiringStatus => ({
  state,
  kind: 'coredns',
  message: 'told',
  hints: ['kubectl -n kube-system get pods'],
  places: ['ConfigMap kube-system/coredns'],
  upstream: '10.96.0.53',
  servers: [{ server: 'coredns-1', isLoaded: true, answer: '1.0.0' }],
  notes,
});

describe('judgeWiring', () => {
  const cases: [WiringState, string][] = [
    ['wired', 'pass'],
    ['served', 'pass'],
    ['none', 'skip'],
    ['off', 'skip'],
    ['loading', 'warn'],
    ['not-loaded', 'fail'],
    ['conflict', 'fail'],
    ['failed', 'fail'],
    ['no-address', 'fail'],
  ];
  it.each(cases)('%s is a %s, with what the controller said', (state, expected) => {
    expect(judgeWiring({ status: status(state), plan: undefined }, 'west')).toMatchObject({ status: expected, evidence: ['told', 'coredns-1: 1.0.0'] });
  });

  it('puts the context into the commands that cure', () => {
    expect(judgeWiring({ status: status('not-loaded'), plan: undefined }, 'west').fix).toEqual(['kubectl --context west -n kube-system get pods']);
  });

  it('warns of lines of others in the block', () => {
    expect(judgeWiring({ status: status('wired', ['a line that is not ours']), plan: undefined }, 'west').status).toBe('warn');
  });

  it('warns where the controller has said nothing', () => {
    expect(judgeWiring({ status: undefined, plan: undefined }, 'west').status).toBe('warn');
  });

  it('fails where the block is gone, whatever the controller said before', () => {
    const plan = planWiring(coreDns('.:53 {\n}\n'), { subject: CLUSTERSET_WIRING, upstream: '10.96.0.53' });
    expect(judgeWiring({ status: status('wired'), plan }, 'west')).toMatchObject({ status: 'fail', evidence: expect.arrayContaining(['not as the controller left it: ConfigMap kube-system/coredns']) as unknown });
  });
});
