import { CLUSTERSET_DOMAIN } from '../../api/names.ts';
import { importedFrom } from '../../inspect/service/exporters.ts';
import type { NameAnswer, ReachTarget, TargetAnswer } from '../../probe/reach.ts';
import { describeCallError, describeDnsError } from '../call-errors.ts';
import { firstLines } from '../check.ts';
import { endpointTargets, expectedAddresses, isSame, ofType, sampleTargets, typesFor, vipTargets } from './addresses.ts';
import { type PathFacts, kubectl, type ServerAnswer } from './facts.ts';
import { broken, ok, untested, type Verdict, warning } from './hop.ts';

const NXDOMAIN = 3;

/** The name that pods of every cluster call. */
export function clustersetName({ name, namespace }: { readonly name: string; readonly namespace: string }): string {
  return `${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`;
}

const list = (addresses: readonly string[]): string => addresses.toSorted().join(', ') || 'no address';

function describeServerAnswer({ addresses, error, pod, rcode, type }: ServerAnswer, wanted: readonly string[]): string | undefined {
  if (error !== undefined) return `${pod} does not answer: ${error}`;
  if (isSame(addresses, wanted)) return undefined;
  const seen = rcode === NXDOMAIN ? 'no such name' : rcode === 0 ? list(addresses) : `rcode ${rcode}`;
  return `${pod} answers ${type} with ${seen} in place of ${list(wanted)}`;
}

export function judgeNameServer({ caller: { answers }, from }: PathFacts): Verdict {
  if (answers === undefined) return untested('not asked');
  if ('reason' in answers) return untested(answers.reason);
  const expected = expectedAddresses(from);
  const fix = [`mcs diagnose dns --context ${from.context}`, `${kubectl(from)} -n submariner-operator logs deployment/mcs-dns`];
  if (answers.found.length === 0) return broken(['no pod of the name server runs'], fix);
  const wrong = answers.found.flatMap((answer) => describeServerAnswer(answer, ofType(expected, answer.type)) ?? []);
  if (wrong.length > 0) return broken(wrong, fix);
  const pods = new Set(answers.found.map(({ pod }) => pod)).size;
  return ok(`${pods} ${pods === 1 ? 'pod answers' : 'pods answer'} ${list(expected)}`);
}

export function judgeClusterDns({ caller: { isLoading = false, wiring } }: PathFacts): Verdict {
  if (wiring === undefined) return untested('not looked at');
  const { evidence, fix = [], status } = wiring;
  if (isLoading) return broken(evidence, fix); // until then some pods get no answer
  switch (status) {
    case 'pass':
      return ok(...evidence);
    case 'warn':
      return warning(evidence, fix);
    case 'fail':
      return broken(evidence, fix);
    case 'skip':
      return untested(...evidence);
  }
}

function describeNameAnswer({ addresses, asked, error, name, servers, type }: NameAnswer): string {
  const server = `${asked === 'pod' ? "the pod's name server" : 'mcs-dns'} ${servers.join(', ')}`;
  const answer = error === undefined ? list(addresses) : describeDnsError(error);
  return `${server} answers ${type} ${name} with ${answer}`;
}

/** Goes by the pod's own name server; where it has none (a sandbox), by ours at its Service. */
export function judgePodAnswer({ caller: { reach }, from }: PathFacts): Verdict {
  if (reach === undefined) return untested('no pod was run');
  if ('reason' in reach) return untested(reach.reason);
  const asked = reach.found.names.filter((answer) => answer.asked === 'pod');
  const decisive = asked.length > 0 ? asked : reach.found.names;
  const expected = expectedAddresses(from);
  const wrong = decisive.filter(({ addresses, type }) => !isSame(addresses, ofType(expected, type)));
  const other = reach.found.names.filter(({ asked: server }) => server === 'mcs' && asked.length > 0);
  const fix = [`mcs diagnose dns --context ${from.context}`];
  if (wrong.length > 0) return broken([...wrong.map((answer) => `${describeNameAnswer(answer)} in place of ${list(ofType(expected, answer.type))}`), ...other.map(describeNameAnswer)], fix);
  const [first] = decisive;
  return first === undefined ? untested('the pod asked for no name') : ok(...decisive.map(describeNameAnswer));
}

/** Failures that are told; the rest is counted. */
const SHOWN = 5;

const describeTarget = ({ error, host, port }: TargetAnswer): string => `${host}:${port}: ${error === undefined ? 'connected' : describeCallError(error)}`;

function judgeTargets(facts: PathFacts, wanted: readonly ReachTarget[], skipped: string, fix: readonly string[]): Verdict {
  const { reach } = facts.caller;
  if (reach === undefined) return untested('no pod was run');
  if ('reason' in reach) return untested(reach.reason);
  const tried = reach.found.targets.filter(({ host, port }) => wanted.some((target) => target.host === host && target.port === port));
  if (tried.length === 0) return untested(skipped);
  const failed = tried.filter(({ error }) => error !== undefined);
  if (failed.length > 0) return broken([`${failed.length} of ${tried.length} connections from a pod fail`, ...firstLines(failed.map(describeTarget), SHOWN)], fix);
  const times = tried.map(({ milliseconds }) => milliseconds);
  return ok(`${tried.length} of ${tried.length} connect, ${Math.min(...times)} to ${Math.max(...times)} ms`);
}

/** Why there is no TCP target. */
function nothingToTry(targets: readonly { readonly protocol: string }[], what: string): string {
  const protocols = [...new Set(targets.map(({ protocol }) => protocol))];
  return protocols.length === 0 ? `there is no ${what} to try` : `${protocols.join(', ')} is not tested`;
}

/** What the gateways say of the way to the exporter. */
function describeConnection({ from, to }: PathFacts): readonly string[] {
  if (from.cluster === to) return [];
  const found = from.connections.find(({ remoteCluster }) => remoteCluster === to);
  if (found !== undefined) return [`the connection from "${from.cluster}" to "${to}" is ${found.status}${found.message === '' ? '' : `: ${found.message}`}`];
  if (from.config.components.includes('connectivity')) return [`"${from.cluster}" has no connection to "${to}"`];
  return [`"${from.cluster}" was joined without connectivity: its network itself has to lead to the pods of "${to}"`];
}

export function judgeEndpoints(facts: PathFacts): Verdict {
  const { from, source, to, view } = facts;
  const targets = endpointTargets(importedFrom(from.imported, to));
  const policies = source === undefined ? [] : [`${kubectl(source)} -n ${view.namespace} get networkpolicies`];
  const fix = [...(from.cluster === to ? [] : ['mcs show connections', `mcs diagnose connections --context ${from.context}`]), ...policies];
  const verdict = judgeTargets(facts, sampleTargets(targets), nothingToTry(targets, `endpoint of "${to}"`), fix);
  return verdict.state === 'broken' ? { ...verdict, evidence: [...verdict.evidence, ...describeConnection(facts)] } : verdict;
}

/** Undefined for a headless service. */
export function judgeVip(facts: PathFacts): Verdict | undefined {
  const { from } = facts;
  if (from.serviceImport?.spec.type === 'Headless') return undefined;
  const targets = vipTargets(from);
  const verdict = judgeTargets(facts, sampleTargets(targets), nothingToTry(targets, 'port of the clusterset IP'), [`${kubectl(from)} -n kube-system get pods -l k8s-app=kube-proxy`]);
  return verdict.state === 'broken' ? { ...verdict, evidence: [...verdict.evidence, 'the endpoints themselves answer: kube-proxy, or what stands in for it, does not route the clusterset IP'] } : verdict;
}

/** What a pod of a cluster is asked to try for a service. */
export function questionsFor(key: { readonly name: string; readonly namespace: string }, from: PathFacts['from']): { readonly names: readonly { readonly name: string; readonly type: 'A' | 'AAAA' }[]; readonly targets: readonly ReachTarget[] } {
  const name = clustersetName(key);
  return { names: typesFor(expectedAddresses(from)).map((type) => ({ name, type })), targets: [...sampleTargets(endpointTargets(from.imported)), ...sampleTargets(vipTargets(from))] };
}
