import { apiVersionOf, resources } from '../../api/resources.ts';
import type { KubeObject, UnknownObject } from '../../api/types/index.ts';
import type { AccessQuestion } from '../../kube/client.ts';
import { toYaml } from '../manifests.ts';
import { rulesFor } from './rules-for.ts';

export interface GrantOptions {
  /** `join` or `deploy-broker`; names what is granted. */
  readonly action: string;
  /** Who is to get it; undefined where the API server does not say who asks. */
  readonly user: string | undefined;
  /** Namespaces that the action makes: a binding needs its namespace first, and with these labels mcs takes it for its own. */
  readonly namespaces: readonly UnknownObject[];
}

const USER = 'REPLACE-WITH-THE-USER';
const RBAC = resources.clusterRoles.group;

function rbacObject(kind: string, name: string, namespace: string | undefined, rest: object): UnknownObject {
  const { clusterRoles } = resources;
  return { apiVersion: apiVersionOf(clusterRoles), kind, metadata: { name, ...(namespace !== undefined && { namespace }) }, ...rest };
}

/**
 * ClusterRoles with the missing rights and their bindings, for an administrator to apply: one for
 * the cluster and one for each namespace, so that a right to Secrets of one namespace stays there.
 */
export function grantManifests(missing: readonly AccessQuestion[], { action, user, namespaces }: GrantOptions): string {
  const places = [...Map.groupBy(missing, ({ namespace }) => namespace ?? '')].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const grants = places.flatMap(([namespace, questions]) => {
    const name = `mcs-can-${action}${namespace === '' ? '' : `-in-${namespace}`}`;
    const place = namespace === '' ? undefined : namespace;
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name };
    const subjects = [{ apiGroup: RBAC, kind: 'User', name: user ?? USER }];
    return [rbacObject('ClusterRole', name, undefined, { rules: rulesFor(questions) }), rbacObject(place === undefined ? 'ClusterRoleBinding' : 'RoleBinding', name, place, { roleRef, subjects })];
  });
  const used = new Set(places.map(([namespace]) => namespace));
  const needed = namespaces.filter(({ metadata }: KubeObject) => used.has(metadata.name));
  const head = `# What ${user === undefined ? 'the user' : `"${user}"`} lacks for: mcs ${action}. An administrator applies it: kubectl apply -f <file>\n`;
  return head + toYaml([...needed, ...grants]);
}
