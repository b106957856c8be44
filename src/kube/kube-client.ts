import { apiVersionOf, type Resource, resourceOfPath, resourcePath } from '../api/resources.ts';
import type { KubeList, KubeObject, WatchEvent } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { isNotFound } from './api-error.ts';
import { readBody } from './api-response.ts';
import type * as c from './client.ts';
import { createHttpTransport, type HttpRequest, type HttpTransport } from './http-transport.ts';
import { listAll } from './list-pages.ts';
import { applyQuery, deleteBody, type Query, toQueryString, writeQuery } from './request-query.ts';
import { watchEvents } from './watch-stream.ts';

export interface KubeClientOptions {
  /** `mcs-<part>/<version>`, see `userAgentOf`. */
  readonly userAgent?: string;
  /** Objects per list request. Default 500. */
  readonly pageSize?: number;
  /** Limit of one request, its answer included; of a watch only until it is accepted. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** Limit of name resolution, TCP and TLS together. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** A watch without events and bookmarks for so long counts as cut. Default 150 s (bookmarks come each minute). */
  readonly watchIdleMs?: number;
  /** Connections at a time, watches apart. Default 64: one API server rarely gains from more. */
  readonly maxConnections?: number;
  readonly random?: () => number;
  /** Called for each request that is sent, watches apart, with the method and the resource: for metrics. */
  readonly onRequest?: (method: string, resource: string) => void;
  /** Called whenever no answer came or a connection was lost, watches included. */
  readonly onUnreachable?: (error: McsError) => void;
}

/** The User-Agent of a part: `mcs-<part>/<version>`. */
export function userAgentOf(part: string, version: string): string {
  return `mcs-${part}/${version}`;
}

const WATCH_MIN_SECONDS = 300;

/** A watch ends by itself after 5 to 10 minutes, at random, so that reconnects of many clients spread out. */
function watchSeconds(random: () => number): number {
  return Math.round(WATCH_MIN_SECONDS * (1 + random()));
}

type AnyResource = Resource<KubeObject>;

class HttpsKubeClient implements c.KubeClient {
  readonly server: string;
  readonly #http: HttpTransport;
  readonly #pageSize: number;
  readonly #random: () => number;
  readonly #onRequest: KubeClientOptions['onRequest'];
  readonly #onUnreachable: KubeClientOptions['onUnreachable'];
  #serverTime: number | undefined;

  constructor(access: c.ClusterAccess, options: KubeClientOptions) {
    const { userAgent = 'mcs-client', requestTimeoutMs = 30_000, connectTimeoutMs = 10_000, watchIdleMs = 150_000, maxConnections = 64 } = options;
    this.server = access.server;
    this.#http = createHttpTransport(access, { userAgent, requestTimeoutMs, connectTimeoutMs, watchIdleMs, maxConnections });
    this.#pageSize = options.pageSize ?? 500;
    this.#random = options.random ?? Math.random;
    this.#onRequest = options.onRequest;
    this.#onUnreachable = options.onUnreachable;
  }

  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string, options: c.RequestOptions = {}): Promise<T> {
    return this.#askForObject<T>({ method: 'GET', path: resourcePath(resource, namespace, name), ...options });
  }

  async find<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string, options: c.RequestOptions = {}): Promise<T | undefined> {
    try {
      return await this.get(resource, name, namespace, options);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  list<T extends KubeObject>(resource: Resource<T>, options: c.ListOptionsOf<T> = {}): Promise<KubeList<T>> {
    const getPage = (query: Query): Promise<KubeList<T>> =>
      this.#askForObject<KubeList<T>>({
        method: 'GET',
        path: resourcePath(resource, options.namespace) + toQueryString(query),
        ...(options.signal && { signal: options.signal }),
      });
    return listAll(getPage, resource, { pageSize: this.#pageSize, ...options });
  }

  watch<T extends KubeObject>(resource: Resource<T>, options: c.WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { namespace, labelSelector, fieldSelector, resourceVersion } = options;
    const path = (): string =>
      resourcePath(resource, namespace) +
      toQueryString({ watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: watchSeconds(this.#random), resourceVersion, labelSelector, fieldSelector });
    return watchEvents<T>({
      server: this.server,
      open: (signal) => this.#http.stream({ method: 'GET', path: path(), signal }),
      onError: (error) => this.#noteFailure(error),
      ...(options.signal && { signal: options.signal }),
      ...(options.onOpen && { onOpen: options.onOpen }),
    });
  }

  create<T extends KubeObject>(resource: Resource<T>, object: c.Draft<T>, options: c.WriteOptions = {}): Promise<T> {
    return this.#write<T>('POST', resource, object, options, resourcePath(resource, object.metadata.namespace));
  }

  update<T extends KubeObject>(resource: Resource<T>, object: c.Draft<T>, options: c.WriteOptions = {}): Promise<T> {
    return this.#write<T>('PUT', resource, object, options, resourcePath(resource, object.metadata.namespace, object.metadata.name));
  }

  apply<T extends KubeObject>(resource: Resource<T>, object: c.Draft<T>, options: c.ApplyOptions): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.#askForObject<T>({
      method: 'PATCH',
      path: resourcePath(resource, namespace, name, options.subresource) + toQueryString(applyQuery(options)),
      body: withType(resource, object),
      contentType: 'application/apply-patch+yaml', // JSON is YAML
      ...(options.signal && { signal: options.signal }),
    });
  }

  patch<T extends KubeObject>(resource: Resource<T>, name: string, namespace: string | undefined, type: c.PatchType, body: unknown, options: c.PatchOptions = {}): Promise<T> {
    const path = resourcePath(resource, namespace, name, options.subresource) + toQueryString(writeQuery(options));
    return this.#askForObject<T>({ method: 'PATCH', path, body, contentType: type, ...(options.signal && { signal: options.signal }) });
  }

  async delete(resource: AnyResource, name: string, namespace?: string, options: c.DeleteOptions = {}): Promise<void> {
    const path = resourcePath(resource, namespace, name);
    await this.#request({ method: 'DELETE', path, body: deleteBody(options), ...(options.signal && { signal: options.signal }) });
  }

  async createToken(serviceAccount: string, namespace: string, options: c.TokenOptions): Promise<c.IssuedToken> {
    const { boundSecret, audiences, expirationSeconds, signal } = options;
    const boundObjectRef = boundSecret && { apiVersion: 'v1', kind: 'Secret', ...boundSecret };
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds, ...(audiences && { audiences }), ...(boundObjectRef && { boundObjectRef }) },
    };
    const path = resourcePath(SERVICE_ACCOUNTS, namespace, serviceAccount, 'token');
    const { status } = await this.#askForObject<{ status: c.IssuedToken }>({ method: 'POST', path, body, ...(signal && { signal }) });
    return status;
  }

  async canI(question: c.AccessQuestion, options: c.RequestOptions = {}): Promise<boolean> {
    const { verb, group, resource, subresource, namespace, name } = question;
    const resourceAttributes = { verb, group, resource, ...(subresource && { subresource }), ...(namespace && { namespace }), ...(name && { name }) };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const { status } = await this.#askForObject<{ status?: { allowed?: boolean } }>({ method: 'POST', path, body, ...options });
    return status?.allowed === true;
  }

  getPath<T>(path: string, options: c.RequestOptions = {}): Promise<T> {
    return this.#request<T>({ method: 'GET', path, ...options });
  }

  serverTime(): number | undefined {
    return this.#serverTime;
  }

  close(): void {
    this.#http.close();
  }

  #write<T extends KubeObject>(method: 'POST' | 'PUT', resource: Resource<T>, object: c.Draft<T>, options: c.WriteOptions, path: string): Promise<T> {
    const request: HttpRequest = { method, path: path + toQueryString(writeQuery(options)), body: withType(resource, object) };
    return this.#askForObject<T>({ ...request, ...(options.signal && { signal: options.signal }) });
  }

  /** Throws MCS_API_ERROR where a web server of another kind, or the login page of a proxy, answers in its place. */
  async #askForObject<T>(request: HttpRequest): Promise<T> {
    const answer = await this.#request<unknown>(request);
    if (typeof answer === 'object' && answer !== null) return answer as T;
    throw new McsError('MCS_API_ERROR', `Cannot use ${this.server}: what answers there is no API server of Kubernetes`, { hints: [`curl -vk ${this.server}/version`], details: { server: this.server } });
  }

  async #request<T>(request: HttpRequest): Promise<T> {
    this.#onRequest?.(request.method, resourceOfPath(request.path));
    try {
      return await this.#ask<T>(request);
    } catch (error) {
      this.#noteFailure(error);
      throw error;
    }
  }

  #noteFailure(error: unknown): void {
    if (error instanceof McsError && error.code === 'MCS_CLUSTER_UNREACHABLE') this.#onUnreachable?.(error);
  }

  async #ask<T>(request: HttpRequest): Promise<T> {
    const exchange = await this.#http.send(request);
    const time = Date.parse(exchange.response.headers.date ?? '');
    this.#serverTime = Number.isNaN(time) ? undefined : time;
    try {
      return (await readBody(exchange, this.server)) as T;
    } finally {
      exchange.end();
    }
  }
}

const SERVICE_ACCOUNTS: AnyResource = { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true };

function withType<T extends KubeObject>(resource: Resource<T>, object: c.Draft<T>): c.Draft<T> & { apiVersion: string; kind: string } {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

/** A client of one API server over HTTP/1.1 with kept connections. See KubeClient for what it throws. */
export function createKubeClient(access: c.ClusterAccess, options: KubeClientOptions = {}): c.KubeClient {
  return new HttpsKubeClient(access, options);
}
