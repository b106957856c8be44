import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { PROBE_LABELS } from '../../probe/pods/run-probe-pod.ts';
import type { ProbeResult } from '../../probe/probe.ts';
import { type CheckOutcome, fail, pass, skip } from '../check.ts';
import { type ClusterCheck, kubectlFor } from '../context.ts';
import { findPolicies } from '../network-policies.ts';
import { judgePodProbe } from '../probes/run-pod-probe.ts';

const TIMEOUTS = ['ETIMEDOUT', 'ETIMEOUT'];

interface Tries {
  readonly all: number;
  readonly answered: number;
}

/** A refusal, too, comes from somewhere outside of the pod. */
export function countTries({ broker, reach }: ProbeResult): Tries {
  const steps = broker !== undefined && 'found' in broker ? broker.found.steps.filter(({ layer }) => layer === 'name' || layer === 'tcp') : [];
  const isAddress = steps.some(({ layer, seen }) => layer === 'name' && seen.some((line) => line.endsWith('is an address'))); // nobody was asked for it
  const errors = [...(reach?.names ?? []).map(({ error }) => error), ...(reach?.targets ?? []).map(({ error }) => error), ...steps.slice(isAddress ? 1 : 0).map(({ code }) => code)];
  return { all: errors.length, answered: errors.filter((error) => error === undefined || !TIMEOUTS.includes(error)).length };
}

/** Whether anything at all answers a pod of mcs; `policies` are those that isolate it. */
export function judgeNetwork({ all, answered }: Tries, policies: readonly string[], kubectl: string): CheckOutcome {
  if (all === 0) return skip('the pod had nothing to try');
  if (answered > 0) return pass(`${answered} of ${all} tries answered`);
  const names = policies.map((key) => key.split('/')[1] ?? '');
  const evidence = [`nothing answers a pod in ${MEMBER_NAMESPACE}: it asked name servers, the broker and services, and had no answer to any of ${all} tries`, ...policies.map((key) => `NetworkPolicy ${key} isolates it`)];
  const fix = policies.length === 0 ? [`${kubectl} -n ${MEMBER_NAMESPACE} get networkpolicies`, `${kubectl} -n kube-system get pods   # does the network plugin run?`] : names.map((name) => `${kubectl} -n ${MEMBER_NAMESPACE} describe networkpolicy ${name}`);
  return fail(evidence, fix);
}

export const podNetworkChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-DEP-08',
    title: 'A pod of mcs gets answers from the network',
    topic: 'deployment',
    needs: [],
    run: (context, signal) => judgePodProbe(context, signal, async ({ result }) => {
      const tries = countTries(result);
      const policies = tries.answered > 0 ? [] : await findPolicies(context.cluster.client, MEMBER_NAMESPACE, [PROBE_LABELS], 'Egress', signal);
      return judgeNetwork(tries, policies, kubectlFor(context));
    }),
  },
];
