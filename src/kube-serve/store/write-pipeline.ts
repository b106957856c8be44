import type { KubeObject, ObjectMeta, UnknownObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import { NO_FIELDS } from '../apply/field-set.ts';
import { compareFields, fieldsOf } from '../apply/fields-of.ts';
import { type ManagedFieldsEntry, type Manager, managedFieldsOf, trackUpdate } from '../apply/managed-fields.ts';
import { managedPart, type Scope } from '../apply/managed-part.ts';
import { frozenCopy, type JsonRecord, sameJson } from '../json.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { type FieldCause, invalid } from '../status-error.ts';
import type { CompiledDefinition } from './compiled-definition.ts';
import { metadataCauses, newMetadata, nextMetadata, timestamp, validatePreconditions } from './metadata.ts';
import type { Admitter, UpdateOptions, WriteOptions } from './types.ts';

/** An object to write, as a client gave it. */
export type Draft = { readonly metadata: ObjectMeta };

/** The version that a write came in, and owners of fields that are known already (apply). */
export interface WriteOrigin {
  readonly apiVersion: string;
  readonly entries?: readonly ManagedFieldsEntry[];
}

interface Admission {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly compiled: CompiledDefinition;
  readonly object: KubeObject;
  readonly old?: KubeObject;
  readonly options: UpdateOptions;
}

function bodyOf(object: KubeObject): JsonRecord {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...body } = object as UnknownObject;
  return body;
}

function assemble({ apiVersion, definition }: CompiledDefinition, metadata: ObjectMeta, body: JsonRecord): UnknownObject {
  return { apiVersion, kind: definition.resource.kind, metadata, ...body };
}

function withoutStatus({ status: _status, ...rest }: JsonRecord): JsonRecord {
  return rest;
}

function validateFields({ resource }: ResourceDefinition, { metadata }: KubeObject, causes: readonly FieldCause[]): void {
  if (causes.length > 0) throw invalid(resource, metadata.name, causes);
}

/** Makes of what a client sent the object to store, or throws why not. It stores nothing. */
export class WritePipeline {
  readonly #admitters: Admitter[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  addAdmitter(admitter: Admitter): void {
    this.#admitters.push(admitter);
  }

  now(): number {
    return this.#clock.now();
  }

  managerOf(apiVersion: string, name: string, subresource?: 'status'): Manager {
    return { name, apiVersion, time: timestamp(this.now()), subresource };
  }

  /** A new object, complete but for its resourceVersion. */
  prepareCreate(compiled: CompiledDefinition, draft: Draft, name: string, options: WriteOptions, { apiVersion, entries }: WriteOrigin): UnknownObject {
    const { definition } = compiled;
    const metadata = newMetadata(definition, draft.metadata, name, this.now());
    const given = compiled.normaliseBody(draft, { defaults: true });
    const body = definition.hasStatus === true && definition.statusOnCreate !== true ? withoutStatus(given) : given;
    const object = this.#complete(compiled, assemble(compiled, metadata, body), undefined);
    const owners = entries ?? this.#newOwners(compiled, object, apiVersion, options);
    const owned = owners.length === 0 ? object : { ...object, metadata: { ...object.metadata, managedFields: [...owners] } };
    return this.#finish({ operation: 'CREATE', compiled, object: owned, options });
  }

  /** The next state of an object; the standing one itself where nothing would change. */
  prepareUpdate(compiled: CompiledDefinition, old: UnknownObject, draft: Draft, options: UpdateOptions, { apiVersion, entries }: WriteOrigin): UnknownObject {
    validatePreconditions(compiled.definition, old.metadata, draft.metadata);
    const object = this.#complete(compiled, this.#nextObject(compiled, old, draft, options), old);
    const owners = entries ?? this.#nextOwners(compiled, old, object, apiVersion, options);
    const { managedFields: _managedFields, ...metadata } = object.metadata;
    const owned = { ...object, metadata: { ...metadata, ...(owners.length > 0 && { managedFields: [...owners] }) } };
    const next = this.#finish({ operation: 'UPDATE', compiled, object: owned, old, options });
    return sameJson(old, next) ? old : this.#withGeneration(compiled, old, next);
  }

  admitDelete(compiled: CompiledDefinition, object: KubeObject, options: WriteOptions): void {
    this.#admit({ operation: 'DELETE', compiled, object, options });
  }

  #nextObject(compiled: CompiledDefinition, old: UnknownObject, draft: Draft, { subresource }: UpdateOptions): UnknownObject {
    const given = compiled.normaliseBody(draft, { defaults: true });
    const { status, ...rest } = given;
    if (subresource === 'status') {
      return assemble(compiled, old.metadata, { ...withoutStatus(bodyOf(old)), ...(status !== undefined && { status }) });
    }
    const metadata = nextMetadata(compiled.definition, old.metadata, draft.metadata);
    if (compiled.definition.hasStatus !== true) return assemble(compiled, metadata, given);
    return assemble(compiled, metadata, { ...rest, ...(old.status !== undefined && { status: old.status }) });
  }

  #complete({ definition, validate }: CompiledDefinition, object: UnknownObject, old: KubeObject | undefined): UnknownObject {
    validateFields(definition, object, validate(object));
    return (definition.complete?.(object, old) as UnknownObject | undefined) ?? object;
  }

  #newOwners(compiled: CompiledDefinition, object: KubeObject, apiVersion: string, { fieldManager }: WriteOptions): readonly ManagedFieldsEntry[] {
    if (fieldManager === undefined) return [];
    const changed = fieldsOf(managedPart(object, scopeOf(compiled)), compiled.schema);
    return trackUpdate([], { changed, removed: NO_FIELDS }, this.managerOf(apiVersion, fieldManager));
  }

  #nextOwners(compiled: CompiledDefinition, old: KubeObject, next: KubeObject, apiVersion: string, { fieldManager, subresource }: UpdateOptions): readonly ManagedFieldsEntry[] {
    const entries = managedFieldsOf(old.metadata);
    if (fieldManager === undefined) return entries;
    const scope = scopeOf(compiled, subresource);
    const difference = compareFields(managedPart(old, scope), managedPart(next, scope), compiled.schema);
    return trackUpdate(entries, difference, this.managerOf(apiVersion, fieldManager, subresource));
  }

  #finish(admission: Admission): UnknownObject {
    const { compiled } = admission;
    const admitted = this.#admit(admission) as UnknownObject;
    validateFields(compiled.definition, admitted, metadataCauses(compiled.definition, admitted.metadata));
    return frozenCopy(admitted);
  }

  #admit({ compiled: { definition }, object, old, operation, options }: Admission): KubeObject {
    const { dryRun = false, subresource, user } = options;
    const about = { operation, definition, resource: definition.resource, dryRun, ...(subresource && { subresource }), ...(old && { old }), ...(user && { user }) };
    return this.#admitters.reduce((current, admitter) => admitter({ ...about, object: current }) ?? current, object);
  }

  #withGeneration({ definition }: CompiledDefinition, old: UnknownObject, next: UnknownObject): UnknownObject {
    const isNew = definition.hasGeneration === true && !sameJson(withoutStatus(bodyOf(old)), withoutStatus(bodyOf(next)));
    if (!isNew) return next;
    return { ...next, metadata: { ...next.metadata, generation: (old.metadata.generation ?? 0) + 1 } };
  }
}

export function scopeOf({ definition }: CompiledDefinition, subresource?: 'status'): Scope {
  return { hasStatus: definition.hasStatus === true, subresource };
}
