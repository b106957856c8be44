import type { ResourceDefinition } from '../resource-definition.ts';
import { compareVersions } from './version-order.ts';

/** A resource or subresource as discovery tells it. */
export interface DiscoveredResource {
  /** `pods` or `pods/log`. */
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Of the kind, where it differs from that of the list. */
  readonly group?: string;
  readonly version?: string;
}

/** A resource that the store does not have. */
export interface ExtraDiscovery {
  readonly group: string;
  readonly version: string;
  /** With the subresource: `pods/log`. */
  readonly resource: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly namespaced?: boolean;
  readonly kindGroup?: string;
  readonly kindVersion?: string;
}

export interface DiscoveredVersion {
  readonly version: string;
  readonly resources: readonly DiscoveredResource[];
}

export interface DiscoveredGroup {
  readonly group: string;
  /** Preferred one first. */
  readonly versions: readonly DiscoveredVersion[];
}

/** What a server that can be written to can do with a kind. */
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

const REVIEWS: readonly ExtraDiscovery[] = [
  ...['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'].map((kind) => ({ group: 'authorization.k8s.io', kind })),
  { group: 'authentication.k8s.io', kind: 'SelfSubjectReview' },
].map(({ group, kind }) => ({ group, version: 'v1', resource: `${kind.toLowerCase()}s`, kind, verbs: ['create'], namespaced: false }));

function resourcesOf(definition: ResourceDefinition): DiscoveredResource[] {
  const { categories = [], hasStatus, resource, scale, shortNames = [], singular, verbs = VERBS } = definition;
  const { kind, namespaced, plural } = resource;
  const base = { namespaced, kind };
  return [
    { ...base, name: plural, singularName: singular, verbs, ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) },
    ...(hasStatus === true ? [{ ...base, name: `${plural}/status`, singularName: '', verbs: SUBRESOURCE_VERBS }] : []),
    ...(scale ? [{ namespaced, name: `${plural}/scale`, singularName: '', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: SUBRESOURCE_VERBS }] : []),
  ];
}

function extraResource({ kind, kindGroup, kindVersion, namespaced = true, resource, verbs }: ExtraDiscovery): DiscoveredResource {
  const isSubresource = resource.includes('/');
  return { name: resource, singularName: isSubresource ? '' : kind.toLowerCase(), namespaced, kind, verbs, ...(kindGroup !== undefined && { group: kindGroup }), ...(kindVersion !== undefined && { version: kindVersion }) };
}

/** All groups, versions and resources that are served; the core group first. A server that reviews nobody's rights has no `reviews`. */
export function discoverGroups(definitions: readonly ResourceDefinition[], extras: readonly ExtraDiscovery[] = [], reviews: readonly ExtraDiscovery[] = REVIEWS): readonly DiscoveredGroup[] {
  const groups = new Map<string, Map<string, DiscoveredResource[]>>();
  const add = (group: string, version: string, resources: readonly DiscoveredResource[]): void => {
    const versions = groups.get(group) ?? new Map<string, DiscoveredResource[]>();
    groups.set(group, versions.set(version, [...(versions.get(version) ?? []), ...resources]));
  };
  for (const definition of definitions) {
    const { group, version } = definition.resource;
    for (const name of definition.versions?.map((each) => each.name) ?? [version]) add(group, name, resourcesOf(definition));
  }
  for (const extra of [...reviews, ...extras]) add(extra.group, extra.version, [extraResource(extra)]);
  return [...groups].sort(([left], [right]) => left.localeCompare(right)).map(([group, versions]) => ({
    group,
    versions: [...versions].sort(([left], [right]) => compareVersions(left, right)).map(([version, resources]) => ({ version, resources })),
  }));
}
