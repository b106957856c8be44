import { apiVersionOf, type Resource, resources } from '../../api/resources.ts';
import type { ClusterProperty } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ManifestGroup } from '../manifests.ts';

/** Well-known names of the About API (KEP-2149). */
const CLUSTER_ID = 'cluster.clusterset.k8s.io';
const CLUSTERSET_ID = 'clusterset.k8s.io';
/** The shape is the same in all versions that installers of the About API have served. */
const VERSIONS = [resources.clusterProperties.version, 'v1beta1', 'v1alpha1'];

/** What the About API of a cluster says about its membership. */
export interface StandingProperties {
  /** Version that somebody else's CRD serves in place of ours. */
  readonly foreignVersion: string | undefined;
  readonly properties: readonly ClusterProperty[];
}

function servedResource(apiVersions: ReadonlySet<string>): Resource<ClusterProperty> | undefined {
  return VERSIONS.map((version) => ({ ...resources.clusterProperties, version })).find((resource) => apiVersions.has(apiVersionOf(resource)));
}

export async function readClusterProperties(client: KubeClient, apiVersions: ReadonlySet<string>, signal: AbortSignal): Promise<StandingProperties> {
  const served = servedResource(apiVersions);
  if (served === undefined) return { foreignVersion: undefined, properties: [] };
  const find = async (name: string): Promise<ClusterProperty[]> => {
    try {
      const found = await client.find(served, name, undefined, { signal });
      return found === undefined ? [] : [found];
    } catch (error) {
      if (isForbidden(error)) return []; // whoever may not read them cannot write them either, which the installation says
      throw error;
    }
  };
  const properties = (await Promise.all([CLUSTER_ID, CLUSTERSET_ID].map(find))).flat();
  return { foreignVersion: served.version === resources.clusterProperties.version ? undefined : served.version, properties };
}

/** The cluster id that the cluster says it has; the default of `--clusterid`. */
export function standingClusterId({ properties }: StandingProperties): string | undefined {
  return properties.find(({ metadata }) => metadata.name === CLUSTER_ID)?.spec.value;
}

/** Throws MCS_CLUSTER_PROPERTY_CONFLICT where somebody else has given the cluster another identity, which is immutable (KEP-2149). */
function validateProperty({ metadata: { name }, spec: { value } }: ClusterProperty, wanted: string): void {
  if (value === wanted) return;
  const isId = name === CLUSTER_ID;
  throw new McsError('MCS_CLUSTER_PROPERTY_CONFLICT', `Cannot join as ${isId ? 'cluster' : 'a member of cluster set'} "${wanted}": ClusterProperty "${name}", which mcs did not make, says "${value}"`, {
    hints: [isId ? `--clusterid ${value}` : `kubectl get clusterproperty ${name} -o yaml`],
    details: { property: name, value, wanted },
  });
}

/**
 * What of the manifests is to be written beside what stands: properties of other people that say the
 * same are left to them, and an About API that does not serve our version stays without ours.
 */
export function settleClusterProperties(groups: readonly ManifestGroup[], { properties, foreignVersion }: StandingProperties): ManifestGroup[] {
  const { kind, plural, group } = resources.clusterProperties;
  const foreign = new Map(properties.filter((property) => !isOurs(property)).map((property) => [property.metadata.name, property]));
  const isLeft = (object: ManifestGroup['objects'][number]): boolean => {
    if (object.metadata.name === `${plural}.${group}`) return foreignVersion !== undefined;
    if (object.kind !== kind) return false;
    const standing = foreign.get(object.metadata.name);
    if (standing !== undefined) validateProperty(standing, (object as unknown as ClusterProperty).spec.value);
    return standing !== undefined || foreignVersion !== undefined;
  };
  return groups.map(({ title, objects }) => ({ title, objects: objects.filter((object) => !isLeft(object)) }));
}
