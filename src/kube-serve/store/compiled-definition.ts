import { apiVersionOf } from '../../api/resources.ts';
import { isRecord, type JsonRecord } from '../json.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { metadataSchema } from '../schema/metadata.ts';
import { normalise } from '../schema/normalise.ts';
import type { Schema } from '../schema/schema.ts';
import { createValidator, type Validator } from '../schema/validate.ts';

const OPEN: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A definition with what is worked out of it once. */
export class CompiledDefinition {
  readonly definition: ResourceDefinition;
  /** Of the whole object, metadata included. */
  readonly schema: Schema;
  readonly apiVersion: string;
  readonly validate: Validator;

  constructor(definition: ResourceDefinition) {
    const { resource, schema = OPEN } = definition;
    this.definition = definition;
    this.schema = { ...schema, properties: { ...schema.properties, metadata: metadataSchema } };
    this.apiVersion = apiVersionOf(resource);
    this.validate = createValidator(schema);
  }

  /** The members of an object besides type and metadata, copied, pruned, and with defaults if wanted. */
  normaliseBody(object: object, { defaults }: { readonly defaults: boolean }): JsonRecord {
    const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...body } = object as JsonRecord;
    const normal = normalise(body, this.schema, { prune: this.definition.prune === true, defaults });
    return isRecord(normal) ? normal : {};
  }
}
