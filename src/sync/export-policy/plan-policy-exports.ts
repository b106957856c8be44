import { EXPORT_POLICY } from '../../api/labels.ts';
import { objectKey } from '../../api/resources.ts';
import type { Namespace, Service, ServiceExport } from '../../api/types/index.ts';
import type { ReadPolicy } from './read-policies.ts';
import { skipReason, type SkipReason } from './skip-reason.ts';

export interface PolicyInput {
  /** By precedence, as `readPolicies` gives them. */
  readonly policies: readonly ReadPolicy[];
  readonly namespaceOf: (name: string) => Namespace | undefined;
  /** The Services that are looked at, and the exports of their names: those of a whole cluster, or of one name. */
  readonly services: readonly Service[];
  readonly exports: readonly ServiceExport[];
  /** Namespaces of `mcs` beyond those that it has everywhere. */
  readonly reserved: readonly string[];
}

/** What becomes of a Service that a policy selects. */
export interface PolicyVerdict {
  readonly policy: string;
  /** `namespace/name` */
  readonly service: string;
  /** Undefined where the policy exports it. */
  readonly skipped?: SkipReason;
  /** The other policy, for OtherPolicy. */
  readonly by?: string;
}

export interface PolicyPlan {
  readonly create: readonly { readonly namespace: string; readonly name: string; readonly policy: ReadPolicy }[];
  /** Exports that another policy has from now on. */
  readonly handOver: readonly { readonly standing: ServiceExport; readonly policy: ReadPolicy }[];
  readonly delete: readonly ServiceExport[];
  /** By Service, then by precedence of the policies. */
  readonly verdicts: readonly PolicyVerdict[];
}

/**
 * What policies make and take away. Pure, and the same for all Services as for one of them. An export
 * without the label EXPORT_POLICY is a user's, and stays; that of a policy that cannot be read stays too.
 */
export function planPolicyExports(input: PolicyInput): PolicyPlan {
  const services = new Map(input.services.map((service) => [objectKey(service.metadata), service]));
  const exports = new Map(input.exports.map((object) => [objectKey(object.metadata), object]));
  const plan = { create: [] as PolicyPlan['create'][number][], handOver: [] as PolicyPlan['handOver'][number][], delete: [] as ServiceExport[], verdicts: [] as PolicyVerdict[] };
  for (const key of new Set([...services.keys(), ...exports.keys()])) {
    const candidates = findCandidates(services.get(key), input);
    const { holder, verdicts } = judge(key, candidates, exports.get(key), input.policies);
    plan.verdicts.push(...verdicts);
    addChange(plan, services.get(key), exports.get(key), holder);
  }
  return plan;
}

interface Candidates {
  readonly policies: readonly ReadPolicy[];
  /** Why none of them may export it. */
  readonly refusal?: SkipReason;
}

function findCandidates(service: Service | undefined, { policies, namespaceOf, reserved }: PolicyInput): Candidates {
  const namespace = service === undefined ? undefined : namespaceOf(service.metadata.namespace ?? '');
  if (service === undefined || namespace === undefined) return { policies: [] };
  const selecting = policies.filter((policy) => policy.selects(service, namespace));
  const refusal = selecting.length === 0 ? undefined : skipReason(service, namespace, reserved);
  return { policies: selecting, ...(refusal !== undefined && { refusal }) };
}

/** Who has the export: a policy, a user, or nobody. */
type Holder = ReadPolicy | 'user' | undefined;

function judge(key: string, { policies, refusal }: Candidates, standing: ServiceExport | undefined, all: readonly ReadPolicy[]): { holder: Holder; verdicts: PolicyVerdict[] } {
  const holder = holderOf(standing, refusal === undefined ? policies[0] : undefined, all);
  const own = typeof holder === 'object' && !policies.includes(holder) ? [holder] : []; // cannot be read, and keeps what it has
  return { holder, verdicts: [...own, ...policies].map((policy) => ({ policy: policy.policy.metadata.name, service: key, ...skipOf(policy, holder, refusal) })) };
}

function holderOf(standing: ServiceExport | undefined, first: ReadPolicy | undefined, all: readonly ReadPolicy[]): Holder {
  const label = standing?.metadata.labels?.[EXPORT_POLICY];
  if (standing !== undefined && label === undefined) return 'user';
  const unreadable = all.find((policy) => policy.label === label && policy.problem !== undefined);
  return unreadable ?? first;
}

function skipOf(policy: ReadPolicy, holder: Holder, refusal: SkipReason | undefined): Pick<PolicyVerdict, 'skipped' | 'by'> {
  if (holder === policy) return {};
  if (refusal !== undefined) return { skipped: refusal };
  if (typeof holder === 'object') return { skipped: 'OtherPolicy', by: holder.policy.metadata.name };
  return { skipped: 'OwnExport' };
}

interface Changes {
  readonly create: PolicyPlan['create'][number][];
  readonly handOver: PolicyPlan['handOver'][number][];
  readonly delete: ServiceExport[];
}

function addChange(changes: Changes, service: Service | undefined, standing: ServiceExport | undefined, holder: Holder): void {
  if (holder === 'user') return;
  if (standing !== undefined) {
    if (standing.metadata.deletionTimestamp !== undefined) return; // the event of its end brings the key back
    if (holder === undefined) changes.delete.push(standing);
    else if (holder.label !== standing.metadata.labels?.[EXPORT_POLICY]) changes.handOver.push({ standing, policy: holder });
  } else if (holder !== undefined && service !== undefined) {
    changes.create.push({ namespace: service.metadata.namespace ?? '', name: service.metadata.name, policy: holder });
  }
}
