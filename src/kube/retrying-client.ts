import { type Clock, systemClock } from '../base/clock.ts';
import { type Backoff, retry } from '../base/retry.ts';
import { ApiError, isTransient } from './api-error.ts';
import type { KubeClient, RequestOptions } from './client.ts';

const BACKOFF: Backoff = { baseMs: 200, capMs: 2_000 };
const ATTEMPTS = 6;
/** However long a server asks to wait, a person at a terminal does not. */
const MAX_RETRY_AFTER_MS = 5_000;

function retryAfter(error: unknown): number | undefined {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  return asked === undefined ? undefined : Math.min(asked, MAX_RETRY_AFTER_MS);
}

/**
 * The same client, which asks again where the server answers 429 or 5xx, as it does for a moment
 * after a CRD was made. A connection that fails is not tried again: it is to be reported at once.
 * For callers whose writes may be repeated.
 */
export function retryingClient(client: KubeClient, clock: Clock = systemClock): KubeClient {
  const again = <T>(operation: () => Promise<T>, { signal }: RequestOptions = {}): Promise<T> =>
    retry(operation, {
      backoff: BACKOFF,
      attempts: ATTEMPTS,
      clock,
      isTransient: (error) => error instanceof ApiError && isTransient(error),
      delayOf: retryAfter,
      ...(signal && { signal }),
    });
  return {
    server: client.server,
    get: (resource, name, namespace, options) => again(() => client.get(resource, name, namespace, options), options),
    find: (resource, name, namespace, options) => again(() => client.find(resource, name, namespace, options), options),
    list: (resource, options) => again(() => client.list(resource, options), options),
    watch: (resource, options) => client.watch(resource, options),
    create: (resource, object, options) => again(() => client.create(resource, object, options), options),
    update: (resource, object, options) => again(() => client.update(resource, object, options), options),
    apply: (resource, object, options) => again(() => client.apply(resource, object, options), options),
    patch: (resource, name, namespace, type, body, options) => again(() => client.patch(resource, name, namespace, type, body, options), options),
    delete: (resource, name, namespace, options) => again(() => client.delete(resource, name, namespace, options), options),
    createToken: (serviceAccount, namespace, options) => again(() => client.createToken(serviceAccount, namespace, options), options),
    canI: (question, options) => again(() => client.canI(question, options), options),
    getPath: (path, options) => again(() => client.getPath(path, options), options),
    close: () => client.close(),
  };
}
