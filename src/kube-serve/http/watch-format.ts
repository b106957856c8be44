import { apiVersionOf, type Resource } from '../../api/resources.ts';
import type { KubeObject, Status } from '../../api/types/index.ts';
import type { StoreEvent } from '../store.ts';
import { renderTable } from '../table/render-table.ts';
import type { ReadContext } from './context.ts';
import { includeObject, negotiate } from './negotiate.ts';
import { statusBody } from './respond.ts';
import { columnsOf } from './send-objects.ts';
import { watchLine } from './serialise.ts';

/** The lines of one watch. */
export interface WatchFormat {
  event(event: StoreEvent): string;
  bookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): string;
}

/** The line that ends a watch with an error. */
export function errorLine(status: Status): string {
  return `${JSON.stringify({ type: 'ERROR', object: statusBody(status) })}\n`;
}

/** Real servers send a creationTimestamp of null, which some clients expect to find. */
function bookmarkObject(resource: Resource<KubeObject>, resourceVersion: string, annotations?: Readonly<Record<string, string>>): object {
  return { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata: { resourceVersion, creationTimestamp: null, ...(annotations && { annotations }) } };
}

function tableFormat({ definition, resource, services, url }: ReadContext): WatchFormat {
  const columns = columnsOf(definition, resource.version);
  const include = includeObject(url.searchParams.get('includeObject'));
  let isFirst = true;
  return {
    event: ({ object, resourceVersion, type }) => {
      const withDefinitions = isFirst;
      isFirst = false;
      const table = renderTable([object], { columns, include, now: services.clock.now(), metadata: { resourceVersion: String(resourceVersion) }, withDefinitions });
      return watchLine(type, JSON.stringify(table));
    },
    bookmark: (resourceVersion) => watchLine('BOOKMARK', JSON.stringify(renderTable([], { columns, include, now: 0, metadata: { resourceVersion }, withDefinitions: false }))),
  };
}

/** Writes events in the form that the client accepts. Objects become JSON once for all watches; Tables, which people read, once for each. */
export function watchFormat(context: ReadContext): WatchFormat {
  const { request, resource, services } = context;
  const { representation } = negotiate(request.headers.accept, ['json']);
  if (representation === 'table') return tableFormat(context);
  return {
    event: ({ object, type }) => (representation === 'metadata' ? services.serialiser.metadataLine(type, object) : services.serialiser.line(type, object)),
    bookmark: (resourceVersion, annotations) => watchLine('BOOKMARK', JSON.stringify(bookmarkObject(resource, resourceVersion, annotations))),
  };
}
