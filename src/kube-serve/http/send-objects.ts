import { apiVersionOf } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { stringify } from '../../base/yaml.ts';
import type { PrinterColumn, ResourceDefinition } from '../resource-definition.ts';
import type { ListResult } from '../store.ts';
import { DEFAULT_COLUMNS, renderTable } from '../table/render-table.ts';
import type { ReadContext } from './context.ts';
import { type Encoding, includeObject, negotiate } from './negotiate.ts';
import { sendText } from './respond.ts';

/** Columns of a kind in one of its versions. */
export function columnsOf(definition: ResourceDefinition, version: string): readonly PrinterColumn[] {
  return definition.versions?.find(({ name }) => name === version)?.columns ?? definition.columns ?? DEFAULT_COLUMNS;
}

function tableOptions({ definition, resource, services, url }: ReadContext, metadata: Record<string, unknown>): Parameters<typeof renderTable>[1] {
  return {
    columns: columnsOf(definition, resource.version),
    include: includeObject(url.searchParams.get('includeObject')),
    now: services.clock.now(),
    metadata,
  };
}

/** Characters of JSON that are written anew as YAML: that takes some ms for a thousand, and everybody else waits for it. */
const MAX_WRITTEN_ANEW = 32 * 1024;

/** YAML is for people: only JSON is kept ready. What nobody will read stays as it is, for JSON is YAML too. */
function sendDocument({ response }: ReadContext, code: number, encoding: Encoding, json: string): void {
  if (encoding === 'json') sendText(response, code, json);
  else sendText(response, code, json.length > MAX_WRITTEN_ANEW ? json : stringify(JSON.parse(json)), 'application/yaml');
}

/** Answers with one object, in the form that the client accepts. */
export function sendObject(context: ReadContext, code: number, object: KubeObject): void {
  const { request, services } = context;
  const { encoding, representation } = negotiate(request.headers.accept);
  if (representation === 'table') sendDocument(context, code, encoding, JSON.stringify(renderTable([object], tableOptions(context, { resourceVersion: object.metadata.resourceVersion }))));
  else sendDocument(context, code, encoding, representation === 'metadata' ? services.serialiser.metadataText(object) : services.serialiser.text(object));
}

/** Real servers send items of built-in kinds without apiVersion and kind, so clients must not count on them. */
function itemText({ definition, resource, services }: ReadContext, item: KubeObject): string {
  const text = services.serialiser.text(item);
  const type = `"apiVersion":"${apiVersionOf(resource)}","kind":"${resource.kind}",`;
  return definition.prune !== true && text.startsWith(type, 1) ? `{${text.slice(type.length + 1)}` : text;
}

/** Answers with a list, in the form that the client accepts. */
export function sendList(context: ReadContext, list: ListResult<KubeObject>): void {
  const { definition, request, resource, services } = context;
  const { items, ...metadata } = list;
  const { encoding, representation } = negotiate(request.headers.accept);
  if (representation === 'table') {
    sendDocument(context, 200, encoding, JSON.stringify(renderTable(items, tableOptions(context, metadata))));
    return;
  }
  const isPartial = representation === 'metadata';
  const kind = isPartial ? 'PartialObjectMetadataList' : (definition.listKind ?? `${resource.kind}List`);
  const apiVersion = isPartial ? 'meta.k8s.io/v1' : apiVersionOf(resource);
  const texts = items.map((item) => (isPartial ? services.serialiser.metadataText(item) : itemText(context, item)));
  const head = JSON.stringify({ kind, apiVersion, metadata });
  sendDocument(context, 200, encoding, `${head.slice(0, -1)},"items":[${texts.join(',')}]}`);
}
