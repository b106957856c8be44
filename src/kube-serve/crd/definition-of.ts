import type { PrinterColumn, ResourceDefinition, ScaleDefinition, ServedVersion } from '../resource-definition.ts';
import { AGE_COLUMN, NAME_COLUMN } from '../table/render-table.ts';
import type { Crd, CrdVersion } from './crd-types.ts';

const COLUMN_TYPES = ['string', 'integer', 'number', 'boolean', 'date'] as const;

function columnsOf({ additionalPrinterColumns = [] }: CrdVersion): readonly PrinterColumn[] {
  if (additionalPrinterColumns.length === 0) return [NAME_COLUMN, AGE_COLUMN];
  return [
    NAME_COLUMN,
    ...additionalPrinterColumns.map(({ type, ...column }): PrinterColumn => ({ ...column, type: COLUMN_TYPES.find((each) => each === type) ?? 'string' })),
  ];
}

function keysOf(jsonPath: string): string[] {
  return jsonPath.split('.').filter((key) => key !== '');
}

function scaleOf({ subresources }: CrdVersion): ScaleDefinition | undefined {
  const { scale } = subresources ?? {};
  if (scale === undefined) return undefined;
  const { labelSelectorPath, specReplicasPath, statusReplicasPath } = scale;
  return { specReplicas: keysOf(specReplicasPath), statusReplicas: keysOf(statusReplicasPath), ...(labelSelectorPath && { selector: keysOf(labelSelectorPath) }) };
}

function servedVersion(version: CrdVersion): ServedVersion {
  const schema = version.schema?.openAPIV3Schema;
  return { name: version.name, columns: columnsOf(version), ...(schema && { schema }) };
}

/** What a CustomResourceDefinition makes the server serve; undefined where no version of it is served. */
export function definitionOf({ spec }: Crd): ResourceDefinition | undefined {
  const { group, names, scope, versions } = spec;
  const served = versions.filter((version) => version.served);
  const stored = versions.find(({ storage }) => storage);
  if (stored === undefined || served.length === 0) return undefined;
  const schema = stored.schema?.openAPIV3Schema;
  const scale = scaleOf(stored);
  return {
    resource: { group, version: stored.name, plural: names.plural, kind: names.kind, namespaced: scope === 'Namespaced' },
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    hasStatus: stored.subresources?.status !== undefined,
    hasGeneration: true,
    prune: true,
    versions: served.map(servedVersion),
    columns: columnsOf(stored),
    selectableFields: (stored.selectableFields ?? []).map(({ jsonPath }) => keysOf(jsonPath).join('.')),
    ...(schema && { schema }),
    ...(scale && { scale }),
  };
}
