import { describe, expect, it } from '@jest/globals';
import type { PolicyRule, Role, RoleBinding } from '../../../src/api/types/index.ts';
import { createAuthorizer, type RbacObjects } from '../../../src/sandbox/access/authorizer.ts';
import { findBindingEscalation, findRoleEscalation } from '../../../src/sandbox/access/escalation.ts';
import { type ResourceAccess, ruleAllows, ruleAllowsPath, uncoveredRules } from '../../../src/sandbox/access/rules.ts';
import type { User } from '../../../src/kube-serve/user.ts';
import { ADMIN, ANONYMOUS, serviceAccountGroups, serviceAccountUser } from '../../../src/sandbox/access/user.ts';

const rule = (apiGroups: string[], resources: string[], verbs: string[], resourceNames?: string[]): PolicyRule => ({ apiGroups, resources, verbs, ...(resourceNames && { resourceNames }) });
const access = (verb: string, resource: string, more: Partial<ResourceAccess> = {}): ResourceAccess => ({ verb, group: '', resource, ...more });

describe('ruleAllows', () => {
  it.each<[string, PolicyRule, ResourceAccess, boolean]>([
    ['the named verb', rule([''], ['pods'], ['get']), access('get', 'pods'), true],
    ['another verb', rule([''], ['pods'], ['get']), access('list', 'pods'), false],
    ['another group', rule(['apps'], ['pods'], ['get']), access('get', 'pods'), false],
    ['every verb', rule([''], ['pods'], ['*']), access('delete', 'pods'), true],
    ['every group', rule(['*'], ['pods'], ['get']), access('get', 'pods', { group: 'metrics.k8s.io' }), true],
    ['a subresource of a plain resource', rule([''], ['pods'], ['get']), access('get', 'pods', { subresource: 'log' }), false],
    ['a named subresource', rule([''], ['pods/log'], ['get']), access('get', 'pods', { subresource: 'log' }), true],
    ['a subresource of all resources', rule([''], ['*/status'], ['patch']), access('patch', 'pods', { subresource: 'status' }), true],
    ['the resource behind a subresource rule', rule([''], ['pods/log'], ['get']), access('get', 'pods'), false],
    ['a subresource under *', rule([''], ['*'], ['get']), access('get', 'pods', { subresource: 'log' }), true],
    ['the named object', rule([''], ['secrets'], ['get'], ['a']), access('get', 'secrets', { name: 'a' }), true],
    ['another object', rule([''], ['secrets'], ['get'], ['a']), access('get', 'secrets', { name: 'b' }), false],
    ['a collection, where the rule names objects', rule([''], ['secrets'], ['list'], ['a']), access('list', 'secrets'), false],
  ])('decides on %s', (_title, given, asked, expected) => {
    expect(ruleAllows(given, asked)).toBe(expected);
  });
});

describe('ruleAllowsPath', () => {
  it.each([
    ['/healthz', '/healthz', true],
    ['/healthz', '/healthz/etcd', false],
    ['/healthz/*', '/healthz/etcd', true],
    ['*', '/metrics', true],
  ])('matches the pattern %s with %s: %s', (pattern, path, expected) => {
    expect(ruleAllowsPath({ nonResourceURLs: [pattern], verbs: ['get'] }, { verb: 'get', path })).toBe(expected);
  });
});

describe('uncoveredRules', () => {
  it.each<[string, PolicyRule[], PolicyRule[], number]>([
    ['the same rule', [rule([''], ['pods'], ['get'])], [rule([''], ['pods'], ['get'])], 0],
    ['parts held in several rules', [rule([''], ['pods'], ['get']), rule([''], ['pods'], ['list'])], [rule([''], ['pods'], ['get', 'list'])], 0],
    ['one verb too many', [rule([''], ['pods'], ['get'])], [rule([''], ['pods'], ['get', 'delete'])], 1],
    ['all names, held for one', [rule([''], ['secrets'], ['get'], ['a'])], [rule([''], ['secrets'], ['get'])], 1],
    ['one name, held for all', [rule([''], ['secrets'], ['get'])], [rule([''], ['secrets'], ['get'], ['a'])], 0],
    ['*, held by listing', [rule([''], ['pods'], ['get', 'list'])], [rule([''], ['pods'], ['*'])], 1],
    ['a subresource, held for the resource', [rule([''], ['pods'], ['get'])], [rule([''], ['pods/log'], ['get'])], 1],
  ])('compares %s', (_title, held, wanted, count) => {
    expect(uncoveredRules(held, wanted)).toHaveLength(count);
  });
});

const account = (namespace: string, name: string): User => ({ name: serviceAccountUser(namespace, name), groups: serviceAccountGroups(namespace) });
const role = (name: string, rules: PolicyRule[], namespace?: string): Role => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, ...(namespace && { namespace }) }, rules });
const binding = (roleRef: { kind: 'Role' | 'ClusterRole'; name: string }, subjects: RoleBinding['subjects'], namespace?: string): RoleBinding => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'b', ...(namespace && { namespace }) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef },
  ...(subjects && { subjects }),
});

function objects(): RbacObjects {
  const clusterRoles = [role('view', [rule([''], ['pods'], ['get', 'list'])]), role('reader', [rule([''], ['nodes'], ['get'])])];
  const roles = [role('editor', [rule([''], ['pods'], ['*'])], 'shop'), role('desk', [rule(['rbac.authorization.k8s.io'], ['roles'], ['bind'], ['editor'])], 'shop')];
  const bindings = [
    binding({ kind: 'Role', name: 'editor' }, [{ kind: 'ServiceAccount', name: 'a' }], 'shop'),
    binding({ kind: 'ClusterRole', name: 'view' }, [{ kind: 'Group', name: 'system:serviceaccounts:shop' }], 'other'),
    binding({ kind: 'Role', name: 'gone' }, [{ kind: 'User', name: 'eve' }], 'shop'),
    binding({ kind: 'Role', name: 'desk' }, [{ kind: 'ServiceAccount', name: 'desk', namespace: 'shop' }], 'shop'),
  ];
  return {
    findClusterRole: (name) => clusterRoles.find(({ metadata }) => metadata.name === name),
    findRole: (namespace, name) => roles.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
    listClusterRoleBindings: () => [binding({ kind: 'ClusterRole', name: 'reader' }, [{ kind: 'Group', name: 'system:authenticated' }])],
    listRoleBindings: (namespace) => bindings.filter(({ metadata }) => metadata.namespace === namespace),
  };
}

describe('createAuthorizer', () => {
  const authorizer = createAuthorizer(objects());

  it.each<[string, User, ResourceAccess, boolean]>([
    ['system:masters everything', ADMIN, access('delete', 'secrets', { namespace: 'kube-system' }), true],
    ['a ServiceAccount what its RoleBinding gives', account('shop', 'a'), access('create', 'pods', { namespace: 'shop' }), true],
    ['it nothing elsewhere', account('shop', 'a'), access('create', 'pods', { namespace: 'default' }), false],
    ['it nothing for the whole cluster', account('shop', 'a'), access('list', 'pods'), false],
    ['a namesake of another namespace nothing', account('other', 'a'), access('create', 'pods', { namespace: 'shop' }), false],
    ['a group a ClusterRole in one namespace', account('shop', 'b'), access('list', 'pods', { namespace: 'other' }), true],
    ['a ClusterRoleBinding everywhere', account('x', 'y'), access('get', 'nodes'), true],
    ['nothing through a role that does not exist', { name: 'eve', groups: [] }, access('get', 'pods', { namespace: 'shop' }), false],
    ['nobody nothing', ANONYMOUS, access('get', 'nodes'), false],
  ])('grants %s', (_title, user, asked, expected) => {
    expect(authorizer.allows(user, asked)).toBe(expected);
  });
});

describe('escalation', () => {
  const authorizer = createAuthorizer(objects());
  const grant = (user: User): { user: User; authorizer: typeof authorizer; namespace: string } => ({ user, authorizer, namespace: 'shop' });

  it('lets nobody store a Role with more than they hold', () => {
    expect(findRoleEscalation(role('r', [rule([''], ['pods'], ['get'])], 'shop'), grant(account('shop', 'a')))).toBeUndefined();
    expect(findRoleEscalation(role('r', [rule([''], ['secrets'], ['get'])], 'shop'), grant(account('shop', 'a')))).toMatch('not currently held');
    expect(findRoleEscalation(role('r', [rule(['*'], ['*'], ['*'])], 'shop'), grant(ADMIN))).toBeUndefined();
  });

  it('lets the verb bind, by name, stand in for the permissions of a role', () => {
    const bindEditor = binding({ kind: 'Role', name: 'editor' }, [], 'shop');
    const bindView = binding({ kind: 'ClusterRole', name: 'reader' }, [], 'shop');
    expect(findBindingEscalation(bindEditor, grant(account('shop', 'desk')), objects())).toBeUndefined();
    expect(findBindingEscalation(bindEditor, grant(account('shop', 'c')), objects())).toMatch('not currently held');
    expect(findBindingEscalation(bindView, grant(account('shop', 'c')), objects())).toBeUndefined(); // it holds that itself
  });
});
