import { describe, expect, it } from '@jest/globals';
import { findMismatches, judgeAnswers, podAnswerChecks } from '../../../../src/diagnose/checks/pod-answers.ts';
import type { PodProbe } from '../../../../src/diagnose/probes/run-pod-probe.ts';
import { contextOf } from '../../../helpers/diagnose-scene.ts';
import { importOf, podProbe } from '../../../helpers/pod-probe.ts';

const NAME = 'cart.shop.svc.clusterset.local';
const imports = [importOf('cart', '10.96.1.1')];
const wrong = podProbe({ imports, names: { [NAME]: 'ENOTFOUND' } });
const judge = (probe: PodProbe, state?: 'wired' | 'off' | 'none' | 'loading') => judgeAnswers(probe, findMismatches(probe), state && { state }, 'kubectl');

describe('findMismatches', () => {
  it.each<[string, readonly string[] | string, number]>([
    ['the address', ['10.96.1.1'], 0],
    ['another address', ['10.96.9.9'], 1],
    ['one too many', ['10.96.1.1', '10.96.9.9'], 1],
    ['no answer', 'ETIMEOUT', 1],
  ])('of %s', (_what, said, expected) => {
    expect(findMismatches(podProbe({ imports, names: { [NAME]: said } }))).toHaveLength(expected);
  });

  it('goes by the name server of mcs where the pod has none of its own', () => {
    const { plan, result } = wrong;
    const names = (result.reach?.names ?? []).map((answer) => ({ ...answer, asked: 'mcs' as const }));
    const probe: PodProbe = { plan, result: { reach: { names, targets: [] } } };
    expect([findMismatches(probe).length, judge({ ...probe, plan }).status]).toEqual([1, 'fail']);
  });
});

describe('judgeAnswers', () => {
  it.each([['wired' as const, 'fail'], ['off' as const, 'skip'], ['none' as const, 'skip'], ['loading' as const, 'skip']])('where the wiring is "%s", a wrong answer is a %s', (state, status) => {
    expect(judge(wrong, state).status).toBe(status);
  });

  it('says who answered what, and how many were asked', () => {
    expect(judge(wrong, 'wired').evidence).toEqual(['1 of 1 answers to a pod are wrong', `10.96.0.10 answers A ${NAME} with no such name (ENOTFOUND), in place of 10.96.1.1`]);
    expect(judge(podProbe({ imports }), 'wired')).toEqual({ status: 'pass', evidence: ['1 of 1 imported names'] });
  });
});

describe('MCS-DNS-04', () => {
  const [check] = podAnswerChecks;
  /** What the check says where the import is by now like this, an hour into the epoch. */
  async function statusWith(now: readonly { readonly name: string; readonly ip: string; readonly createdAt: string }[]): Promise<string | undefined> {
    const context = contextOf({});
    const items = now.map(({ createdAt, ip, name }) => ({ ...importOf(name, ip), metadata: { name, namespace: 'shop', creationTimestamp: createdAt } }));
    const client = { list: () => Promise.resolve({ items }), serverTime: () => 3_600_000 } as never;
    void context.readings.get('what a pod found', () => Promise.resolve({ found: wrong }));
    return (await check?.run({ ...context, cluster: { ...context.cluster, client } }, new AbortController().signal))?.status;
  }

  it.each([
    ['stands', [{ name: 'cart', ip: '10.96.1.1', createdAt: '1970-01-01T00:00:00Z' }], 'fail'],
    ['has gone', [], 'pass'],
    ['has another address by now', [{ name: 'cart', ip: '10.96.1.2', createdAt: '1970-01-01T00:00:00Z' }], 'pass'],
    ['is so new that a resolver may not know it', [{ name: 'cart', ip: '10.96.1.1', createdAt: '1970-01-01T00:59:45Z' }], 'pass'],
  ])('where the import %s: %s', async (_what, now, expected) => {
    expect(await statusWith(now)).toBe(expected);
  });
});
