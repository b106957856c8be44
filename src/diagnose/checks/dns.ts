import { CLUSTERSET_DOMAIN, MEMBER_NAMESPACE } from '../../api/names.ts';
import type { Pod, ServiceImport } from '../../api/types/index.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { askDnsPod, type DnsJson, isDnsPod, isNoAnswer } from '../ask-dns.ts';
import { type CheckOutcome, count, fail, pass, skip, type Suspect } from '../check.ts';
import { readOwnPods } from '../cluster-readings.ts';
import { judgeWiring, observeWiring } from '../judge-wiring.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf, subjectNameOf } from '../context.ts';
import { restart } from '../repairs.ts';

/** Names asked for in one run: enough to see a fault, and few enough for large sets. */
const SAMPLE = 50;
/** Questions at the same time. */
const PARALLEL = 8;
const VERSION_NAME = `dns-version.${CLUSTERSET_DOMAIN}`;
const RCODE_NXDOMAIN = 3;
const NAME_SERVER = { kind: 'Deployment', namespace: MEMBER_NAMESPACE, name: 'mcs-dns' } as const;

type Ask = (pod: Pod, name: string, type: string) => Promise<DnsJson>;

/** Runs an examination of every pod of the name server; without the permission it says so. */
async function withPods(context: DiagnoseContext, signal: AbortSignal, examine: (pods: readonly Pod[], ask: Ask) => Promise<CheckOutcome>): Promise<CheckOutcome> {
  const { client } = context.cluster;
  try {
    const pods = (await readOwnPods(context, MEMBER_NAMESPACE, signal)).filter(isDnsPod);
    if (pods.length === 0) return fail(['no pod of the name server runs'], [`${kubectlFor(context)} -n submariner-operator get pods`]);
    return await examine(pods, (pod, name, type) => askDnsPod(client, pod, name, type, signal));
  } catch (error) {
    if (isForbidden(error)) return skip('needs the permission to "get" pods/proxy in submariner-operator');
    throw error;
  }
}

/** What a pod said to the one name that every name server of mcs knows, or why it said nothing. */
export interface VersionAnswer {
  readonly pod: string;
  readonly answer: DnsJson | { readonly error: string };
}

const knowsVersion = ({ answer }: VersionAnswer): boolean => 'Status' in answer && (answer.Answer ?? []).some(({ data }) => data.includes('1.0.0'));
const isSilent = ({ answer }: VersionAnswer): boolean => 'error' in answer;

/** Whether all pods answer; `suspects` are what may keep the API server from them. */
export function judgeVersion(answers: readonly VersionAnswer[], kubectl: string, suspects: readonly Suspect[] = []): CheckOutcome {
  const wrong = answers.filter((one) => !knowsVersion(one));
  if (wrong.length === 0) return pass(`${count(answers.length, 'pod')} asked for TXT ${VERSION_NAME}`);
  const evidence = wrong.map(({ pod, answer }) => ('error' in answer ? `${pod}: ${answer.error}` : `${pod}: rcode ${answer.Status} for TXT ${VERSION_NAME}`));
  const outcome = fail(evidence, [`${kubectl} -n submariner-operator logs deployment/mcs-dns`]);
  return wrong.every(isSilent) ? { ...outcome, suspects } : outcome;
}

async function askForVersion(pods: readonly Pod[], ask: Ask): Promise<readonly VersionAnswer[]> {
  return Promise.all(pods.map(async (pod): Promise<VersionAnswer> => {
    try {
      return { pod: pod.metadata.name, answer: await ask(pod, VERSION_NAME, 'TXT') };
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      return { pod: pod.metadata.name, answer: { error: error.message } };
    }
  }));
}

/** Pods that nobody gets answers from are cut off for another reason than what they know. */
function networkSuspects({ cluster, fleet }: DiagnoseContext): readonly Suspect[] {
  return [{ cluster: subjectNameOf(cluster, fleet), ids: ['MCS-DEP-08'] }];
}

/** Difference between an import's addresses and what a pod answers; undefined where they agree. */
export function describeMismatch({ metadata, spec }: ServiceImport, pod: string, answer: DnsJson): string | undefined {
  const answered = (answer.Answer ?? []).map(({ data }) => data).sort();
  const wanted = (spec.ips ?? []).filter((address) => !address.includes(':')).sort();
  if (answered.join() === wanted.join()) return undefined;
  const seen = answer.Status === RCODE_NXDOMAIN ? 'no such name' : answered.join(', ') || 'no address';
  return `${pod} answers "${seen}" for ${metadata.namespace ?? ''}/${metadata.name}, whose import has ${wanted.join(', ') || 'no address'}`;
}

/** Pods that answer otherwise than the imports say. */
export function judgeMismatches(found: readonly string[], tested: string, context: DiagnoseContext): CheckOutcome {
  if (found.length === 0) return pass(tested);
  return { ...fail(found, [`${kubectlFor(context)} -n submariner-operator rollout restart deployment/mcs-dns`]), repairs: [restart(NAME_SERVER, context.clock.now())] };
}

async function askForImports(pods: readonly Pod[], ask: Ask, context: DiagnoseContext): Promise<CheckOutcome> {
  const all = memberOf(context).imports.filter(({ spec }) => spec.type === 'ClusterSetIP');
  const imports = all.slice(0, SAMPLE);
  const pairs = pods.flatMap((pod) => imports.map((object) => ({ pod, object })));
  // few at once: each has its own time limit, in which it is not to wait for the others
  const mismatches = await mapConcurrently(pairs, PARALLEL, async ({ pod, object }) => {
    const { name, namespace = '' } = object.metadata;
    return describeMismatch(object, pod.metadata.name, await ask(pod, `${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`, 'A'));
  });
  const found = mismatches.filter((text) => text !== undefined);
  return judgeMismatches(found, `${imports.length} of ${all.length} imported names, asked of ${count(pods.length, 'pod')}`, context);
}

export const dnsChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-DNS-01',
    title: 'Every name server pod answers',
    topic: 'dns',
    needs: ['MCS-DEP-02'],
    run: (context, signal) => withPods(context, signal, async (pods, ask) => judgeVersion(await askForVersion(pods, ask), kubectlFor(context), networkSuspects(context))),
  },
  {
    id: 'MCS-DNS-02',
    title: 'Answers agree with the imports',
    topic: 'dns',
    needs: ['MCS-DNS-01'],
    run: (context, signal) => withPods(context, signal, (pods, ask) => askForImports(pods, ask, context)),
  },
  {
    id: 'MCS-DNS-03',
    title: "The cluster's own DNS forwards clusterset.local",
    topic: 'dns',
    needs: ['MCS-DNS-01'],
    run: async (context, signal) => {
      const { dnsWiring, config } = memberOf(context);
      return judgeWiring(await observeWiring(context.cluster.client, dnsWiring, config.dnsWiring, signal), context.cluster.context);
    },
  },
];
