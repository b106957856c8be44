import { apiVersionOf, type Resource, resources } from './resources.ts';
import { BugError } from '../base/errors.ts';
import type { KubeObject, ObjectMeta } from './types/index.ts';

/** Where a rendered object is served. */
export function resourceOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): Resource<KubeObject> {
  const found = Object.values(resources).find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
  if (found === undefined) throw new BugError(`Cannot find where ${apiVersion} ${kind} is served`);
  return found;
}

/** `Deployment submariner-operator/mcs-dns`, as people name an object. */
export function describeObject({ kind, metadata }: { readonly kind: string; readonly metadata: Pick<ObjectMeta, 'name' | 'namespace'> }): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}
