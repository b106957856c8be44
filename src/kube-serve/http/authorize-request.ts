import { forbidden, refusal } from '../status-error.ts';
import type { User } from '../user.ts';
import type { Services } from './context.ts';
import type { RequestAttributes } from './request-attributes.ts';

function describe({ name: user }: User, attributes: RequestAttributes): string {
  const { group, namespace, path, resource, resourceRequest, subresource, verb } = attributes;
  if (!resourceRequest) return `User "${user}" cannot ${verb} path "${path}"`;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `User "${user}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
}

/** Throws 403, worded as Kubernetes does, unless the user may do it. */
export function validateAllowed({ services, user }: { readonly services: Pick<Services, 'authorize'>; readonly user: User }, attributes: RequestAttributes): void {
  const answer = services.authorize(user, attributes);
  if (answer.allowed) return;
  const why = answer.reason === undefined ? describe(user, attributes) : `${describe(user, attributes)}: ${answer.reason}`;
  if (!attributes.resourceRequest) throw refusal('Forbidden', `forbidden: ${why}`, {});
  throw forbidden({ group: attributes.group, plural: attributes.resource, kind: '' }, attributes.name, why);
}
