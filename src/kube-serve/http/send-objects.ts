import { apiVersionOf } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { PrinterColumn, ResourceDefinition } from '../resource-definition.ts';
import type { ListResult } from '../store.ts';
import { DEFAULT_COLUMNS, renderTable } from '../table/render-table.ts';
import type { ResourceContext } from './context.ts';
import { includeObject, negotiate } from './negotiate.ts';
import { sendJson, sendText } from './respond.ts';

/** Columns of a kind in one of its versions. */
export function columnsOf(definition: ResourceDefinition, version: string): readonly PrinterColumn[] {
  return definition.versions?.find(({ name }) => name === version)?.columns ?? definition.columns ?? DEFAULT_COLUMNS;
}

/** meta.k8s.io/v1 PartialObjectMetadata of an object. */
export function partialMetadata({ metadata }: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function tableOptions({ definition, resource, services, url }: ResourceContext, metadata: Record<string, unknown>): Parameters<typeof renderTable>[1] {
  return {
    columns: columnsOf(definition, resource.version),
    include: includeObject(url.searchParams.get('includeObject')),
    now: services.clock.now(),
    metadata,
  };
}

/** Answers with one object, in the form that the client accepts. */
export function sendObject(context: ResourceContext, code: number, object: KubeObject): void {
  const { request, response, services } = context;
  const form = negotiate(request.headers.accept);
  if (form === 'table') sendJson(response, code, renderTable([object], tableOptions(context, { resourceVersion: object.metadata.resourceVersion })));
  else sendText(response, code, services.serialiser.text(form === 'metadata' ? partialMetadata(object) : object));
}

/** Real servers send items of built-in kinds without apiVersion and kind, so clients must not count on them. */
function itemText({ definition, resource, services }: ResourceContext, item: KubeObject): string {
  const text = services.serialiser.text(item);
  const type = `"apiVersion":"${apiVersionOf(resource)}","kind":"${resource.kind}",`;
  return definition.prune !== true && text.startsWith(type, 1) ? `{${text.slice(type.length + 1)}` : text;
}

/** Answers with a list, in the form that the client accepts. */
export function sendList(context: ResourceContext, list: ListResult<KubeObject>): void {
  const { definition, request, resource, response, services } = context;
  const { items, ...metadata } = list;
  const form = negotiate(request.headers.accept);
  if (form === 'table') {
    sendJson(response, 200, renderTable(items, tableOptions(context, metadata)));
    return;
  }
  const isPartial = form === 'metadata';
  const kind = isPartial ? 'PartialObjectMetadataList' : (definition.listKind ?? `${resource.kind}List`);
  const apiVersion = isPartial ? 'meta.k8s.io/v1' : apiVersionOf(resource);
  const texts = items.map((item) => (isPartial ? services.serialiser.text(partialMetadata(item)) : itemText(context, item)));
  const head = JSON.stringify({ kind, apiVersion, metadata });
  sendText(response, 200, `${head.slice(0, -1)},"items":[${texts.join(',')}]}`);
}
