import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { KubeObject, Status } from '../../src/api/types/index.ts';
import { ApiError } from '../../src/kube/api-error.ts';
import type { ClusterAccess } from '../../src/kube/client.ts';
import { FakeApiStore, inCollection, refuse, type StoreEvent } from './fake-api-store.ts';
import { createTestAuthority, type IssueOptions, type TestAuthority } from './test-certificates.ts';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  /** Client's port: tells which requests shared a connection. */
  readonly connection: number | undefined;
}

export type RequestKind = 'list' | 'watch' | 'get' | 'write';

/** Answers in place of the store. Returning false leaves the request to the store. */
export type Fault = (request: FakeRequest, response: ServerResponse) => boolean | void;

interface Watch {
  readonly collection: string;
  readonly request: FakeRequest;
  readonly response: ServerResponse;
}

export interface FakeApiOptions {
  readonly authority?: TestAuthority;
  readonly certificate?: IssueOptions;
  readonly plain?: boolean;
}

function kindOf({ method, path, query }: FakeRequest): RequestKind {
  if (method !== 'GET') return 'write';
  if (query.get('watch') === 'true') return 'watch';
  return /\/(configmaps|leases|events|secrets)$/.test(path) ? 'list' : 'get';
}

function send(response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Ready-made faults. */
export const faults = {
  status: (status: Status, headers: Record<string, string> = {}): Fault => (_request, response) => send(response, status.code, status, headers),
  text: (code: number, body: string, headers: Record<string, string> = {}): Fault => (_request, response) => void response.writeHead(code, headers).end(body),
  /** Takes the request and never answers. */
  silence: (): Fault => () => true,
  /** Cuts the connection before the answer. */
  reset: (): Fault => (_request, response) => void response.socket?.destroy(),
};

/** A scriptable API server on loopback that misbehaves on request and counts its connections. */
export class FakeApi {
  readonly store = new FakeApiStore((event) => this.#publish(event));
  readonly requests: FakeRequest[] = [];
  /** Versions before this one are gone (410). */
  oldestVersion = 0;
  readonly authority: TestAuthority;
  readonly #server: Server;
  readonly #plain: boolean;
  readonly #sockets = new Set<Socket>();
  readonly #watches = new Set<Watch>();
  readonly #faults: { kind: RequestKind; fault: Fault; times: number }[] = [];

  constructor({ authority = createTestAuthority(), certificate, plain = false }: FakeApiOptions = {}) {
    this.authority = authority;
    this.#plain = plain;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => void this.#handle(request, response);
    this.#server = plain ? createServer(onRequest) : createSecureServer(authority.issue(certificate), onRequest);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get server(): string {
    return `${this.#plain ? 'http' : 'https'}://127.0.0.1:${this.port}`;
  }

  get access(): ClusterAccess {
    return { server: this.server, tls: { ca: this.authority.ca }, headers: () => Promise.resolve({ authorization: 'Bearer good' }) };
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  count(kind: RequestKind): number {
    return this.requests.filter((request) => kindOf(request) === kind).length;
  }

  /** The next `times` requests of that kind get the fault. */
  inject(kind: RequestKind, fault: Fault, times = 1): void {
    this.#faults.push({ kind, fault, times });
  }

  /** Faults that have not been used up. */
  get pendingFaults(): number {
    return this.#faults.length;
  }

  heal(): void {
    this.#faults.length = 0;
  }

  put(path: string, object: Omit<KubeObject, 'apiVersion' | 'kind'> & Record<string, unknown>): KubeObject {
    return this.store.set(path, { apiVersion: 'v1', kind: 'ConfigMap', ...object });
  }

  /** Ends every watch: cleanly, by a reset, or in the middle of a line. */
  dropWatches(how: 'end' | 'reset' | 'mid-line'): void {
    for (const watch of [...this.#watches]) {
      this.#watches.delete(watch); // events that come while it closes are lost
      const { response } = watch;
      if (how === 'end') response.end();
      else if (how === 'reset') response.socket?.destroy();
      else response.write('{"type":"ADDED","object":{"metadata":{"na', () => response.socket?.destroy());
    }
  }

  /** Sends a raw event to every watch. */
  sendToWatches(event: unknown): void {
    for (const { response } of this.#watches) response.write(`${JSON.stringify(event)}\n`);
  }

  bookmark(version: number = this.store.version): void {
    this.sendToWatches({ type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '', resourceVersion: String(version) } } });
  }

  /** Versions up to now are forgotten, as after etcd's compaction. */
  compact(): void {
    this.store.version += 10;
    this.oldestVersion = this.store.version;
  }

  closeConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.closeConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://fake');
    const raw = await text(incoming);
    const body: unknown = raw === '' ? undefined : JSON.parse(raw);
    const request: FakeRequest = { method: incoming.method ?? '', path: url.pathname, query: url.searchParams, headers: incoming.headers, body, connection: incoming.socket.remotePort };
    this.requests.push(request);
    if (this.#applyFault(request, response)) return;
    try {
      this.#answer(request, response);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      send(response, error.code, error.status);
    }
  }

  #applyFault(request: FakeRequest, response: ServerResponse): boolean {
    const index = this.#faults.findIndex(({ kind }) => kind === kindOf(request));
    const found = this.#faults[index];
    if (found === undefined) return false;
    found.times -= 1;
    if (found.times <= 0) this.#faults.splice(index, 1);
    return found.fault(request, response) !== false;
  }

  #answer(request: FakeRequest, response: ServerResponse): void {
    const { method, path, body, headers } = request;
    const kind = kindOf(request);
    if (kind === 'watch') return this.#openWatch(request, response);
    if (kind === 'list') return this.#list(request, response);
    if (kind === 'get') return send(response, 200, this.store.get(path));
    if (method === 'POST') {
      const object = body as KubeObject;
      return send(response, 201, this.store.create(`${path}/${object.metadata.name}`, object));
    }
    if (method === 'PUT') return send(response, 200, this.store.replace(path, body as KubeObject));
    if (method === 'PATCH') return send(response, 200, this.store.patch(path, headers['content-type'] ?? '', body));
    this.store.delete(path, (body as { preconditions?: { uid?: string } } | undefined)?.preconditions);
    send(response, 200, { apiVersion: 'v1', kind: 'Status', status: 'Success' });
  }

  #list({ path, query }: FakeRequest, response: ServerResponse): void {
    const all = this.store.list(path, query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '');
    const limit = Number(query.get('limit') ?? 0) || all.length;
    const start = Number(query.get('continue') ?? 0);
    const end = start + limit;
    const metadata = { resourceVersion: String(this.store.version), ...(end < all.length && { continue: String(end) }) };
    // like a real server, without apiVersion and kind of items
    const items = all.slice(start, end).map(({ apiVersion: _apiVersion, kind: _kind, ...item }) => item);
    send(response, 200, { apiVersion: 'v1', kind: 'ConfigMapList', metadata, items });
  }

  #openWatch(request: FakeRequest, response: ServerResponse): void {
    const since = Number(request.query.get('resourceVersion'));
    if (since < this.oldestVersion) refuse('Expired', `too old resource version: ${since}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch = { collection: request.path, request, response };
    this.#watches.add(watch);
    response.once('close', () => this.#watches.delete(watch));
    for (const event of this.store.events) if (event.version > since) this.#sendTo(watch, event);
  }

  #publish(event: StoreEvent): void {
    for (const watch of this.#watches) this.#sendTo(watch, event);
  }

  #sendTo({ collection, request, response }: Watch, { type, path, object }: StoreEvent): void {
    const name = /^metadata\.name=(.*)$/.exec(request.query.get('fieldSelector') ?? '')?.[1];
    if (!inCollection(path, collection) || (name !== undefined && object.metadata.name !== name)) return;
    response.write(`${JSON.stringify({ type, object })}\n`);
  }
}

export function startFakeApi(options: FakeApiOptions = {}): Promise<FakeApi> {
  return new FakeApi(options).listen();
}
