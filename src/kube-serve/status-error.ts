import { resourceName } from '../api/resources.ts';
import { failureStatus, type StatusReason } from '../api/status.ts';
import type { Status } from '../api/types/index.ts';

/** A refusal, with the Status that the client gets. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? `HTTP ${status.code}`);
    this.name = 'StatusError';
    this.status = status;
  }

  get code(): number {
    return this.status.code;
  }
}

/** One field at fault, as in `status.details.causes`. */
export interface FieldCause {
  /** Path as people write it: `spec.ports[0].port`. */
  readonly field: string;
  readonly message: string;
  readonly reason?: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueNotSupported' | 'FieldValueDuplicate' | 'FieldValueForbidden' | 'FieldValueTypeInvalid' | 'FieldManagerConflict' | 'NamespaceTerminating';
}

interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** A StatusError without particulars of an object. */
export function refusal(reason: StatusReason, message: string, details?: Status['details']): StatusError {
  return new StatusError(failureStatus(reason, message, details));
}

/** `pods "x" not found`, `operation cannot be fulfilled`, ...: about one object. `details.kind` is the plural there. */
export function objectRefusal(reason: StatusReason, resource: Named, name: string, message: string, causes?: readonly FieldCause[]): StatusError {
  const details = { ...(name !== '' && { name }), ...(resource.group !== '' && { group: resource.group }), kind: resource.plural };
  return refusal(reason, message, { ...details, ...(causes && { causes: [...causes] }) });
}

export function notFound(resource: Named, name: string): StatusError {
  return objectRefusal('NotFound', resource, name, `${resourceName(resource)} "${name}" not found`);
}

export function alreadyExists(resource: Named, name: string): StatusError {
  return objectRefusal('AlreadyExists', resource, name, `${resourceName(resource)} "${name}" already exists`);
}

export function conflict(resource: Named, name: string, why: string): StatusError {
  return objectRefusal('Conflict', resource, name, `Operation cannot be fulfilled on ${resourceName(resource)} "${name}": ${why}`);
}

export function forbidden(resource: Named, name: string, why: string, causes?: readonly FieldCause[]): StatusError {
  return objectRefusal('Forbidden', resource, name, `${resourceName(resource)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`, causes);
}

/** 422 with one cause per field, in the order of fields; `details.kind` is the Kind there. */
export function invalid({ group, kind }: Named, name: string, causes: readonly FieldCause[]): StatusError {
  const type = group === '' ? kind : `${kind}.${group}`;
  const sorted = [...causes].sort((left, right) => (left.field < right.field ? -1 : 1));
  const list = sorted.map(({ field, message }) => `${field}: ${message}`);
  const text = list.length === 1 ? list[0] : `[${list.join(', ')}]`;
  const details = { ...(name !== '' && { name }), ...(group !== '' && { group }), kind, causes: sorted.map((cause) => ({ reason: 'FieldValueInvalid', ...cause })) };
  return refusal('Invalid', `${type} "${name}" is invalid: ${text ?? ''}`, details);
}
