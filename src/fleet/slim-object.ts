import type { KubeObject } from '../api/types/index.ts';

/** What of an object says which cluster it stands for: Clusters of Cluster API are large. */
export function slimMetadata({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, labels, creationTimestamp, resourceVersion } = metadata;
  const slim = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(labels !== undefined && { labels }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  return { apiVersion, kind, metadata: slim };
}
