import { randomInt, randomUUID } from 'node:crypto';
import type { ObjectMeta } from '../../api/types/index.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { conflict, type FieldCause, invalid, refusal } from '../status-error.ts';
import { annotationCauses, labelCauses, nameCauses } from './names.ts';

// as Kubernetes: no vowels, so that no words come out
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_GENERATED_PREFIX = 58;

/** A name for `generateName`. */
export function generateName(prefix: string): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return prefix.slice(0, MAX_GENERATED_PREFIX) + suffix;
}

/** RFC 3339 without fractions: object times have a resolution of 1 s. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function presentMap(map: unknown): Record<string, string> | undefined {
  if (typeof map !== 'object' || map === null) return undefined;
  if (Object.isFrozen(map)) return map as Record<string, string>;
  const entries = Object.entries(map).filter(([, value]) => value !== null && value !== undefined) as [string, string][];
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function presentList<T>(list: readonly T[] | null | undefined): T[] | undefined {
  return list === undefined || list === null || list.length === 0 ? undefined : (list as T[]);
}

/** What a client may say in metadata at any time. */
function ownMetadata({ annotations, finalizers, labels, ownerReferences }: ObjectMeta): Partial<ObjectMeta> {
  const [labelMap, annotationMap] = [presentMap(labels), presentMap(annotations)];
  const [finalizerList, ownerList] = [presentList(finalizers), presentList(ownerReferences)];
  return {
    ...(labelMap && { labels: labelMap }),
    ...(annotationMap && { annotations: annotationMap }),
    ...(finalizerList && { finalizers: [...new Set(finalizerList)] }),
    ...(ownerList && { ownerReferences: ownerList }),
  };
}

function ownerCauses(owners: ObjectMeta['ownerReferences'] = []): FieldCause[] {
  const causes = owners
    .filter(({ apiVersion, kind, name, uid }) => !apiVersion || !kind || !name || !uid)
    .map((): FieldCause => ({ field: 'metadata.ownerReferences', message: 'Required value: apiVersion, kind, name and uid must be set' }));
  if (owners.filter(({ controller }) => controller === true).length < 2) return causes;
  return [...causes, { field: 'metadata.ownerReferences', message: 'Invalid value: only one reference can have Controller set to true' }];
}

/** What is wrong with metadata. */
export function metadataCauses(definition: ResourceDefinition, metadata: ObjectMeta): readonly FieldCause[] {
  return [
    ...nameCauses(definition.nameForm, metadata.name),
    ...labelCauses(metadata.labels),
    ...annotationCauses(metadata.annotations),
    ...ownerCauses(metadata.ownerReferences),
  ];
}

/** Metadata of a new object, without its resourceVersion. */
export function newMetadata(definition: ResourceDefinition, given: ObjectMeta, name: string, now: number): ObjectMeta {
  if (given.resourceVersion) throw refusal('InternalError', 'resourceVersion should not be set on objects to be created');
  const { namespaced } = definition.resource;
  if (namespaced && !given.namespace) throw refusal('BadRequest', 'an empty namespace may not be set during creation');
  return {
    name,
    ...(given.generateName && { generateName: given.generateName }),
    ...(namespaced && given.namespace !== undefined && { namespace: given.namespace }),
    uid: randomUUID(),
    ...(definition.hasGeneration && { generation: 1 }),
    creationTimestamp: timestamp(now),
    ...ownMetadata(given),
  };
}

/** Refuses a write that was meant for another object or another state of it. */
export function validatePreconditions({ resource }: ResourceDefinition, old: ObjectMeta, wanted: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }): void {
  if (wanted.uid && wanted.uid !== old.uid) {
    throw conflict(resource, old.name, `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${old.uid ?? ''}`);
  }
  if (wanted.resourceVersion && wanted.resourceVersion !== '0' && wanted.resourceVersion !== old.resourceVersion) {
    throw conflict(resource, old.name, 'the object has been modified; please apply your changes to the latest version and try again');
  }
}

/** Metadata of an object after an update: what the client may say is from it, the rest from what stands. */
export function nextMetadata(definition: ResourceDefinition, old: ObjectMeta, given: ObjectMeta): ObjectMeta {
  const { annotations: _annotations, finalizers, labels: _labels, ownerReferences: _owners, ...fixed } = old;
  const own = ownMetadata(given);
  if (old.deletionTimestamp !== undefined) {
    const added = (own.finalizers ?? []).filter((each) => !(finalizers ?? []).includes(each));
    if (added.length > 0) {
      const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => `"${each}"`).join(', ')}}`;
      throw invalid(definition.resource, old.name, [{ field: 'metadata.finalizers', message, reason: 'FieldValueForbidden' }]);
    }
  }
  return { ...fixed, ...own };
}
