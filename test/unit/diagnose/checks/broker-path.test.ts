import { describe, expect, it } from '@jest/globals';
import { McsError } from '../../../../src/base/errors.ts';
import { brokerPathChecks, brokerSuspects, judgeLayer } from '../../../../src/diagnose/checks/broker-path.ts';
import { BROKER_LAYERS, type BrokerLayer } from '../../../../src/probe/broker/broker-path.ts';
import type { PodProbe } from '../../../../src/diagnose/probes/run-pod-probe.ts';
import { contextOf } from '../../../helpers/diagnose-scene.ts';
import { brokerPath, podProbe } from '../../../helpers/pod-probe.ts';

const IDS = ['MCS-BRK-02', 'MCS-BRK-03', 'MCS-BRK-04', 'MCS-BRK-05', 'MCS-BRK-06', 'MCS-BRK-07'];
const view = { context: 'ctx-west', kubectl: 'kubectl --context ctx-west', brokerContext: undefined };
const { signal } = new AbortController();

describe('judgeLayer', () => {
  it.each(BROKER_LAYERS.map((layer, index) => [layer, index] as const))('names the layer %s, passes those before it and leaves out those behind', (layer: BrokerLayer, broken) => {
    const path = brokerPath({ layer, seen: ['what was seen'], code: 'X' });
    expect(IDS.map((id) => judgeLayer(id, path, view).status)).toEqual(IDS.map((_id, index) => (index < broken ? 'pass' : index === broken ? 'fail' : 'skip')));
    expect(judgeLayer(IDS[broken] ?? '', path, view).evidence[0]).toBe('broker https://broker.example:6443, port 6443');
  });

  it.each([
    ['AUTHORITY_MISMATCH', '--repin'],
    ['NAME_MISMATCH', '--broker-url'],
    ['EXPIRED', 'Renew the certificate'],
    ['HANDSHAKE', 'openssl s_client -connect broker.example:6443'],
  ])('has a cure of its own for TLS fault %s', (code, cure) => {
    expect(judgeLayer('MCS-BRK-04', brokerPath({ layer: 'tls', seen: [], code }), view).fix?.join('\n')).toContain(cure);
  });

  it('tells a broker that refuses from one that does not answer', () => {
    const said = (code: string) => judgeLayer('MCS-BRK-03', brokerPath({ layer: 'tcp', seen: ['192.0.2.1 port 6443'], code }), view).evidence[1];
    expect([said('ECONNREFUSED'), said('ETIMEDOUT')]).toEqual(['192.0.2.1 port 6443: refused: nothing listens there, or a filter rejects it (ECONNREFUSED)', '192.0.2.1 port 6443: no answer: lost on the way, or dropped by a filter (ETIMEDOUT)']);
  });
});

describe('brokerPathChecks', () => {
  const tcp = brokerPathChecks.find(({ id }) => id === 'MCS-BRK-03');
  const lost: PodProbe = podProbe({ broker: { found: brokerPath({ layer: 'tcp', seen: ['192.0.2.1 port 6443'], code: 'ETIMEDOUT' }) } });
  function sceneWith(probe: PodProbe) {
    const context = contextOf({});
    void context.readings.get('what a pod found', () => Promise.resolve({ found: probe }));
    return context;
  }

  it('say why, where no pod may be run', async () => {
    expect(await tcp?.run(contextOf({}), signal)).toEqual({ status: 'skip', evidence: ['not tested without pods (no pods in this test)'] });
  });

  it('suspect the cluster of the broker, where its API server does not answer us either', async () => {
    const context = sceneWith(lost);
    const error = new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach it', { details: { server: 'https://broker.example:6443' } });
    const unread = [{ context: 'ctx-hub', error }, { context: 'ctx-other', error: new McsError('MCS_CLUSTER_UNREACHABLE', 'x', { details: { server: 'https://other' } }) }];
    expect((await tcp?.run({ ...context, fleet: { ...context.fleet, unread } }, signal))?.suspects).toEqual([{ cluster: 'ctx-hub', ids: ['MCS-API-01'] }]);
    expect((await tcp?.run(sceneWith(lost), signal))?.suspects).toBeUndefined();
  });

  it('are all suspects of what does not arrive at the broker', () => {
    expect(brokerSuspects(contextOf({}))).toEqual([{ cluster: 'west', ids: IDS }]);
  });
});
