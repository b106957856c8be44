import type { PolicyRule, Role, RoleBinding } from '../../api/types/index.ts';
import type { User } from '../../kube-serve/user.ts';
import { type PathAccess, type ResourceAccess, ruleAllows, ruleAllowsPath } from './rules.ts';
import { MASTERS, serviceAccountUser } from './user.ts';

/** The RBAC objects of a cluster, as they stand now. */
export interface RbacObjects {
  findClusterRole(name: string): Role | undefined;
  findRole(namespace: string, name: string): Role | undefined;
  listClusterRoleBindings(): readonly RoleBinding[];
  listRoleBindings(namespace: string): readonly RoleBinding[];
}

export interface Authorizer {
  readonly allows: (user: User, access: ResourceAccess) => boolean;
  readonly allowsPath: (user: User, access: PathAccess) => boolean;
  /** Everything that the user may do in a namespace; cluster-wide only without one. */
  readonly rulesOf: (user: User, namespace?: string) => readonly PolicyRule[];
}

type Subject = NonNullable<RoleBinding['subjects']>[number];

function isSubject(subject: Subject, user: User, bindingNamespace?: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(subject.name);
    case 'ServiceAccount':
      return user.name === serviceAccountUser(subject.namespace ?? bindingNamespace ?? '', subject.name);
  }
}

/** The rules that a binding points at; none where its role does not exist. */
export function rulesOfRole(objects: RbacObjects, { kind, name }: RoleBinding['roleRef'], namespace?: string): readonly PolicyRule[] {
  const role = kind === 'ClusterRole' ? objects.findClusterRole(name) : objects.findRole(namespace ?? '', name);
  return role?.rules ?? [];
}

/** RBAC over the objects of a cluster. Members of system:masters may do everything. */
export function createAuthorizer(objects: RbacObjects): Authorizer {
  const granted = (user: User, bindings: readonly RoleBinding[], namespace?: string): PolicyRule[] =>
    bindings
      .filter(({ subjects }) => subjects?.some((subject) => isSubject(subject, user, namespace)) ?? false)
      .flatMap(({ roleRef }) => [...rulesOfRole(objects, roleRef, namespace)]);
  const rulesOf = (user: User, namespace?: string): readonly PolicyRule[] => [
    ...granted(user, objects.listClusterRoleBindings()),
    ...(namespace === undefined || namespace === '' ? [] : granted(user, objects.listRoleBindings(namespace), namespace)),
  ];
  const isMaster = (user: User): boolean => user.groups.includes(MASTERS);
  return {
    allows: (user, access) => isMaster(user) || rulesOf(user, access.namespace).some((rule) => ruleAllows(rule, access)),
    allowsPath: (user, access) => isMaster(user) || rulesOf(user).some((rule) => ruleAllowsPath(rule, access)),
    rulesOf: (user, namespace) => (isMaster(user) ? EVERYTHING : rulesOf(user, namespace)),
  };
}

const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];
