import { resources } from '../api/resources.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[];
}

/**
 * Whether the API server evaluates ValidatingAdmissionPolicies (Kubernetes 1.30). Their API group and
 * version alone say nothing: older servers have it for webhooks.
 */
export async function servesAdmissionPolicies(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const { group, version, plural } = resources.validatingAdmissionPolicies;
  try {
    const { resources: served = [] } = await client.getPath<ResourceList>(`/apis/${group}/${version}`, { signal });
    return served.some(({ name }) => name === plural);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
