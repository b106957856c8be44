import type { CheckOutcome } from '../../src/diagnose/check.ts';
import { judgeLayer } from '../../src/diagnose/checks/broker-path.ts';
import { findMismatches, judgeAnswers } from '../../src/diagnose/checks/pod-answers.ts';
import { judgeNetwork } from '../../src/diagnose/checks/pod-network.ts';
import { callsOf, judgeEndpointCalls, judgeVipCalls } from '../../src/diagnose/checks/service-calls.ts';
import { type Answers, brokerPath, importOf, podProbe, sliceOf } from './pod-probe.ts';

const CONTEXT = 'ctx-west';
const KUBECTL = `kubectl --context ${CONTEXT}`;
const VIEW = { context: CONTEXT, kubectl: KUBECTL, brokerContext: 'ctx-east' };
const CART: Answers = { imports: [importOf('cart', '10.102.0.7')], slices: [sliceOf('cart', 'east', ['10.1.0.5', '10.1.0.6'])] };

function answers(): CheckOutcome {
  const probe = podProbe({ ...CART, names: { 'cart.shop.svc.clusterset.local': 'ENOTFOUND' } });
  return judgeAnswers(probe, findMismatches(probe), { state: 'wired' }, KUBECTL);
}

function endpointCalls(): CheckOutcome {
  const probe = podProbe({ ...CART, errors: { '10.1.0.6': 'ETIMEDOUT' } });
  return judgeEndpointCalls(probe, callsOf(probe.plan.endpoints, probe), 'east', { own: 'west', context: CONTEXT, peer: { context: 'ctx-east', name: 'east' }, policies: ['shop/deny-all'] });
}

const layer = (id: string, ...[broken]: Parameters<typeof brokerPath>): CheckOutcome => judgeLayer(id, brokerPath(broken), VIEW);

/** Examples of the checks that take a pod. */
export const POD_EXAMPLES: Readonly<Record<string, CheckOutcome>> = {
  'MCS-DEP-08': judgeNetwork({ all: 14, answered: 0 }, ['submariner-operator/deny-all'], KUBECTL),
  'MCS-BRK-02': layer('MCS-BRK-02', { layer: 'name', seen: [], code: 'ENOTFOUND' }),
  'MCS-BRK-03': layer('MCS-BRK-03', { layer: 'tcp', seen: ['192.0.2.10 port 6443'], code: 'ETIMEDOUT' }),
  'MCS-BRK-04': layer('MCS-BRK-04', { layer: 'tls', seen: ['issued by CN=proxy.example, good until 2027-01-01T00:00:00.000Z', 'made out for DNS:broker.example', 'trusted: sha256:6f2a...'], code: 'AUTHORITY_MISMATCH' }),
  'MCS-BRK-05': layer('MCS-BRK-05', { layer: 'credential', seen: ['HTTP 401: Unauthorized'], code: '401' }),
  'MCS-BRK-06': layer('MCS-BRK-06', { layer: 'permission', seen: ['may not create, patch, delete serviceimports.multicluster.x-k8s.io in namespace "submariner-k8s-broker"'], code: '403' }),
  'MCS-BRK-07': layer('MCS-BRK-07', { layer: 'use', seen: ['write Lease submariner-k8s-broker/west (dry run): HTTP 500: etcdserver: mvcc: database space exceeded'], code: '500' }),
  'MCS-SD-10': endpointCalls(),
  'MCS-SD-11': judgeVipCalls(podProbe({ ...CART, errors: { '10.102.0.7': 'ETIMEDOUT' } }), KUBECTL, CONTEXT),
  'MCS-DNS-04': answers(),
};
