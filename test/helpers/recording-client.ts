import { McsError } from '../../src/base/errors.ts';
import type { KubeClient, RequestOptions, WatchOptions } from '../../src/kube/client.ts';

/** The way of one part to one API server, which can be watched and cut. */
export interface RecordedLink {
  readonly client: KubeClient;
  /** Every write that was tried: `create services web`; no Leases, Events and tokens. */
  readonly writes: string[];
  readonly isCut: boolean;
  /** Fails requests and ends watches until it is mended. */
  cut(): void;
  mend(): void;
}

type Method = (...args: never[]) => Promise<unknown>;

const VERBS: Readonly<Record<string, string>> = { create: 'create', update: 'update', apply: 'apply', patch: 'patch', delete: 'delete' };
const UNCOUNTED = new Set(['leases', 'events']);

/** What a write is about: some methods take the object, others its name. */
function describe(verb: string, [resource, subject, options]: readonly unknown[]): string | undefined {
  const { plural } = resource as { plural: string };
  if (UNCOUNTED.has(plural)) return undefined;
  const name = typeof subject === 'string' ? subject : (subject as { metadata: { name: string } }).metadata.name;
  const subresource = verb === 'apply' ? (options as { subresource?: string } | undefined)?.subresource : undefined;
  return `${verb} ${plural}${subresource === undefined ? '' : `/${subresource}`} ${name}`;
}

class Link implements RecordedLink {
  readonly writes: string[] = [];
  readonly client: KubeClient;
  #outage: AbortController | undefined;
  #running = new AbortController();

  constructor(target: KubeClient) {
    this.client = new Proxy(target, { get: (_target, property) => this.#method(target, property) });
  }

  get isCut(): boolean {
    return this.#outage !== undefined;
  }

  cut(): void {
    this.#outage ??= this.#running;
    this.#running.abort(this.#failure());
  }

  mend(): void {
    this.#running = new AbortController();
    this.#outage = undefined;
  }

  #failure(): McsError {
    return new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach the API server: the link is cut');
  }

  #method(target: KubeClient, property: string | symbol): unknown {
    const method = (target as unknown as Record<string | symbol, unknown>)[property];
    if (typeof method !== 'function') return method;
    if (property === 'watch') return (resource: never, options: WatchOptions) => this.#watch(target, resource, options);
    if (property === 'close') return () => target.close();
    return async (...args: unknown[]): Promise<unknown> => {
      if (this.isCut) throw this.#failure();
      const written = VERBS[String(property)] === undefined ? undefined : describe(String(property), args);
      if (written !== undefined) this.writes.push(written);
      return (method as Method).apply(target, args as never[]);
    };
  }

  async *#watch(target: KubeClient, resource: never, options: WatchOptions & RequestOptions): AsyncGenerator {
    if (this.isCut) throw this.#failure();
    const { signal: cut } = this.#running;
    const signal = options.signal === undefined ? cut : AbortSignal.any([options.signal, cut]);
    yield* target.watch(resource, { ...options, signal });
    if (cut.aborted) throw this.#failure();
  }
}

export function recordLink(target: KubeClient): RecordedLink {
  return new Link(target);
}
