import { resources } from '../api/resources.ts';
import type { KubeObject, Pod, Role, RoleBinding, Service } from '../api/types/index.ts';
import { forbidden } from '../kube-serve/status-error.ts';
import type { AdmissionRequest, Admitter } from '../kube-serve/store.ts';
import type { Authorizer, RbacObjects } from './access/authorizer.ts';
import { findBindingEscalation, findRoleEscalation } from './access/escalation.ts';
import type { ServiceAddresses } from './controllers/service-addresses.ts';
import type { Objects } from './objects.ts';

function concerns({ operation, resource, subresource }: AdmissionRequest, ...wanted: readonly { readonly group: string; readonly plural: string }[]): boolean {
  return operation !== 'DELETE' && subresource === undefined && wanted.some(({ group, plural }) => group === resource.group && plural === resource.plural);
}

/** Gives Services their addresses. */
export function admitServices(addresses: ServiceAddresses): Admitter {
  return (request) => (concerns(request, resources.services) ? addresses.admit(request.object as Service, request.old as Service | undefined) : undefined);
}

/** Gives pods their ServiceAccount, which must exist. */
export function admitPods(objects: Objects): Admitter {
  return (request) => {
    if (!concerns(request, resources.pods) || request.operation !== 'CREATE') return undefined;
    const pod = request.object as Pod;
    const serviceAccountName = pod.spec.serviceAccountName ?? 'default';
    const { name, namespace } = pod.metadata;
    if (objects.find(resources.serviceAccounts, { name: serviceAccountName, namespace }) === undefined) {
      throw forbidden(resources.pods, name, `error looking up service account ${namespace ?? ''}/${serviceAccountName}: serviceaccount "${serviceAccountName}" not found`);
    }
    return { ...pod, spec: { ...pod.spec, serviceAccountName } } satisfies Pod;
  };
}

/** Nobody hands out more permissions than they hold. */
export function admitGrants(authorizer: Authorizer, rbac: RbacObjects): Admitter {
  const refuse = ({ resource }: AdmissionRequest, { metadata }: KubeObject, reason: string | undefined): void => {
    if (reason !== undefined) throw forbidden(resource, metadata.name, reason);
  };
  return (request) => {
    const { object, user } = request;
    if (user === undefined) return undefined; // from inside the cluster itself
    const grant = { user, authorizer, namespace: object.metadata.namespace };
    if (concerns(request, resources.roles, resources.clusterRoles)) refuse(request, object, findRoleEscalation(object as Role, grant));
    if (concerns(request, resources.roleBindings, resources.clusterRoleBindings)) refuse(request, object, findBindingEscalation(object as RoleBinding, grant, rbac));
    return undefined;
  };
}
