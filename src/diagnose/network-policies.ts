import { resources } from '../api/resources.ts';
import { matchesLabels, type Requirement } from '../api/selectors.ts';
import { ApiError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { NetworkPolicy } from '../api/types/index.ts';

export type Direction = 'Ingress' | 'Egress';
type Labels = Readonly<Record<string, string>>;

/** Whether a policy isolates pods with these labels in a direction: then nothing passes but what some policy lets through. */
export function isolates({ spec }: Pick<NetworkPolicy, 'spec'>, labels: Labels, direction: Direction): boolean {
  const { matchExpressions = [], matchLabels = {} } = spec.podSelector ?? {};
  const requirements = [
    ...Object.entries(matchLabels).map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }): Requirement => ({ key, operator, values })),
  ];
  // without types, a policy is of Ingress, and of Egress if it has rules for that (networking.k8s.io/v1)
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress === undefined ? [] : ['Egress'])];
  return types.includes(direction) && matchesLabels(requirements, labels);
}

/** Names of the policies that isolate any of the pods with these labels; none where they may not be read. */
export async function findPolicies(client: KubeClient, namespace: string, labelsOfPods: readonly Labels[], direction: Direction, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const { items } = await client.list(resources.networkPolicies, { namespace, signal });
    return items.filter((policy) => labelsOfPods.some((labels) => isolates(policy, labels, direction))).map(({ metadata }) => `${namespace}/${metadata.name}`);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
