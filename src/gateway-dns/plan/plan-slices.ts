import { DNS_TTL, GATEWAY_DNS_HOSTNAME, GATEWAY_DNS_REF, GATEWAY_SLICE_MANAGER, OWNER, SERVICE_NAME, SLICE_MANAGED_BY } from '../../api/labels.ts';
import { fitName } from '../../api/names.ts';
import { splitKey } from '../../api/resources.ts';
import type { EndpointSlice } from '../../api/types/index.ts';
import { isOwnedBy, ownershipLabels, readOwnership } from '../../sync/ownership.ts';
import { type Desired, plan, type Plan, satisfies } from '../../sync/plan.ts';
import type { NameContent } from './compose-name.ts';
import { originalSliceName, originOf } from './names.ts';
import type { NamePlan } from './share-out.ts';

/** Where slices are written, and in whose name. */
export interface SliceTarget {
  readonly owner: string;
  /** Namespace of the slices in workload clusters. */
  readonly namespace: string;
}

/** Slices of one cluster's name as they shall stand in every cluster that learns it. */
export function desiredSlices(name: NamePlan, content: NameContent, target: SliceTarget): Desired<EndpointSlice>[] {
  if (content.kind !== 'records') return [];
  return (['IPv4', 'IPv6', 'FQDN'] as const).flatMap((addressType) => (content[addressType].length === 0 ? [] : [desiredSlice(name, addressType, content[addressType], target)]));
}

function desiredSlice({ cluster, hostname, names, holders }: NamePlan, addressType: EndpointSlice['addressType'], addresses: readonly string[], { owner, namespace }: SliceTarget): Desired<EndpointSlice> {
  const name = names[addressType];
  const [oldest] = holders;
  const ttl = oldest?.ttlSeconds;
  const labels = { [SERVICE_NAME]: fitName(name, 63), [SLICE_MANAGED_BY]: GATEWAY_SLICE_MANAGER, ...ownershipLabels({ owner, originCluster: originOf(cluster), originUid: cluster.uid }) };
  const annotations = { [GATEWAY_DNS_HOSTNAME]: hostname, [GATEWAY_DNS_REF]: oldest?.key ?? '', ...(ttl !== undefined && { [DNS_TTL]: String(ttl) }) };
  return {
    object: { metadata: { name, namespace, labels, annotations }, addressType, endpoints: [{ addresses: [...addresses] }], ports: null },
    ...(ttl === undefined && { absent: [['metadata', 'annotations', DNS_TTL]] }),
  };
}

/** Names under which slices of a cluster may stand that have no tag yet: look them up besides those with its origin label. */
export function namesToLookUp({ cluster, names }: NamePlan): readonly string[] {
  return [...new Set([names.IPv4, names.IPv6, names.FQDN, originalSliceName(cluster)])];
}

/**
 * Whether cross-cluster-connectivity wrote a slice for a cluster: it has the name that it gives, names
 * a GatewayDNS of the cluster's namespace, and carries no tag of any hub. Such a slice is ours to take
 * over, so that a management cluster can move from one to the other with no name missing.
 */
export function isAdoptable({ metadata: { name, labels = {}, annotations = {} } }: EndpointSlice, { cluster }: NamePlan): boolean {
  const ref = annotations[GATEWAY_DNS_REF];
  return name === originalSliceName(cluster) && !(OWNER in labels) && ref !== undefined && splitKey(ref).namespace === cluster.namespace;
}

export interface SlicePlanInput extends SliceTarget {
  /** Value of the origin label: of a cluster that is gone nothing else is known. */
  readonly origin: string;
  /** Undefined: no such cluster is in the fleet any more. */
  readonly name?: NamePlan;
  readonly content?: NameContent;
  /** Keys of the cluster that is written to: the hub may know one cluster under several. */
  readonly targetKeys: readonly string[];
  /** What stands there with the origin label, or under one of `namesToLookUp`. */
  readonly standing: readonly EndpointSlice[];
}

/**
 * What must be written so that one cluster has what it shall of one cluster's name. Slices of
 * cross-cluster-connectivity are taken over in place; others that carry no tag of ours are conflicts.
 */
export function planSlices(input: SlicePlanInput): Plan<EndpointSlice> {
  const { owner, origin, name, content } = input;
  const isRecipient = name !== undefined && input.targetKeys.some((key) => name.recipients.has(key));
  const desired = isRecipient && content !== undefined ? desiredSlices(name, content, input) : [];
  const open = input.standing.filter((slice) => !isKept(slice, input, isRecipient));
  const keptNames = new Set(input.standing.filter((slice) => !open.includes(slice)).map(({ metadata }) => metadata.name));
  const wanted = desired.filter(({ object }) => !keptNames.has(object.metadata.name));
  const adoptable = new Set(name === undefined ? [] : open.filter((slice) => isAdoptable(slice, name)));
  const isOther = (slice: EndpointSlice): boolean => !adoptable.has(slice);
  // a slice of another cluster that stands under one of these names is that cluster's to delete
  const standing = open.filter((slice) => isOther(slice) && (!isOwnedBy(slice, owner) || readOwnership(slice)?.originCluster === origin || wanted.some(({ object }) => object.metadata.name === slice.metadata.name)));
  const adoptedNames = new Set([...adoptable].map(({ metadata }) => metadata.name));
  const planned = plan({ owner, desired: wanted.filter(({ object }) => !adoptedNames.has(object.metadata.name)), standing, mustReplace });
  return withAdoptions(planned, [...adoptable], wanted);
}

/** What nothing is known of stays as it is: an invalid GatewayDNS's, and what a cluster had that cannot be asked. */
function isKept({ metadata: { annotations = {} } }: EndpointSlice, { name, content }: SlicePlanInput, isRecipient: boolean): boolean {
  if (name === undefined) return false;
  const ref = annotations[GATEWAY_DNS_REF] ?? '';
  if (name.heldBy !== undefined || name.invalid.has(ref)) return true;
  if (content?.kind === 'records' || content?.kind === 'none') return false;
  // of a GatewayDNS that is gone nothing stays, once it is known that the cluster cannot be asked (XC-9)
  return isRecipient && (content?.kind === 'pending' || name.holders.some(({ key }) => key === ref));
}

/** An API server refuses to change it. */
function mustReplace(standing: EndpointSlice, { object }: Desired<EndpointSlice>): boolean {
  return standing.addressType !== object.addressType;
}

/** `plan` never touches what has no tag, so what is taken over is added to what it says. */
function withAdoptions(planned: Plan<EndpointSlice>, adoptable: readonly EndpointSlice[], wanted: readonly Desired<EndpointSlice>[]): Plan<EndpointSlice> {
  const result = { ...planned, update: [...planned.update], replace: [...planned.replace], delete: [...planned.delete] };
  for (const standing of adoptable) {
    if (standing.metadata.deletionTimestamp !== undefined) continue;
    const desired = wanted.find(({ object }) => object.metadata.name === standing.metadata.name);
    if (desired === undefined) result.delete.push(standing);
    else if (mustReplace(standing, desired)) result.replace.push({ standing, desired });
    else if (!satisfies(standing, desired)) result.update.push({ standing, desired });
  }
  return result;
}
