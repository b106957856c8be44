import type { Resource } from '../../api/resources.ts';
import type { KubeList, KubeObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeClient, ListOptionsOf, RequestOptions } from '../../kube/client.ts';
import { addObject, collectionOf, type Recording } from './recording.ts';

/** A check that needs pods of its own is skipped with this reason, here and offline. */
const refuse = (): never => {
  throw new McsError('MCS_NOT_IN_ARCHIVE', 'Cannot write: gather only reads, so what needs pods of its own is not in the archive');
};

/** Notes the answer of the server where it refused; other errors say nothing about the cluster. */
async function noting<T>(request: Promise<T>, note: (error: ApiError) => void): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError) note(error);
    throw error;
  }
}

/** The same client for reading only, which notes every object, answer and refusal in `recording`. */
export function recordingClient(client: KubeClient, recording: Recording): KubeClient {
  recording.server = client.server;

  const get = async <T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string, options?: RequestOptions): Promise<T> => {
    const { misses } = collectionOf(recording, resource);
    const object = await noting(client.get(resource, name, namespace, options), ({ status }) => misses.push({ name, ...(namespace !== undefined && { namespace }), failure: status }));
    addObject(recording, resource, object);
    return object;
  };

  const list = async <T extends KubeObject>(resource: Resource<T>, options: ListOptionsOf<T> = {}): Promise<KubeList<T>> => {
    const { namespace, labelSelector, fieldSelector, transform = (object: T) => object } = options;
    const query = { ...(namespace !== undefined && { namespace }), ...(labelSelector !== undefined && { labelSelector }), ...(fieldSelector !== undefined && { fieldSelector }) };
    const { lists } = collectionOf(recording, resource);
    const noted = (object: T): T => {
      addObject(recording, resource, object);
      return transform(object);
    };
    const found = await noting(client.list(resource, { ...options, transform: noted }), ({ status }) => lists.push({ ...query, failure: status }));
    lists.push(query);
    return found;
  };

  const getPath = async <T>(path: string, options?: RequestOptions): Promise<T> => {
    const response = await noting(client.getPath<T>(path, options), ({ status }) => recording.paths.push({ path, failure: status }));
    recording.paths.push({ path, response });
    return response;
  };

  const serverTime = (): number | undefined => {
    const time = client.serverTime?.();
    if (time !== undefined) recording.serverTime = time;
    return time;
  };

  return {
    server: client.server,
    get,
    find: async (resource, name, namespace, options) => {
      try {
        return await get(resource, name, namespace, options);
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    },
    list,
    getPath,
    serverTime,
    canI: (question, options) => client.canI(question, options),
    watch: (resource, options) => client.watch(resource, options),
    create: refuse,
    update: refuse,
    apply: refuse,
    patch: refuse,
    delete: refuse,
    createToken: refuse,
    close: () => { client.close(); },
  };
}
