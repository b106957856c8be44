import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { isRecord, type JsonRecord } from '../json.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { described, text } from '../schema/builders.ts';
import { metadataSchema } from '../schema/metadata.ts';
import type { Schema } from '../schema/schema.ts';
import { pathsOf } from './operations.ts';

interface ServedKind {
  readonly definition: ResourceDefinition;
  readonly resource: Resource<KubeObject>;
  readonly schema: Schema;
}

/** OpenAPI has no word for `x-kubernetes-int-or-string`. */
function toOpenApi(schema: Schema): JsonRecord {
  const { additionalProperties, items, properties, ...rest } = schema;
  return {
    ...rest,
    ...(schema['x-kubernetes-int-or-string'] === true && { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' }),
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([key, member]) => [key, toOpenApi(member)])) }),
    ...(items && { items: toOpenApi(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: isRecord(additionalProperties) ? toOpenApi(additionalProperties) : additionalProperties }),
  };
}

const TYPE_META = {
  apiVersion: described('Versioned schema of this representation of an object', text),
  kind: described('The REST resource that this object represents', text),
};

function rootSchema({ definition, resource, schema }: ServedKind): JsonRecord {
  const { group, kind, version } = resource;
  const properties = { ...schema.properties, ...TYPE_META, metadata: metadataSchema };
  const description = schema.description ?? `${kind} (${definition.resource.plural})`;
  return { ...toOpenApi({ ...schema, type: 'object', description, properties }), 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
}

function kindsOf(definitions: readonly ResourceDefinition[]): readonly ServedKind[] {
  return definitions.flatMap((definition) => {
    const versions = definition.versions ?? [{ name: definition.resource.version }];
    return versions.map(({ name, schema }) => ({ definition, resource: { ...definition.resource, version: name }, schema: schema ?? definition.schema ?? { type: 'object' as const } }));
  });
}

/** Path below `/openapi/v3` of a group and version. */
function documentName({ group, version }: Resource<KubeObject>): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function schemaName({ group, kind, version }: Resource<KubeObject>): string {
  return [...(group === '' ? ['core'] : group.split('.').reverse()), version, kind].join('.');
}

/** `/openapi/v3`: where the documents are. */
export function openApiIndex(definitions: readonly ResourceDefinition[]): object {
  const names = new Set(kindsOf(definitions).map(({ resource }) => documentName(resource)));
  return { paths: Object.fromEntries([...names].map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }])) };
}

/** The document of one group and version (`apis/apps/v1`); undefined where there is none. */
export function openApiDocument(definitions: readonly ResourceDefinition[], name: string, version: string): object | undefined {
  const kinds = kindsOf(definitions).filter(({ resource }) => documentName(resource) === name);
  if (kinds.length === 0) return undefined;
  const reference = (kind: ServedKind): object => ({ $ref: `#/components/schemas/${schemaName(kind.resource)}` });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind.definition, kind.resource, `/${name}`, reference(kind)))) as JsonRecord,
    components: { schemas: Object.fromEntries(kinds.map((kind) => [schemaName(kind.resource), rootSchema(kind)])) },
  };
}
