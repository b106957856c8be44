import type { ObjectMeta, UnknownObject } from '../../api/types/index.ts';
import { applyConfiguration, type ApplyOutcome, type FieldConflict } from '../apply/apply-configuration.ts';
import { type ManagedFieldsEntry, type Manager, managedFieldsOf } from '../apply/managed-fields.ts';
import { managedPart } from '../apply/managed-part.ts';
import type { JsonRecord } from '../json.ts';
import { conflict, refusal } from '../status-error.ts';
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

function nameOf({ apiVersion, manager, operation, subresource }: ManagedFieldsEntry): string {
  return `"${manager}"${subresource ? ` with subresource "${subresource}"` : ''}${operation === 'Apply' ? '' : ` using ${apiVersion}`}`;
}

function describe(manager: string, fields: readonly string[]): string {
  return fields.length === 1 ? `conflict with ${manager}: ${fields.join('')}` : `conflicts with ${manager}:\n${fields.map((field) => `- ${field}`).join('\n')}`;
}

/** Worded as Kubernetes does it: kubectl shows the message as it stands. */
function validateNoConflicts(conflicts: readonly FieldConflict[]): void {
  if (conflicts.length === 0) return;
  const sorted = conflicts.map(({ field, manager }) => ({ field, manager: nameOf(manager) })).sort((left, right) => (left.field < right.field ? -1 : 1));
  const list = [...Map.groupBy(sorted, ({ manager }) => manager)].map(([manager, fields]) => describe(manager, fields.map(({ field }) => field)));
  const causes = sorted.map(({ field, manager }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field }));
  throw refusal('Conflict', `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${list.join('\n')}`, { causes });
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
  if (!force) validateNoConflicts(outcome.conflicts);
  const { name, namespace, resourceVersion, uid } = draft.metadata;
  return draftOf({ name, ...(namespace !== undefined && { namespace }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }, outcome);
}
