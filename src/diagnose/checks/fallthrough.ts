import { includesNamespace, type NamespaceChoice, readClusterLocal } from '../../api/cluster-local.ts';
import { CLUSTER_DOMAIN, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ServiceImport } from '../../api/types/index.ts';
import { detectClusterDns } from '../../cluster-dns/detect.ts';
import { describeChange } from '../../cluster-dns/dns-change.ts';
import { readDnsObjects } from '../../cluster-dns/dns-objects.ts';
import { planFallthrough, planNoFallthrough } from '../../cluster-dns/plan-fallthrough.ts';
import type { FallthroughStatus } from '../../cluster-dns/wiring-status.ts';
import { CLUSTERSET_WIRING } from '../../cluster-dns/wiring-subject.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { askDnsPod, isDnsPod, isNoAnswer } from '../ask-dns.ts';
import { type CheckOutcome, fail, firstLines, pass, skip, warn } from '../check.ts';
import { readOwnPods } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';
import { describeMismatch } from './dns.ts';

/** Names asked for in one run, of each pod. */
const SAMPLE = 10;
const SHOWN = 5;

export interface ObservedFallthrough {
  /** Namespaces whose shared services are to be found as names of cluster.local. */
  readonly namespaces: NamespaceChoice;
  /** The controller's word. */
  readonly status: FallthroughStatus | undefined;
  /** Objects that are not as the controller would have them; empty too where they may not be read. */
  readonly drift: readonly string[];
  /** Pods of our name server that are ready. */
  readonly servers: number;
  /** What those pods answer otherwise than the imports say. */
  readonly mismatches: readonly string[];
}

/** What the cluster's DNS says to all names that it passes on, and what programs make of it. */
const TRAP = [
  "no pod of the name server is ready, so the cluster's own DNS answers SERVFAIL to what it passes on",
  `that is also what example.org becomes with the search domains of a pod (example.org.shop.svc.${CLUSTER_DOMAIN}): programs with musl, as in Alpine, stop there and do not resolve it at all`,
];

/** What MCS-DNS-05 says. */
export function judgeFallthrough({ namespaces, status, drift, servers, mismatches }: ObservedFallthrough, kubectl: string): CheckOutcome {
  const logs = `${kubectl} -n ${MEMBER_NAMESPACE} logs deployment/mcs-controller`;
  const isWanted = namespaces === '*' || namespaces.size > 0;
  if (isWanted && status === undefined) return warn(['the controller has not looked at it yet'], [logs]);
  if (drift.length > 0) return fail([`not as the controller would have it: ${drift.join(', ')}`], [logs]);
  if (!isWanted || status === undefined) return skip(`names of ${CLUSTER_DOMAIN} are not asked to fall through here`);
  const hints = status.hints.map((hint) => hint.replace(/^kubectl /, `${kubectl} `));
  if (status.state === 'refused') return fail([status.message], hints);
  if (servers === 0) return fail(TRAP, [`${kubectl} -n ${MEMBER_NAMESPACE} get pods`, `mcs fallthrough disable${kubectl.replace(/^kubectl/, '')}   # until they run again`]);
  const evidence = [status.message, ...status.servers.map(({ server, answer }) => `${server}: ${answer}`)];
  if (status.state === 'not-loaded') return fail(evidence, hints);
  if (status.state === 'loading') return warn(evidence, ['mcs diagnose dns   # again, in a minute']);
  if (mismatches.length > 0) return fail(firstLines(mismatches, SHOWN), [`${kubectl} -n ${MEMBER_NAMESPACE} rollout restart deployment/mcs-dns`]);
  return pass(status.message, `namespaces: ${namespaces === '*' ? 'all' : [...namespaces].toSorted().join(', ')}`);
}

/** What a controller would write now. Nothing where the objects may not be read. */
async function findDrift(context: DiagnoseContext, isWanted: boolean, signal: AbortSignal): Promise<readonly string[]> {
  const { dnsWiring } = memberOf(context);
  try {
    const objects = await readDnsObjects(context.cluster.client, undefined, signal);
    const detected = detectClusterDns(objects, { customKey: CLUSTERSET_WIRING.customKey });
    // what the controller refuses it has taken out, for reasons that it knows better
    const isRefused = dnsWiring?.fallthrough?.state === 'refused';
    const { changes } = isWanted && !isRefused && dnsWiring?.upstream !== undefined ? planFallthrough(objects, { detected, upstream: dnsWiring.upstream, pods: [] }) : planNoFallthrough(objects);
    return changes.map(describeChange);
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

/** What pods of our name server answer otherwise than these imports say. */
async function findMismatches(context: DiagnoseContext, imports: readonly ServiceImport[], signal: AbortSignal): Promise<readonly string[]> {
  const { client } = context.cluster;
  const pods = (await readOwnPods(context, MEMBER_NAMESPACE, signal)).filter(isDnsPod);
  const asked = pods.flatMap((pod) => imports.map(async (object) => {
    const { name, namespace = '' } = object.metadata;
    try {
      return describeMismatch(object, pod.metadata.name, await askDnsPod(client, pod, `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`, 'A', signal));
    } catch (error) {
      if (!isNoAnswer(error) && !isForbidden(error)) throw error;
      return undefined; // MCS-DNS-01 tells of pods that do not answer
    }
  }));
  return (await Promise.all(asked)).filter((text) => text !== undefined);
}

async function observe(context: DiagnoseContext, signal: AbortSignal): Promise<ObservedFallthrough> {
  const { dnsWiring, imports } = memberOf(context);
  const { fallthrough: namespaces } = readClusterLocal(await context.cluster.client.find(resources.configMaps, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, { signal }));
  const isWanted = namespaces === '*' || namespaces.size > 0;
  const opened = imports.filter(({ metadata: { namespace = '' }, spec }) => spec.type === 'ClusterSetIP' && includesNamespace(namespaces, namespace));
  const status = dnsWiring?.fallthrough;
  const servers = context.cluster.state.workloads.filter(({ component }) => component === 'dns').reduce((sum, { ready }) => sum + ready, 0);
  const [drift, mismatches] = await Promise.all([findDrift(context, isWanted, signal), findMismatches(context, opened.slice(0, SAMPLE), signal)]);
  return { namespaces, status, drift, servers, mismatches };
}

export const fallthroughChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-DNS-05',
    title: `Names of ${CLUSTER_DOMAIN} fall through to shared services`,
    topic: 'dns',
    // with the name server down this one tells what that does to programs that want nothing of it
    needs: [],
    run: async (context, signal) => judgeFallthrough(await observe(context, signal), kubectlFor(context)),
  },
];
