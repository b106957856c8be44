import { objectKey, resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { importedServiceKey, isBrokerObject, type LocalCaches, reflectedServiceKey, type ServiceKey, sourceServiceKey } from './caches.ts';
import { follow, type Follower } from '../sync/follow.ts';
import { slimImport, slimService, slimSlice } from '../sync/slim-objects.ts';
import type { WorkKind } from './work-keys.ts';

export interface LocalWatchOptions {
  readonly client: KubeClient;
  readonly caches: LocalCaches;
  /** Namespaces whose MCS objects are neither exports nor imports. */
  readonly reserved: readonly string[];
  readonly enqueue: (kind: WorkKind, key: ServiceKey) => void;
  /** Service whose import an object of other people stands in the way of. */
  readonly obstructs: (object: KubeObject) => ServiceKey | undefined;
  /** A Service, or a ServiceExport of that name, has changed. */
  readonly onExportable: (key: ServiceKey) => void;
  /** A namespace has come, gone, or changed. */
  readonly onNamespace: (name: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Informers of the own cluster. Each change becomes the keys of the services that it touches. */
export function createLocalWatch(options: LocalWatchOptions): Follower[] {
  const { client, caches, enqueue, clock, logger } = options;
  const isIgnored = (object: KubeObject): boolean => options.reserved.includes(object.metadata.namespace ?? '') || isBrokerObject(object);
  const common = { clock, logger, isIgnored };
  const enqueueOwn = (kind: WorkKind, key: ServiceKey | undefined): void => {
    if (key !== undefined && (kind !== 'export' || caches.exports.get(key) !== undefined)) enqueue(kind, key);
  };
  const perState = <T extends KubeObject>(route: (object: T) => void) => (current: T, previous?: T): void => {
    route(current);
    if (previous !== undefined && previous !== current) route(previous); // its labels may have named another service
  };
  return [
    follow(client, resources.serviceExports, caches.exports, {
      ...common,
      onNews: ({ metadata }) => {
        enqueue('export', objectKey(metadata));
        options.onExportable(objectKey(metadata));
      },
    }),
    follow(client, resources.services, caches.services, {
      ...common,
      slim: slimService,
      onNews: perState((service) => {
        enqueueOwn('export', objectKey(service.metadata));
        enqueueOwn('import', importedServiceKey(service) ?? options.obstructs(service));
        enqueueOwn('reflect', reflectedServiceKey(service));
        options.onExportable(objectKey(service.metadata));
      }),
    }),
    follow(client, resources.endpointSlices, caches.slices, {
      ...common,
      slim: slimSlice,
      onNews: perState((slice) => {
        enqueueOwn('export', sourceServiceKey(slice));
        enqueueOwn('import', importedServiceKey(slice) ?? options.obstructs(slice));
        enqueueOwn('reflect', reflectedServiceKey(slice));
      }),
    }),
    follow(client, resources.serviceImports, caches.imports, {
      ...common,
      slim: slimImport,
      onNews: ({ metadata }) => {
        enqueue('import', objectKey(metadata));
        enqueueOwn('export', objectKey(metadata));
      },
    }),
    follow(client, resources.namespaces, caches.namespaces, { clock, logger, onNews: ({ metadata }) => options.onNamespace(metadata.name) }),
  ];
}
