import type { ObjectMeta, UnknownObject } from '../../api/types/index.ts';
import { applyConfiguration, type ApplyOutcome, type FieldConflict } from '../apply/apply-configuration.ts';
import { type Manager, managedFieldsOf } from '../apply/managed-fields.ts';
import { managedPart } from '../apply/managed-part.ts';
import type { JsonRecord } from '../json.ts';
import { conflict, objectRefusal, refusal } from '../status-error.ts';
import type { CompiledDefinition } from './compiled-definition.ts';
import { type Draft, scopeOf } from './write-pipeline.ts';

const METADATA_KEYS = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** The applied fields, without nulls and without what the schema does not know; defaults are nobody's. */
function appliedPart(compiled: CompiledDefinition, draft: Draft, { subresource }: Manager): JsonRecord {
  if (draft.metadata.managedFields !== undefined) throw refusal('BadRequest', 'metadata.managedFields must be nil');
  const body = compiled.normaliseBody(draft, { defaults: false });
  const metadata: Record<string, unknown> = { name: draft.metadata.name };
  for (const key of METADATA_KEYS) if (draft.metadata[key]) metadata[key] = draft.metadata[key]; // null is absent
  return managedPart({ apiVersion: '', kind: '', metadata: metadata as unknown as ObjectMeta, ...body }, scopeOf(compiled, subresource));
}

function describe({ field, manager }: FieldConflict): { reason: 'FieldManagerConflict'; message: string; field: string } {
  const by = manager.operation === 'Apply' ? `"${manager.manager}"` : `"${manager.manager}" using ${manager.apiVersion}`;
  return { reason: 'FieldManagerConflict', message: `conflict with ${by}${manager.subresource ? ` with subresource "${manager.subresource}"` : ''}`, field };
}

function validateNoConflicts({ definition }: CompiledDefinition, name: string, conflicts: readonly FieldConflict[]): void {
  if (conflicts.length === 0) return;
  const causes = conflicts.map(describe);
  const count = `${causes.length} conflict${causes.length === 1 ? '' : 's'}`;
  const list = causes.map(({ field, message }) => `${message}: ${field}`).join(', ');
  throw objectRefusal('Conflict', definition.resource, name, `Apply failed with ${count}: ${list}`, causes);
}

interface AppliedDraft {
  readonly draft: Draft;
  readonly entries: ApplyOutcome['entries'];
}

function draftOf(identity: ObjectMeta, { entries, merged }: ApplyOutcome): AppliedDraft {
  const { metadata, ...body } = merged;
  return { entries, draft: { ...body, metadata: { ...identity, ...(metadata as Partial<ObjectMeta> | undefined) } } };
}

/** What applying to nothing creates. A uid or resourceVersion speaks of an object that is not there. */
export function applyToNothing(compiled: CompiledDefinition, draft: Draft, manager: Manager): AppliedDraft {
  const { name, namespace, resourceVersion, uid } = draft.metadata;
  const { resource } = compiled.definition;
  if (uid) throw conflict(resource, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
  if (resourceVersion) throw conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again');
  const applied = appliedPart(compiled, draft, manager);
  const outcome = applyConfiguration({ live: {}, entries: [], applied, schema: compiled.schema, manager });
  return draftOf({ name, ...(namespace !== undefined && { namespace }) }, outcome);
}

/** What applying to an object makes of it. Throws Conflict for fields of other managers, unless forced. */
export function applyToObject(compiled: CompiledDefinition, old: UnknownObject, draft: Draft, manager: Manager, force: boolean): AppliedDraft {
  const applied = appliedPart(compiled, draft, manager);
  const live = managedPart(old, scopeOf(compiled, manager.subresource));
  const outcome = applyConfiguration({ live, entries: managedFieldsOf(old.metadata), applied, schema: compiled.schema, manager });
  if (!force) validateNoConflicts(compiled, old.metadata.name, outcome.conflicts);
  const { name, namespace, resourceVersion, uid } = draft.metadata;
  return draftOf({ name, ...(namespace !== undefined && { namespace }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }, outcome);
}
