import { objectKey, type Resource, resourcePath, resources } from '../api/resources.ts';
import type { KubeObject, Service } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Backoff } from '../base/retry.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { follow, type Follower } from '../sync/follow.ts';
import type { SourceSettings } from './settings.ts';
import { sliceServiceKey, slimSourceEndpoints, slimSourceExport, slimSourceService, slimSourceSlice, type SourceCaches } from './source-caches.ts';
import { isMirrorable } from './translate/marks.ts';

/** What of the API a source serves. */
export interface SourceApi {
  /** discovery.k8s.io/v1; where it is missing, core/v1 Endpoints are read. */
  readonly slices: boolean;
  /** multicluster.x-k8s.io; asked for only where ServiceExports decide. */
  readonly exports: boolean;
}

/** Asks a source what it serves. Throws what it answers, but for NotFound. */
export async function readSourceApi(client: KubeClient, { selection }: SourceSettings, signal: AbortSignal): Promise<SourceApi> {
  const namespace = selection.namespaces?.[0];
  const isServed = async (resource: Resource<KubeObject>): Promise<boolean> => {
    try {
      await client.getPath(`${resourcePath(resource, namespace)}?limit=1`, { signal });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };
  const [slices, exports] = await Promise.all([isServed(resources.endpointSlices), selection.exportedOnly ? isServed(resources.serviceExports) : false]);
  return { slices, exports };
}

/** A source that was away for long is back soon after it answers again. */
const BACKOFF: Backoff = { baseMs: 100, capMs: 3_000 };

export interface SourceFollowersOptions {
  readonly client: KubeClient;
  readonly settings: SourceSettings;
  readonly api: SourceApi;
  readonly caches: SourceCaches;
  /** A Service has come, changed or gone; `previous` is what it was before. */
  readonly onService: (service: Service, previous?: Service) => void;
  /** Something that belongs to the Service with this `namespace/name` has changed. */
  readonly onPart: (service: string) => void;
  readonly onState: () => void;
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Informers of everything that mirrors need of a source, in its namespaces only. The selector is asked for Services alone: hand-made slices need no labels. */
export function createSourceFollowers(options: SourceFollowersOptions): Follower[] {
  const { namespaces = [undefined] } = options.settings.selection;
  return namespaces.flatMap((namespace) => followNamespace(options, namespace));
}

function followNamespace(options: SourceFollowersOptions, namespace: string | undefined): Follower[] {
  const { client, settings, api, caches, onService, onPart, onState, onError, clock, logger } = options;
  const { labelSelector, exportedOnly } = settings.selection;
  const isIgnored = (object: KubeObject): boolean => !isMirrorable(object);
  const common = { isIgnored, onState, onError, backoff: BACKOFF, clock, logger, ...(namespace !== undefined && { namespace }) };
  const onNamed = ({ metadata }: KubeObject): void => onPart(objectKey(metadata));
  const services = follow(client, resources.services, caches.services, { ...common, ...(labelSelector !== '' && { labelSelector }), slim: slimSourceService, onNews: onService });
  const backends = api.slices
    ? follow(client, resources.endpointSlices, caches.slices, {
        ...common,
        slim: slimSourceSlice,
        onNews: (slice, previous) => {
          for (const key of new Set([slice, previous].flatMap((each) => (each && sliceServiceKey(each)) ?? []))) onPart(key);
        },
      })
    : follow(client, resources.endpoints, caches.endpoints, { ...common, slim: slimSourceEndpoints, onNews: onNamed });
  const exports = exportedOnly && api.exports ? [follow(client, resources.serviceExports, caches.exports, { ...common, slim: slimSourceExport, onNews: onNamed })] : [];
  return [services, backends, ...exports];
}
