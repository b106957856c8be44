import type { KubeObject } from '../../api/types/index.ts';
import type { JsonRecord } from '../json.ts';

const OWN_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

export interface Scope {
  readonly hasStatus: boolean;
  readonly subresource?: 'status' | undefined;
}

/** The part of an object whose fields have owners, as far as a request to this (sub)resource writes it. */
export function managedPart(object: KubeObject, { hasStatus, subresource }: Scope): JsonRecord {
  const { apiVersion: _apiVersion, kind: _kind, metadata, status, ...rest } = object as KubeObject & JsonRecord;
  if (subresource === 'status') return status === undefined ? {} : { status };
  const own = Object.fromEntries(OWN_METADATA.filter((key) => metadata[key] !== undefined).map((key) => [key, metadata[key]]));
  return {
    ...(Object.keys(own).length > 0 && { metadata: own }),
    ...rest,
    ...(!hasStatus && status !== undefined && { status }),
  };
}
