import type { PolicyRule, UnknownObject } from '../../api/types/index.ts';

/**
 * A role of the template `gateway-role.yaml` without what only a load balancer needs: who may patch
 * pods gives any pod of the namespace another image, and the agent runs on every node.
 */
export function withoutLoadBalancer(object: UnknownObject): UnknownObject {
  if (object.kind !== 'Role') return object;
  const rules = object.rules as readonly PolicyRule[];
  return { ...object, rules: rules.filter(({ resources = [] }) => !resources.includes('pods')) };
}
