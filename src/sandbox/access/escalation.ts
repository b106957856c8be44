import type { PolicyRule, Role, RoleBinding } from '../../api/types/index.ts';
import type { User } from '../../kube-serve/user.ts';
import { type Authorizer, type RbacObjects, rulesOfRole } from './authorizer.ts';
import { uncoveredRules } from './rules.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

interface Grant {
  readonly user: User;
  readonly authorizer: Authorizer;
  /** Absent for ClusterRoles and ClusterRoleBindings. */
  readonly namespace?: string | undefined;
}

function describe(rules: readonly PolicyRule[]): string {
  return rules.slice(0, 5).map((rule) => JSON.stringify(rule)).join(', ');
}

/**
 * Nobody hands out more than they hold. For a Role or ClusterRole that is about to be stored: the
 * reason of the refusal, or undefined. The verb `escalate` on the role lifts it.
 */
export function findRoleEscalation(role: Role, { user, authorizer, namespace }: Grant): string | undefined {
  const resource = namespace === undefined ? 'clusterroles' : 'roles';
  const access = { group: RBAC_GROUP, resource, namespace, name: role.metadata.name };
  const missing = uncoveredRules(authorizer.rulesOf(user, namespace), role.rules);
  if (missing.length === 0 || authorizer.allows(user, { ...access, verb: 'escalate' })) return undefined;
  return `user "${user.name}" is attempting to grant RBAC permissions not currently held: ${describe(missing)}`;
}

/** The same for a binding; the verb `bind` on the role that it names lifts it. */
export function findBindingEscalation(binding: RoleBinding, grant: Grant, objects: RbacObjects): string | undefined {
  const { user, authorizer, namespace } = grant;
  const { kind, name } = binding.roleRef;
  const access = { group: RBAC_GROUP, resource: kind === 'ClusterRole' ? 'clusterroles' : 'roles', namespace, name };
  if (authorizer.allows(user, { ...access, verb: 'bind' })) return undefined;
  const missing = uncoveredRules(authorizer.rulesOf(user, namespace), rulesOfRole(objects, binding.roleRef, namespace));
  if (missing.length === 0) return undefined;
  return `user "${user.name}" is attempting to grant RBAC permissions not currently held: ${describe(missing)}`;
}
