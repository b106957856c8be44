import type { ResourceDefinition } from '../resource-definition.ts';
import { refusal, type StatusError } from '../status-error.ts';
import type { ReadContext, ReadServices, RouteContext } from './context.ts';
import type { RequestAttributes } from './request-attributes.ts';

export function notServed(): StatusError {
  return refusal('NotFound', 'the server could not find the requested resource');
}

export function methodNotAllowed(): StatusError {
  return refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

function versionsOf({ resource, versions }: ResourceDefinition): readonly string[] {
  return versions?.map(({ name }) => name) ?? [resource.version];
}

/** An unknown group, or unknown version of a custom one, is no page at all; a built-in group answers for all of its versions. */
export function isPage({ store }: ReadServices, { group, version }: RequestAttributes): boolean {
  return store.definitions().some((definition) => definition.resource.group === group && (definition.prune !== true || versionsOf(definition).includes(version)));
}

/** A request together with the kind that it is for. Throws 404 where that is not served. */
export function resourceContext<S extends ReadServices>(context: RouteContext, services: S): ReadContext & { readonly services: S } {
  const { group, namespace, resource: plural, version } = context.attributes;
  const definition = services.store.findDefinition(group, plural);
  if (definition === undefined || !versionsOf(definition).includes(version) || (namespace !== '' && !definition.resource.namespaced && plural !== 'namespaces')) throw notServed();
  return { ...context, services, definition, resource: { ...definition.resource, version } };
}
