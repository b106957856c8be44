import { resources } from '../../api/resources.ts';
import type { RoleBinding } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';
import type { RbacObjects } from './authorizer.ts';

/** The RBAC objects of a cluster, with the bindings kept at hand: every request asks for them. */
export function createRbacObjects(objects: Objects): RbacObjects {
  const bindings = new Map<string, Map<string, RoleBinding>>();
  const note = ({ object, type }: { type: string; object: RoleBinding }): void => {
    const { name, namespace = '' } = object.metadata;
    const standing = bindings.get(namespace) ?? new Map<string, RoleBinding>();
    if (type === 'DELETED') standing.delete(name);
    else standing.set(name, object);
    if (standing.size === 0) bindings.delete(namespace);
    else bindings.set(namespace, standing);
  };
  objects.onChange(resources.roleBindings, note);
  objects.onChange(resources.clusterRoleBindings, note);
  const listOf = (namespace: string): readonly RoleBinding[] => [...(bindings.get(namespace)?.values() ?? [])];
  return {
    findClusterRole: (name) => objects.find(resources.clusterRoles, { name }),
    findRole: (namespace, name) => objects.find(resources.roles, { name, namespace }),
    listClusterRoleBindings: () => listOf(''),
    listRoleBindings: listOf,
  };
}
