import { resources } from '../../api/resources.ts';
import type { Condition, KubeObject } from '../../api/types/index.ts';
import { timestamp } from '../store/metadata.ts';
import { type FieldCause, invalid } from '../status-error.ts';
import type { Crd, CrdNames } from './crd-types.ts';

/** Holds a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

function causesOf({ metadata, spec }: Crd): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const name = `${spec.names.plural}.${spec.group}`;
  if (metadata.name !== name) causes.push({ field: 'metadata.name', message: `Invalid value: "${metadata.name}": must be spec.names.plural+"."+spec.group` });
  if (spec.versions.filter(({ storage }) => storage).length !== 1) {
    causes.push({ field: 'spec.versions', message: 'Invalid value: must have exactly one version marked as storage version' });
  }
  spec.versions.forEach(({ schema }, index) => {
    if (schema?.openAPIV3Schema === undefined) causes.push({ field: `spec.versions[${index}].schema.openAPIV3Schema`, message: 'Required value: schemas are required', reason: 'FieldValueRequired' });
  });
  // conversion webhooks would have to be called: that is for real servers
  if ((spec.conversion?.strategy ?? 'None') !== 'None') causes.push({ field: 'spec.conversion.strategy', message: 'Unsupported value: supported values: "None"', reason: 'FieldValueNotSupported' });
  return causes;
}

function completeNames(names: CrdNames): CrdNames {
  return { ...names, singular: names.singular ?? names.kind.toLowerCase(), listKind: names.listKind ?? `${names.kind}List` };
}

function condition(type: string, reason: string, message: string, since: string): Condition {
  return { type, status: 'True', lastTransitionTime: since, reason, message };
}

function newStatus({ metadata, spec }: Crd): NonNullable<Crd['status']> {
  const since = metadata.creationTimestamp ?? timestamp(0);
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found', since),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted', since),
    ],
    acceptedNames: completeNames(spec.names),
    storedVersions: spec.versions.filter(({ storage }) => storage).map(({ name }) => name),
  };
}

/** Checks a definition, fills in what follows from the rest, and accepts it at once. */
export function completeCrd(object: KubeObject, old: KubeObject | undefined): KubeObject {
  const crd = object as Crd;
  const causes = causesOf(crd);
  if (causes.length > 0) throw invalid(resources.customResourceDefinitions, crd.metadata.name, causes);
  const spec = { ...crd.spec, names: completeNames(crd.spec.names), conversion: crd.spec.conversion ?? { strategy: 'None' } };
  if (old !== undefined) return { ...crd, spec } as Crd;
  const finalizers = [...(crd.metadata.finalizers ?? []), CLEANUP_FINALIZER];
  return { ...crd, metadata: { ...crd.metadata, finalizers }, spec, status: newStatus(crd) } as Crd;
}
