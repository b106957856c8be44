import { type Resource, resources } from '../api/resources.ts';
import type { Condition, KubeObject, ServiceExport, ServiceImport } from '../api/types/index.ts';
import { isConflict, isNotFound } from '../kube/api-error.ts';
import type { Draft, KubeClient } from '../kube/client.ts';
import { agreesWith } from '../sync/agrees-with.ts';
import type { ObjectCache } from '../sync/object-cache.ts';
import { sameConditions, stampConditions, type WantedCondition } from '../api/conditions.ts';
import { EXPORT_CONDITION_TYPES } from './export-conditions.ts';
import { IMPORT_CONDITION_TYPES } from './import-conditions.ts';
import { FIELD_MANAGER } from './settings.ts';
import type { WantedImportStatus } from './statuses.ts';

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly now: () => number;
}

/** Writes statuses, and nothing where nothing has changed. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  async writeExport(object: ServiceExport, wanted: readonly WantedCondition[], store: ObjectCache<ServiceExport, string>, signal: AbortSignal): Promise<void> {
    const conditions = stampConditions(wanted, object.status?.conditions, this.#options.now);
    if (sameConditions(conditions, object.status?.conditions, EXPORT_CONDITION_TYPES)) return;
    await this.#apply(resources.serviceExports, object, { conditions }, store, signal);
  }

  async writeImport(
    object: ServiceImport,
    wanted: WantedImportStatus,
    store: ObjectCache<ServiceImport>,
    signal: AbortSignal,
  ): Promise<void> {
    const standing = object.status;
    const conditions = stampConditions(wanted.conditions, standing?.conditions, this.#options.now);
    const clusters = wanted.clusters.toSorted().map((cluster) => ({ cluster }));
    const { endpointSliceObjects } = wanted;
    const status = { clusters, conditions, endpointSliceObjects };
    // CRDs of other installers may know no endpointSliceObjects and prune it
    const isSameSlices = standing?.endpointSliceObjects === undefined || standing.endpointSliceObjects === endpointSliceObjects;
    if (isSameSlices && sameConditions(conditions, standing?.conditions, IMPORT_CONDITION_TYPES) && agreesWith(clusters, standing?.clusters)) return;
    await this.#apply(resources.serviceImports, object, status, store, signal);
  }

  /** Server-side apply: conditions of other writers stay, own ones that are left out go. */
  async #apply<T extends KubeObject>(resource: Resource<T>, object: T, status: { conditions: Condition[] }, store: ObjectCache<T, string>, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid, resourceVersion } = object.metadata;
    // only what was looked at: of a change in between, the answer would be all that this process ever heard
    const metadata = { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    const options = { fieldManager: FIELD_MANAGER, force: true, subresource: 'status', signal } as const;
    try {
      store.wrote(await this.#options.client.apply(resource, { metadata, status } as unknown as Draft<T>, options));
    } catch (error) {
      // changed, deleted, or made anew, meanwhile: the event of that brings the key back
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
}
