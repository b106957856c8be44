import type { Agent } from 'node:http';
import type { Resource } from '../api/resources.ts';
import type { KubeList, KubeObject, WatchEvent } from '../api/types/index.ts';

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions extends RequestOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects per page; the client follows `continue` by itself. Default 500. */
  readonly pageSize?: number;
  /** `0` lets the server answer from its watch cache. */
  readonly resourceVersion?: string;
}

export interface ListOptionsOf<T extends KubeObject> extends ListOptions {
  /** Makes objects smaller, page by page: a large collection never stands in memory whole as the server has it. */
  readonly transform?: (object: T) => T;
  /** They are dropped else, because few read them and they are large. */
  readonly keepsManagedFields?: boolean;
}

export interface WatchOptions extends RequestOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
  /** Called once the server has accepted the watch, before any event. */
  readonly onOpen?: () => void;
}

export interface WriteOptions extends RequestOptions {
  /** Validated and admitted by the server, but not stored. */
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers; `mcs` does so for objects that carry its tag. */
  readonly force?: boolean;
  readonly subresource?: 'status';
}

export interface PatchOptions extends WriteOptions {
  readonly subresource?: 'status';
}

export type PatchType = 'application/merge-patch+json' | 'application/json-patch+json';

export interface DeleteOptions extends WriteOptions {
  /** Refused with Conflict if the object of that name is another one by now. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** An object to write: name (and namespace) in metadata; apiVersion and kind come from the resource. */
export type Draft<T extends KubeObject> = Omit<T, 'apiVersion' | 'kind'>;

export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface TokenOptions extends RequestOptions {
  readonly expirationSeconds: number;
  readonly audiences?: readonly string[];
  /** The token dies with this Secret. */
  readonly boundSecret?: { readonly name: string; readonly uid: string };
}

export interface IssuedToken {
  readonly token: string;
  /** RFC 3339; the server may have granted less than was asked. */
  readonly expirationTimestamp: string;
}

/**
 * Thin typed client of one API server. Every method throws ApiError for what the server refuses and
 * McsError (MCS_CLUSTER_UNREACHABLE, ...) where no answer came. Nothing is retried here.
 */
export interface KubeClient {
  /** `https://host:port` of the server, for messages. */
  readonly server: string;
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string, options?: RequestOptions): Promise<T>;
  /** Like get, with undefined for NotFound. */
  find<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string, options?: RequestOptions): Promise<T | undefined>;
  /** The whole collection, all pages; metadata.resourceVersion is where a watch may begin. Items come without managedFields. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptionsOf<T>): Promise<KubeList<T>>;
  /**
   * Events until the server or the signal ends the watch; bookmarks are asked for. Objects come
   * without managedFields. ERROR events are thrown as ApiError (410: the version is gone), and a
   * connection that is cut or silent as MCS_CLUSTER_UNREACHABLE.
   */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(resource: Resource<T>, object: Draft<T>, options?: WriteOptions): Promise<T>;
  update<T extends KubeObject>(resource: Resource<T>, object: Draft<T>, options?: WriteOptions): Promise<T>;
  /** Server-side apply. Creates what does not exist: set metadata.uid to refuse that (ruling 11). */
  apply<T extends KubeObject>(resource: Resource<T>, object: Draft<T>, options: ApplyOptions): Promise<T>;
  patch<T extends KubeObject>(resource: Resource<T>, name: string, namespace: string | undefined, type: PatchType, body: unknown, options?: PatchOptions): Promise<T>;
  delete(resource: Resource<KubeObject>, name: string, namespace?: string, options?: DeleteOptions): Promise<void>;
  /** TokenRequest for a ServiceAccount. */
  createToken(serviceAccount: string, namespace: string, options: TokenOptions): Promise<IssuedToken>;
  /** SelfSubjectAccessReview. */
  canI(question: AccessQuestion, options?: RequestOptions): Promise<boolean>;
  /** GET of a path outside the resources (`/version`, `/apis`, `/readyz`), JSON parsed. */
  getPath<T>(path: string, options?: RequestOptions): Promise<T>;
  /**
   * The server's own clock, as the head of its last answer had it: ms since the epoch, to the second.
   * Undefined where it did not say.
   */
  serverTime?(): number | undefined;
  /** Closes idle connections. Open watches end by their signals. */
  close(): void;
}

export interface TlsMaterial {
  /** PEM. Only these authorities are trusted then, not those of the system. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** What a connection needs beyond its address. A changed one is another object. */
export interface ConnectionSettings {
  readonly tls: TlsMaterial;
  /** Agent that connects through a proxy, in place of the client's own. */
  readonly agent?: Agent;
  /** URL of that proxy. */
  readonly proxy?: string;
}

/** How to reach and speak to one API server. */
export interface ClusterAccess {
  /** `https://host:port`, with the base path if there is one. */
  readonly server: string;
  readonly tls: TlsMaterial;
  /** Headers with the current credential; called for each request, so that tokens may change. */
  headers(): Promise<Record<string, string>>;
  /** In place of `tls` where a credential plugin supplies the client certificate, or a proxy is in between. */
  connection?(): Promise<ConnectionSettings>;
  /** The server did not accept the credential: what is cached of it is to be read again. Gives the reason where it is known here. */
  onUnauthorized?(): string | undefined;
}
