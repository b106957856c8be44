import { apiVersionOf, objectKey, type Resource, resourceName } from '../../api/resources.ts';
import { failureStatus } from '../../api/status.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeClient, ListOptionsOf } from '../../kube/client.ts';
import { covers, type ListQuery, type Recording, selectObjects } from './recording.ts';

/** Not NotFound: the cluster may well have it. Checks that meet it are skipped. */
function notInArchive(what: string): McsError {
  return new McsError('MCS_NOT_IN_ARCHIVE', `Cannot read ${what}: it is not in the archive, and the cluster itself is not asked`);
}

class ArchiveReader {
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** Throws what the server answered, or MCS_NOT_IN_ARCHIVE where it was not asked. */
  list(resource: Resource<KubeObject>, query: ListQuery): KubeObject[] {
    const { lists = [], objects = new Map<string, KubeObject>() } = this.#recording.collections.get(resourceName(resource)) ?? {};
    const answers = lists.filter((list) => covers(list, query));
    if (answers.some(({ failure }) => failure === undefined)) return selectObjects(objects.values(), query);
    const failure = answers[0]?.failure;
    throw failure === undefined ? notInArchive(`${resourceName(resource)}${query.namespace === undefined ? '' : ` in ${query.namespace}`}`) : new ApiError(failure);
  }

  get(resource: Resource<KubeObject>, name: string, namespace?: string): KubeObject {
    const meta = { name, ...(namespace !== undefined && { namespace }) };
    const { lists = [], objects, misses = [] } = this.#recording.collections.get(resourceName(resource)) ?? {};
    const found = objects?.get(objectKey(meta));
    if (found !== undefined) return found;
    const miss = misses.find((each) => each.name === name && each.namespace === namespace);
    if (miss !== undefined) throw new ApiError(miss.failure);
    const isAbsent = lists.some((list) => list.failure === undefined && covers(list, namespace === undefined ? {} : { namespace }));
    throw isAbsent ? new ApiError(failureStatus('NotFound', `${resourceName(resource)} "${name}" not found`)) : notInArchive(`${resource.kind} ${objectKey(meta)}`);
  }

  /** The answer of that time. */
  path(path: string): unknown {
    const recorded = this.#recording.paths.find((each) => each.path === path);
    if (recorded === undefined) throw notInArchive(`the answer to GET ${path}`);
    if (recorded.failure !== undefined) throw new ApiError(recorded.failure);
    return recorded.response;
  }
}

const later = <T>(read: () => T): Promise<T> => new Promise((resolve) => { resolve(read()); });

/**
 * A client of a cluster as it was: answers from a recording, refusals included. What was not read at
 * the time throws MCS_NOT_IN_ARCHIVE, as does everything that needs the cluster itself.
 */
export function createArchiveClient(recording: Recording): KubeClient {
  const reader = new ArchiveReader(recording);
  const live = (): never => {
    throw notInArchive('what only the cluster itself can tell');
  };
  const client: KubeClient = {
    server: recording.server,
    get: <T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string) => later(() => reader.get(resource, name, namespace) as T),
    find: async (resource, name, namespace) => {
      try {
        return await client.get(resource, name, namespace);
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    },
    list: <T extends KubeObject>(resource: Resource<T>, { transform = (object: T) => object, namespace, labelSelector, fieldSelector }: ListOptionsOf<T> = {}) =>
      later(() => {
        const query = { ...(namespace !== undefined && { namespace }), ...(labelSelector !== undefined && { labelSelector }), ...(fieldSelector !== undefined && { fieldSelector }) };
        const items = (reader.list(resource, query) as T[]).map(transform);
        return { apiVersion: apiVersionOf(resource), kind: `${resource.kind}List`, metadata: { resourceVersion: '' }, items };
      }),
    getPath: <T>(path: string) => later(() => reader.path(path) as T),
    serverTime: () => recording.serverTime,
    canI: () => later(live),
    createToken: () => later(live),
    create: () => later(live),
    update: () => later(live),
    apply: () => later(live),
    patch: () => later(live),
    delete: () => later(live),
    watch: live,
    close: () => undefined,
  };
  return client;
}
