import { LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { EndpointSlice, KubeObject, ServiceImport } from '../../api/types/index.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { McsError } from '../../base/errors.ts';
import { isTransient } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInformer, type Informer } from '../../kube/informer.ts';
import { CANARY_EYES_PORT, type CanaryNews, type CanaryQuestion } from '../../probe/canary-watch.ts';
import { isCopyOf } from './objects.ts';

/** Resolves with the time at which a collection was first seen to be as wanted. Rejects with the signal's reason. */
function untilSeen<T extends KubeObject>(informer: Informer<T>, isSeen: (objects: readonly T[]) => boolean, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onAbort = (): void => settle(() => reject(signal.reason as Error));
    const check = (): void => {
      if (isSeen(informer.list())) settle(() => resolve(systemClock.monotonic()));
    };
    const unsubscribe = informer.onChange(check);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else check();
  });
}

const hasEndpoints = ({ endpoints }: EndpointSlice): boolean => (endpoints ?? []).length > 0;

/** Copies of the Services of one namespace, as they stand in a namespace of an API server, watched from here. */
export class CopyWatch {
  readonly #imports: Informer<ServiceImport>;
  readonly #slices: Informer<EndpointSlice>;

  private constructor(client: KubeClient, namespace: string, labelSelector?: string) {
    this.#imports = createInformer(client, resources.serviceImports, { namespace, ...(labelSelector !== undefined && { labelSelector }) });
    this.#slices = createInformer(client, resources.endpointSlices, { namespace, labelSelector: labelSelector ?? MCS_SERVICE_NAME });
  }

  /** Of a cluster that imports. */
  static ofImporter(client: KubeClient, namespace: string): CopyWatch {
    return new CopyWatch(client, namespace);
  }

  /** Of the broker, whose namespace is that of all members' copies. */
  static ofBroker(client: KubeClient, brokerNamespace: string, namespace: string): CopyWatch {
    return new CopyWatch(client, brokerNamespace, `${LIGHTHOUSE_SOURCE_NAMESPACE}=${namespace}`);
  }

  /** Resolves when everything is known that stands there already. */
  async start(signal: AbortSignal): Promise<void> {
    for (const informer of [this.#imports, this.#slices]) {
      await informer.start(signal);
      await informer.synced(signal);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#imports.stop(), this.#slices.stop()]);
  }

  /** Until the broker has import and endpoints of a Service. */
  async untilCopied(service: string, signal: AbortSignal): Promise<number> {
    const seen = await Promise.all([
      untilSeen(this.#imports, (objects) => objects.some((object) => isCopyOf(object, service)), signal),
      untilSeen(this.#slices, (objects) => objects.some((object) => isCopyOf(object, service) && hasEndpoints(object)), signal),
    ]);
    return Math.max(...seen);
  }

  /** Until there is an import with an address. */
  untilImported(service: string, signal: AbortSignal): Promise<number> {
    return untilSeen(this.#imports, (objects) => objects.some(({ metadata, spec }) => metadata.name === service && (spec.ips ?? []).length > 0), signal);
  }

  /** Until the endpoints of one exporter are there. */
  untilSliced(service: string, cluster: string, signal: AbortSignal): Promise<number> {
    return untilSeen(this.#slices, (objects) => objects.some((object) => isCopyOf(object, service) && object.metadata.labels?.[MCS_SOURCE_CLUSTER] === cluster && hasEndpoints(object)), signal);
  }
}

/** When a pod saw something, by the clock of this process, ms. */
export interface PodSight {
  answered?: number;
  firstByte?: number;
}

/** One request waits no longer for news, ms: proxies cut silent connections. */
const ASK_AGAIN_MS = 3000;
const RETRY_MS = 200;

/**
 * Asks a pod of ours what it sees, through the API server's proxy. The pod says how long ago that
 * was, so that all times are by one clock: that of this process, and at most the way of an answer late.
 */
export class PodEyes {
  readonly #client: KubeClient;
  readonly #path: string;
  #roundTripMs = Infinity;

  constructor(client: KubeClient, namespace: string, pod: string) {
    this.#client = client;
    this.#path = `/api/v1/namespaces/${namespace}/pods/${pod}:${CANARY_EYES_PORT}/proxy`;
  }

  /** Shortest time of a question and its answer, ms. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** A pod runs before its program listens. Throws MCS_TIMEOUT. */
  async untilOpen(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, limit]);
    try {
      await this.#untilTold(() => this.#client.getPath(`${this.#path}/healthz`, { signal: either }), either);
    } catch (cause) {
      signal.throwIfAborted();
      if (!limit.aborted) throw cause;
      throw new McsError('MCS_TIMEOUT', `Cannot ask the pod at ${this.#client.server}${this.#path} within ${timeoutMs / 1000} s: the API server does not reach it`, { hints: ['mcs diagnose all'], cause });
    }
  }

  /** Has the pod begin to look, before there is anything to see. */
  async begin(id: string, question: CanaryQuestion, signal: AbortSignal): Promise<void> {
    const sent = systemClock.monotonic();
    await this.#ask(id, question, 0, signal);
    this.#roundTripMs = Math.min(this.#roundTripMs, systemClock.monotonic() - sent);
  }

  /** Fills `sight` until all was seen. Rejects with the signal's reason. */
  async follow(id: string, question: CanaryQuestion, sight: PodSight, signal: AbortSignal): Promise<void> {
    for (let isDone = false; !isDone; ) {
      const news = await this.#untilTold(() => this.#ask(id, question, ASK_AGAIN_MS, signal), signal);
      const now = systemClock.monotonic();
      if (news.answeredAgo !== undefined) sight.answered ??= now - news.answeredAgo;
      if (news.firstByteAgo !== undefined) sight.firstByte ??= now - news.firstByteAgo;
      ({ isDone } = news);
    }
  }

  async #untilTold<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        signal.throwIfAborted();
        if (!isTransient(error)) throw error;
        await sleep(systemClock, RETRY_MS, signal);
      }
    }
  }

  #ask(id: string, question: CanaryQuestion, waitMs: number, signal: AbortSignal): Promise<CanaryNews> {
    const query = new URLSearchParams({ id, question: JSON.stringify(question), waitMs: String(waitMs) }).toString();
    return this.#client.getPath(`${this.#path}/watch?${query}`, { signal });
  }
}
