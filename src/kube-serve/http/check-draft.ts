import { apiVersionOf } from '../../api/resources.ts';
import type { KubeObject, ObjectMeta } from '../../api/types/index.ts';
import { isRecord, type JsonRecord } from '../json.ts';
import { refusal } from '../status-error.ts';
import type { ResourceContext } from './context.ts';
import { unknownFields } from '../schema/unknown-fields.ts';

/** Stays within what a header may hold. */
const MAX_WARNINGS = 10;

function validateType({ resource }: ResourceContext, { apiVersion, kind }: JsonRecord): void {
  const wanted = apiVersionOf(resource);
  const isSame = (apiVersion === undefined || apiVersion === wanted) && (kind === undefined || kind === resource.kind);
  if (isSame) return;
  throw refusal('BadRequest', `the object provided is unrecognized: ${String(kind)} in version "${String(apiVersion)}" cannot be handled as a ${resource.kind} in version "${wanted}"`);
}

function metadataOf({ attributes, resource }: ResourceContext, given: unknown): ObjectMeta {
  const metadata = isRecord(given) ? given : {};
  const { namespace } = attributes;
  const name = typeof metadata.name === 'string' ? metadata.name : '';
  if (attributes.name !== '' && name !== '' && name !== attributes.name) {
    throw refusal('BadRequest', `the name of the object (${name}) does not match the name on the URL (${attributes.name})`);
  }
  const named = { ...metadata, name: name === '' ? attributes.name : name };
  if (!resource.namespaced) return named;
  if (typeof metadata.namespace === 'string' && metadata.namespace !== '' && metadata.namespace !== namespace) {
    throw refusal('BadRequest', `the namespace of the provided object does not match the namespace sent on the request`);
  }
  return { ...named, namespace };
}

/** What the schema does not know is refused (`fieldValidation=Strict`), warned of, or passed over, as the client wishes. */
function checkFields({ definition, response, url }: ResourceContext, body: JsonRecord): void {
  const wish = url.searchParams.get('fieldValidation') || 'Warn';
  if (definition.prune !== true || definition.schema === undefined || wish === 'Ignore') return;
  const unknown = unknownFields(body, definition.schema).map((field) => `unknown field "${field}"`);
  if (unknown.length === 0) return;
  if (wish === 'Strict') throw refusal('BadRequest', `${definition.resource.kind} in version "${definition.resource.version}" cannot be handled as a ${definition.resource.kind}: strict decoding error: ${unknown.join(', ')}`);
  response.setHeader('warning', unknown.slice(0, MAX_WARNINGS).map((text) => `299 - ${JSON.stringify(text)}`));
}

/** The object in a request's body, if it is of the right kind and place. Throws 400. */
export function checkDraft(context: ResourceContext, body: unknown): KubeObject {
  if (!isRecord(body)) throw refusal('BadRequest', 'the body of the request must be an object');
  validateType(context, body);
  checkFields(context, body);
  return { ...body, apiVersion: apiVersionOf(context.resource), kind: context.resource.kind, metadata: metadataOf(context, body.metadata) };
}
