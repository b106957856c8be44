import { objectKey, resources } from '../../api/resources.ts';
import type { WiringStatus } from '../../cluster-dns/wiring-status.ts';
import type { NameAnswer } from '../../probe/reach.ts';
import { describeDnsError } from '../call-errors.ts';
import { type CheckOutcome, fail, firstLines, pass, skip } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';
import type { AskedName } from '../probes/pod-probe.ts';
import { judgePodProbe, type PodProbe } from '../probes/run-pod-probe.ts';
import { isSame } from '../trace/addresses.ts';

/** Mismatches that are told; the rest is counted. */
const SHOWN = 5;
/** Resolvers keep for as long that there was no such name, ms. */
const CACHED_MS = 30_000;

export interface Mismatch {
  readonly asked: AskedName;
  readonly answer: NameAnswer;
}

/** The pod's own name server is the one that counts; in a sandbox, where it has none, that of mcs. */
function decisiveAnswers({ result }: PodProbe): readonly NameAnswer[] {
  const answers = result.reach?.names ?? [];
  const own = answers.filter(({ asked }) => asked === 'pod');
  return own.length > 0 ? own : answers;
}

/** Names that a pod gets otherwise than their imports have them. */
export function findMismatches(probe: PodProbe): readonly Mismatch[] {
  const answers = new Map(decisiveAnswers(probe).map((answer) => [`${answer.name} ${answer.type}`, answer]));
  return probe.plan.names.tried.flatMap((asked) => {
    const answer = answers.get(`${asked.name} ${asked.type}`);
    return answer === undefined || isSame(answer.addresses, asked.expected) ? [] : [{ asked, answer }];
  });
}

function describe({ answer: { addresses, error, servers, type }, asked: { expected, name } }: Mismatch): string {
  const seen = error === undefined ? addresses.toSorted().join(', ') : describeDnsError(error);
  return `${servers.join(', ')} answers ${type} ${name} with ${seen}, in place of ${expected.join(', ')}`;
}

/** What pods get for names of imports; `wrong` are the mismatches that stand. */
export function judgeAnswers(probe: PodProbe, wrong: readonly Mismatch[], wiring: Pick<WiringStatus, 'state'> | undefined, kubectl: string): CheckOutcome {
  const { names } = probe.plan;
  const hasOwn = decisiveAnswers(probe).some(({ asked }) => asked === 'pod');
  const tested = `${new Set(names.tried.map(({ service }) => service)).size} of ${names.of} imported names${hasOwn ? '' : ', asked of mcs-dns: pods of a sandbox have no name server of their own'}`;
  if (wrong.length === 0) return pass(tested);
  const evidence = [`${wrong.length} of ${names.tried.length} answers to a pod are wrong`, ...firstLines(wrong.map(describe), SHOWN)];
  // nobody was to wire it: then it is no fault that pods do not get there
  if (hasOwn && (wiring?.state === 'off' || wiring?.state === 'none')) return skip("the cluster's own DNS is not wired by mcs, and does not lead to it", ...evidence);
  if (hasOwn && wiring?.state === 'loading') return skip("the cluster's own DNS is loading what mcs wrote", ...evidence);
  return fail(evidence, [`${kubectl} -n kube-system get pods -l k8s-app=kube-dns -o wide`, `${kubectl} -n kube-system get daemonsets   # a cache on the nodes has its own Corefile`, `${kubectl} -n submariner-operator get networkpolicies`]);
}

/** Without those whose import has changed since, or is so new that a resolver may remember its absence. */
async function stillWrong(mismatches: readonly Mismatch[], { clock, cluster }: DiagnoseContext, signal: AbortSignal): Promise<readonly Mismatch[]> {
  if (mismatches.length === 0) return [];
  const { items } = await cluster.client.list(resources.serviceImports, { signal });
  const imports = new Map(items.map((object) => [objectKey(object.metadata), object]));
  const now = cluster.client.serverTime?.() ?? clock.now();
  return mismatches.filter(({ asked: { expected, service } }) => {
    const found = imports.get(service);
    const ips = found?.spec.ips ?? [];
    return found !== undefined && expected.every((address) => ips.includes(address)) && now - Date.parse(found.metadata.creationTimestamp ?? '') > CACHED_MS;
  });
}

export const podAnswerChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-DNS-04',
    title: 'A pod gets the right answers for imported names',
    topic: 'dns',
    needs: ['MCS-DEP-08', 'MCS-DNS-02', 'MCS-DNS-03'],
    run: (context, signal) => judgePodProbe(context, signal, async (probe) => judgeAnswers(probe, await stillWrong(findMismatches(probe), context, signal), memberOf(context).dnsWiring, kubectlFor(context))),
  },
];
