import { resources } from '../../api/resources.ts';
import type { MemberConfig, Namespace, Service, ServiceExport, ServiceExportPolicy } from '../../api/types/index.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { planPolicyExports, type PolicyPlan } from '../../sync/export-policy/plan-policy-exports.ts';
import { readPolicies } from '../../sync/export-policy/read-policies.ts';
import { listServed } from '../read-cluster.ts';

/** All that decides what policies export in one cluster. */
export interface PolicyFacts {
  readonly policies: readonly ServiceExportPolicy[];
  readonly namespaces: readonly Namespace[];
  readonly services: readonly Service[];
  readonly exports: readonly ServiceExport[];
}

/** Reads nothing but the policies where there are none. */
export async function readPolicyFacts(client: KubeClient, signal: AbortSignal): Promise<PolicyFacts> {
  const policies = await listServed(client, resources.exportPolicies, { signal });
  if (policies.length === 0) return { policies, namespaces: [], services: [], exports: [] };
  return { policies, ...(await readSelectable(client, signal)) };
}

/** What policies select from. */
export async function readSelectable(client: KubeClient, signal: AbortSignal): Promise<Omit<PolicyFacts, 'policies'>> {
  const [namespaces, services, exports] = await Promise.all([
    listServed(client, resources.namespaces, { signal }),
    listServed(client, resources.services, { signal }),
    listServed(client, resources.serviceExports, { signal }),
  ]);
  return { namespaces, services, exports };
}

/** What the controller of the cluster does, or is about to do. */
export function planOf({ policies, namespaces, services, exports }: PolicyFacts, { brokerNamespace }: Pick<MemberConfig, 'brokerNamespace'>): PolicyPlan {
  const byName = new Map(namespaces.map((namespace) => [namespace.metadata.name, namespace]));
  return planPolicyExports({ policies: readPolicies(policies), namespaceOf: (name) => byName.get(name), services, exports, reserved: [MEMBER_NAMESPACE, brokerNamespace] });
}
