import type { DiscoveredGroup, DiscoveredResource, DiscoveredVersion } from './discovery-model.ts';

function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** metav1.APIVersions: the answer to `/api`. */
export function apiVersions(groups: readonly DiscoveredGroup[], address: string): object {
  const core = groups.find(({ group }) => group === '');
  return { kind: 'APIVersions', versions: core?.versions.map(({ version }) => version) ?? [], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }] };
}

function apiGroup({ group, versions }: DiscoveredGroup): object {
  const list = versions.map(({ version }) => ({ groupVersion: groupVersion(group, version), version }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

/** metav1.APIGroup: the answer to `/apis/<group>`. */
export function groupDocument(group: DiscoveredGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };
}

/** metav1.APIGroupList: the answer to `/apis`. */
export function groupList(groups: readonly DiscoveredGroup[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ group }) => group !== '').map(apiGroup) };
}

/** metav1.APIResourceList: the answer to `/apis/<group>/<version>`. */
export function resourceList({ group }: DiscoveredGroup, { resources, version }: DiscoveredVersion): object {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(group, version), resources };
}

function responseKind(group: string, version: string, resource: DiscoveredResource): object {
  return { group: resource.group ?? group, version: resource.version ?? version, kind: resource.kind };
}

function aggregatedResource(group: string, version: string, resource: DiscoveredResource, all: readonly DiscoveredResource[]): object {
  const { categories, name, namespaced, shortNames, singularName, verbs } = resource;
  const prefix = `${name}/`;
  const subresources = all
    .filter((each) => each.name.startsWith(prefix))
    .map((each) => ({ subresource: each.name.slice(prefix.length), responseKind: responseKind(group, version, each), verbs: each.verbs }));
  return {
    resource: name,
    responseKind: responseKind(group, version, resource),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singularName,
    verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}

function aggregatedGroup({ group, versions }: DiscoveredGroup): object {
  return {
    metadata: { name: group, creationTimestamp: null },
    versions: versions.map(({ resources, version }) => ({
      version,
      resources: resources.filter(({ name }) => !name.includes('/')).map((resource) => aggregatedResource(group, version, resource, resources)),
      freshness: 'Current',
    })),
  };
}

/** apidiscovery.k8s.io/v2 APIGroupDiscoveryList: everything at once, for `/api` or `/apis`. */
export function aggregatedDiscovery(groups: readonly DiscoveredGroup[]): object {
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items: groups.map(aggregatedGroup) };
}
