import { cidrContains, cidrsOverlap, parseCidr } from '../../api/cidr.ts';
import { objectKey, resources } from '../../api/resources.ts';
import type { IngressRule, NetworkPolicy, Pod, Service } from '../../api/types/index.ts';
import { listServed } from '../../inspect/read-cluster.ts';
import { brokerOf, isSameSet } from '../../inspect/same-set.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { type CheckOutcome, count, pass, skip, warn } from '../check.ts';
import { readRunningPods, readServices } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';
import { isolates } from '../network-policies.ts';

/** A range of pods of another member. */
export interface PodRange {
  readonly cluster: string;
  readonly range: string;
}

/** An exported Service with what stands behind and in front of it. */
export interface ExposedService {
  readonly service: Service;
  /** Pods that it selects. */
  readonly pods: readonly Pod[];
  /** All policies of its namespace. */
  readonly policies: readonly NetworkPolicy[];
}

/** Ranges that are named; the rest is counted. */
const SHOWN = 3;

type TargetPort = { readonly protocol: string; readonly port: number | undefined };

/** A port as a number; undefined where only the pod's program knows it. */
function numberOf(port: number | string, { spec }: Pod): number | undefined {
  if (typeof port === 'number') return port;
  return spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port)?.containerPort;
}

function targetsOf({ spec }: Service, pod: Pod): readonly TargetPort[] {
  return (spec.ports ?? []).map(({ port, protocol = 'TCP', targetPort = port }) => ({ protocol, port: numberOf(targetPort, pod) }));
}

/** Whether a rule lets any of the ports through; one that nobody knows may be among them. */
function admitsPort({ ports = [] }: IngressRule, targets: readonly TargetPort[], pod: Pod): boolean {
  if (ports.length === 0) return true;
  return ports.some(({ protocol = 'TCP', port, endPort }) => targets.some((target) => {
    const from = port === undefined ? undefined : numberOf(port, pod);
    if (protocol !== target.protocol) return false;
    return from === undefined || target.port === undefined || (target.port >= from && target.port <= (endPort ?? from));
  }));
}

/** Whether a rule lets anything of a range in. Selectors mean pods of the same cluster only, so they never do. */
function admitsRange({ from = [] }: IngressRule, text: string): boolean {
  const range = parseCidr(text);
  if (from.length === 0 || range === undefined) return true;
  return from.some(({ ipBlock }) => {
    const block = parseCidr(ipBlock?.cidr ?? '');
    const isExcepted = (ipBlock?.except ?? []).some((except) => {
      const cidr = parseCidr(except);
      return cidr !== undefined && cidr.prefix <= range.prefix && cidrContains(cidr, range.text.split('/')[0] ?? '');
    });
    return block !== undefined && cidrsOverlap(block, range) && !isExcepted;
  });
}

/** Policies that shut a pod off from all of the ranges; none where one of them lets some of it in, or none holds for the pod. */
function findShutting({ service, policies }: ExposedService, pod: Pod, ranges: readonly PodRange[]): readonly NetworkPolicy[] {
  const isolating = policies.filter((policy) => isolates(policy, pod.metadata.labels ?? {}, 'Ingress'));
  const targets = targetsOf(service, pod);
  const isOpen = isolating.some(({ spec }) => (spec.ingress ?? []).some((rule) => admitsPort(rule, targets, pod) && ranges.some(({ range }) => admitsRange(rule, range))));
  return isOpen ? [] : isolating;
}

function fixOf({ metadata: { name, namespace = '' }, spec }: NetworkPolicy, ranges: readonly PodRange[], kubectl: string): string {
  const rule = { from: ranges.map(({ range }) => ({ ipBlock: { cidr: range } })) };
  const isFirst = (spec.ingress ?? []).length === 0;
  const patch = [{ op: 'add', path: isFirst ? '/spec/ingress' : '/spec/ingress/-', value: isFirst ? [rule] : rule }];
  return `${kubectl} -n ${namespace} patch networkpolicy ${name} --type json -p '${JSON.stringify(patch)}'`;
}

/** Exported services whose pods no other member can reach, because policies let nothing in from there. */
export function judgePolicies(services: readonly ExposedService[], ranges: readonly PodRange[], kubectl: string): CheckOutcome {
  const shut = services.flatMap((one) => {
    const policies = new Map(one.pods.flatMap((pod) => findShutting(one, pod, ranges)).map((policy) => [policy.metadata.name, policy]));
    return policies.size === 0 ? [] : [{ key: objectKey(one.service.metadata), policies: [...policies.values()] }];
  });
  if (shut.length === 0) return pass(count(services.length, 'exported service'));
  const more = ranges.length > SHOWN ? ` and ${ranges.length - SHOWN} more` : '';
  const from = `${ranges.slice(0, SHOWN).map(({ cluster, range }) => `${range} ("${cluster}")`).join(', ')}${more}`;
  const evidence = shut.map(({ key, policies }) => `${key}: NetworkPolicy ${policies.map(({ metadata }) => metadata.name).join(', ')} lets nothing in to its pods from those of other members: ${from}`);
  return warn(evidence, [...new Set(shut.flatMap(({ policies: [first] }) => (first === undefined ? [] : [fixOf(first, ranges, kubectl)])))]);
}

/** Ranges of the pods of all other members, as they were granted or, without the broker, as the members say. */
function rangesOfOthers(context: DiagnoseContext): readonly PodRange[] {
  const own = memberOf(context);
  const granted = brokerOf(context.fleet, own)?.state.broker?.members;
  const members = granted ?? context.fleet.clusters.flatMap(({ state: { member } }) => (member !== undefined && isSameSet(own, member) !== false ? [member.config] : []));
  return members.filter(({ clusterID }) => clusterID !== own.config.clusterID).flatMap(({ clusterID, podCIDRs }) => podCIDRs.map((range) => ({ cluster: clusterID, range })));
}

function isSelected({ spec: { selector = {} } }: Service, { metadata: { labels = {} } }: Pod): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

async function readExposed(context: DiagnoseContext, signal: AbortSignal): Promise<readonly ExposedService[]> {
  const exported = new Set(memberOf(context).exports.map(({ metadata }) => objectKey(metadata)));
  if (exported.size === 0) return [];
  const [all, services, pods] = await Promise.all([listServed(context.cluster.client, resources.networkPolicies, { signal }), readServices(context, signal), readRunningPods(context, signal)]);
  const [policies, inNamespace] = [Map.groupBy(all, ({ metadata }) => metadata.namespace ?? ''), Map.groupBy(pods, ({ metadata }) => metadata.namespace ?? '')];
  return services.filter(({ metadata }) => exported.has(objectKey(metadata))).map((service) => {
    const { namespace = '' } = service.metadata;
    const ofNamespace = policies.get(namespace) ?? [];
    // policies do not hold for pods in the network of their node
    const behind = ofNamespace.length === 0 ? [] : (inNamespace.get(namespace) ?? []).filter((pod) => pod.spec.hostNetwork !== true && isSelected(service, pod));
    return { service, policies: ofNamespace, pods: behind };
  });
}

async function readAndJudge(context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const ranges = rangesOfOthers(context);
  if (ranges.length === 0) return skip('no other member is known');
  try {
    return judgePolicies(await readExposed(context, signal), ranges, kubectlFor(context));
  } catch (error) {
    if (isForbidden(error)) return skip('needs the permission to "list" networkpolicies.networking.k8s.io');
    throw error;
  }
}

export const policyChecks: readonly ClusterCheck[] = [
  { id: 'MCS-NP-01', title: 'NetworkPolicies let other clusters reach exported services', topic: 'connections', needs: [], run: readAndJudge },
];
