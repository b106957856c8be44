import { describe, expect, it } from '@jest/globals';
import { callsOf, judgeEndpointCalls, judgeVipCalls, serviceCallChecks } from '../../../../src/diagnose/checks/service-calls.ts';
import type { ClusterPairCheck } from '../../../../src/diagnose/context.ts';
import { contextAmong, contextOf, member } from '../../../helpers/diagnose-scene.ts';
import { type Answers, importOf, podProbe, sliceOf } from '../../../helpers/pod-probe.ts';

const CART: Answers = { imports: [importOf('cart', '10.96.1.1')], slices: [sliceOf('cart', 'east', ['10.1.0.1', '10.1.0.2']), sliceOf('cart', 'north', ['10.3.0.1'])] };
const view = { own: 'west', context: 'ctx-west', peer: undefined, policies: [] };
const { signal } = new AbortController();

function judgeEast(answers: Answers, peer = 'east') {
  const probe = podProbe({ ...CART, ...answers });
  return judgeEndpointCalls(probe, callsOf(probe.plan.endpoints, probe).filter(({ cluster }) => cluster === peer), peer, view);
}

describe('judgeEndpointCalls', () => {
  it.each([
    ['everything connects', {}, 'pass'],
    ['one is lost', { '10.1.0.2': 'ETIMEDOUT' }, 'fail'],
    ['there is no route to one', { '10.1.0.2': 'EHOSTUNREACH' }, 'fail'],
    ['one is refused', { '10.1.0.2': 'ECONNREFUSED' }, 'warn'],
    ['one is refused and one lost', { '10.1.0.1': 'ECONNREFUSED', '10.1.0.2': 'ETIMEDOUT' }, 'fail'],
    ['one of another cluster is lost', { '10.3.0.1': 'ETIMEDOUT' }, 'pass'],
  ])('where %s', (_what, errors, status) => {
    expect(judgeEast({ errors }).status).toBe(status);
  });

  it('names address, port, service and cluster of what is lost', () => {
    expect(judgeEast({ errors: { '10.1.0.2': 'ETIMEDOUT' } }).evidence).toEqual(['1 of 2 connections from a pod in "west" get no answer', '10.1.0.2 port 8080 of shop/cart in "east": no answer: lost on the way, or dropped by a filter (ETIMEDOUT)']);
  });

  it('says that UDP is not tested, and tests nothing where there is nothing else', () => {
    const game: Answers = { imports: [importOf('game', '10.96.1.2', { ports: [{ port: 5000, protocol: 'UDP' }] })], slices: [sliceOf('game', 'east', ['10.1.0.1'], 'UDP')] };
    expect(judgeEast(game)).toEqual({ status: 'skip', evidence: ['none of the endpoints of "east" was tried: there is none with a TCP port', '1 ports of UDP or SCTP are not tested'] });
  });
});

describe('judgeVipCalls', () => {
  const judge = (errors: Readonly<Record<string, string>>, more: Answers = {}) => judgeVipCalls(podProbe({ ...CART, ...more, errors }), 'kubectl', 'ctx-west').status;

  it.each([
    ['it connects', {}, 'pass'],
    ['it is lost, but its endpoints connect', { '10.96.1.1': 'ETIMEDOUT' }, 'fail'],
    ['it is refused, but its endpoints connect', { '10.96.1.1': 'ECONNREFUSED' }, 'fail'],
    ['an endpoint behind it is at fault', { '10.96.1.1': 'ETIMEDOUT', '10.1.0.2': 'ECONNREFUSED' }, 'skip'],
  ])('where %s', (_what, errors, status) => {
    expect(judge(errors)).toBe(status);
  });

  it('blames nobody where no endpoint behind it was tried', () => {
    expect(judge({ '10.96.1.1': 'ETIMEDOUT' }, { slices: [] })).toBe('skip');
  });
});

describe('MCS-SD-10', () => {
  const check = serviceCallChecks[0] as ClusterPairCheck;
  const pod = { metadata: { name: 'cart-1', labels: { app: 'cart' } }, status: { podIP: '10.1.0.2' } };
  const policy = { metadata: { name: 'deny-all', namespace: 'shop' }, spec: { podSelector: { matchLabels: { app: 'cart' } } } };
  const east = { ...member('east', {}), client: { list: ({ plural }: { plural: string }) => Promise.resolve({ items: plural === 'pods' ? [pod] : [policy] }) } as never };

  async function runWith(standing: readonly string[]) {
    const context = contextAmong({ ...member('west', {}), client: { list: () => Promise.resolve({ items: [sliceOf('cart', 'east', standing)] }) } as never }, [east]);
    void context.readings.get('what a pod found', () => Promise.resolve({ found: podProbe({ ...CART, errors: { '10.1.0.2': 'ETIMEDOUT' } }) }));
    return check.run(context, signal, 'east');
  }

  it('names the NetworkPolicy of the other cluster that isolates an endpoint', async () => {
    const { evidence, fix, suspects } = await runWith(['10.1.0.1', '10.1.0.2']);
    expect([evidence.at(-1), fix?.[0]]).toEqual(['NetworkPolicy shop/deny-all in "east" isolates an endpoint that does not answer', 'kubectl --context ctx-east -n shop describe networkpolicy deny-all']);
    expect(suspects).toEqual([{ cluster: 'east', ids: ['MCS-NP-01'] }]);
  });

  it('leaves out an endpoint that has gone since', async () => {
    expect((await runWith(['10.1.0.1'])).status).toBe('pass');
  });

  it('asks about other clusters with ready endpoints here', () => {
    const context = contextOf({});
    const { cluster } = context;
    const readyEndpoints = new Map([['shop/cart', { east: 2, west: 1, north: 0 }]]);
    const state = { ...cluster.state, ...(cluster.state.member && { member: { ...cluster.state.member, readyEndpoints } }) };
    expect(check.peersOf({ ...context, cluster: { ...cluster, state } })).toEqual(['east']);
  });
});
