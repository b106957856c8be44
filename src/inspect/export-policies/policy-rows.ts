import { EXPORT_POLICY } from '../../api/labels.ts';
import { objectKey } from '../../api/resources.ts';
import { formatSelector } from '../../api/selectors.ts';
import type { MemberConfig, ServiceExportPolicy } from '../../api/types/index.ts';
import type { PolicyVerdict } from '../../sync/export-policy/plan-policy-exports.ts';
import { readPolicies, type ReadPolicy } from '../../sync/export-policy/read-policies.ts';
import type { SkipReason } from '../../sync/export-policy/skip-reason.ts';
import { planOf, type PolicyFacts } from './policy-facts.ts';

export interface SkippedService {
  /** `namespace/name` */
  readonly service: string;
  readonly reason: SkipReason;
  readonly message: string;
}

/** One policy of one cluster: what it does, whatever its status says. */
export interface PolicyRow {
  readonly cluster: string;
  readonly policy: string;
  /** `namespaces a,b; services tier=web` */
  readonly selects: string;
  /** Services by `namespace/name`. */
  readonly exported: readonly string[];
  /** Selected, and not exported yet. */
  readonly pending: readonly string[];
  readonly skipped: readonly SkippedService[];
  /** "ok", or what is amiss. */
  readonly state: string;
}

const MESSAGES: Readonly<Record<SkipReason, string>> = {
  Terminating: 'it is being deleted, or its namespace is',
  SystemNamespace: 'its namespace belongs to the system, or to mcs',
  KubernetesApi: "it is the cluster's own API",
  OptedOut: 'its annotation mcs.clusterset.local/export is "false"',
  Copy: 'it is itself a copy from another cluster',
  ExternalName: 'a Service of type ExternalName has no endpoints to share',
  OwnExport: 'it has a ServiceExport of its own, which no policy touches',
  OtherPolicy: 'an older policy has it',
};

export function describeSkip({ skipped, by }: Pick<PolicyVerdict, 'skipped' | 'by'>): string {
  if (skipped === undefined) return '';
  return by === undefined ? MESSAGES[skipped] : `policy "${by}" has it`;
}

/** `namespaces a,b; namespaces with team=x; services with tier=web` */
export function describeSelection({ spec = {} }: Pick<ServiceExportPolicy, 'spec'>): string {
  const { namespaces, namespaceSelector, serviceSelector } = spec;
  const parts = [
    ...(namespaces === undefined ? [] : [`namespaces ${namespaces.join(', ')}`]),
    ...(namespaceSelector === undefined ? [] : [`namespaces with ${formatSelector(namespaceSelector)}`]),
    ...(serviceSelector === undefined ? [] : [`services with ${formatSelector(serviceSelector)}`]),
  ];
  return parts.length === 0 ? 'all services' : parts.join('; ');
}

/** By precedence. */
export function policyRows(cluster: string, facts: PolicyFacts, config: Pick<MemberConfig, 'brokerNamespace'>): readonly PolicyRow[] {
  const { verdicts } = planOf(facts, config);
  const byPolicy = Map.groupBy(verdicts, ({ policy }) => policy);
  const holders = new Map(facts.exports.map(({ metadata }) => [objectKey(metadata), metadata.labels?.[EXPORT_POLICY]]));
  return readPolicies(facts.policies).map((read) => policyRow(cluster, read, byPolicy.get(read.policy.metadata.name) ?? [], holders));
}

function policyRow(cluster: string, { label, policy, problem }: ReadPolicy, verdicts: readonly PolicyVerdict[], holders: ReadonlyMap<string, string | undefined>): PolicyRow {
  const own = verdicts.filter(({ skipped }) => skipped === undefined).map(({ service }) => service);
  const pending = own.filter((service) => holders.get(service) !== label);
  return {
    cluster,
    policy: policy.metadata.name,
    selects: describeSelection(policy),
    exported: own.filter((service) => holders.get(service) === label).toSorted(),
    pending: pending.toSorted(),
    skipped: verdicts.flatMap(({ service, skipped, by }) => (skipped === undefined ? [] : [{ service, reason: skipped, message: describeSkip({ skipped, ...(by !== undefined && { by }) }) }])).toSorted((a, b) => (a.service < b.service ? -1 : 1)),
    state: problem ?? stateOf(policy, pending.length),
  };
}

/** What the controller could not write, as it says itself. */
function stateOf({ status }: ServiceExportPolicy, pending: number): string {
  const failed = status?.conditions?.find(({ type, status: value }) => type === 'Exported' && value === 'False');
  if (failed !== undefined && pending > 0) return failed.message;
  return pending === 0 ? 'ok' : `${pending} not exported yet`;
}
