import { errorMessage } from '../../base/errors.ts';
import { type Frontend, frontendKey } from './frontends.ts';
import { type Forwarder, listenTcpForward } from './tcp-forward.ts';
import { listenUdpForward } from './udp-forward.ts';

/** Stands in for kube-proxy: listens on ClusterIPs and forwards to endpoints. */
export interface ServiceProxy {
  /** Serves exactly these frontends for a Service; an empty list takes it off. Resolves when they listen. */
  setService(key: string, frontends: readonly Frontend[]): Promise<void>;
  /** Sockets that could not be bound, with the reason. */
  readonly failures: ReadonlyMap<string, string>;
  /** Sockets that listen. */
  readonly listening: number;
  stop(): Promise<void>;
}

export type OnBindFailure = (frontend: string, reason: string) => void;

class LoopbackServiceProxy implements ServiceProxy {
  readonly failures = new Map<string, string>();
  readonly #forwarders = new Map<string, Forwarder>();
  /** Which frontends each Service has; those without a target do not listen. */
  readonly #services = new Map<string, ReadonlySet<string>>();
  /** Forwarders that take no more connections but may still have some open. */
  readonly #retired = new Set<Forwarder>();
  readonly #onFailure: OnBindFailure;
  #stopped = false;

  constructor(onFailure: OnBindFailure) {
    this.#onFailure = onFailure;
  }

  get listening(): number {
    return this.#forwarders.size;
  }

  async setService(key: string, frontends: readonly Frontend[]): Promise<void> {
    if (this.#stopped) return;
    // without a listener a connection is refused, which is what kube-proxy answers for no endpoint
    const wanted = new Map(frontends.filter(({ targets }) => targets.length > 0).map((each) => [frontendKey(each), each]));
    const before = this.#services.get(key) ?? new Set<string>();
    if (wanted.size === 0) this.#services.delete(key);
    else this.#services.set(key, new Set(wanted.keys()));
    for (const name of before) if (!wanted.has(name)) this.#retire(name);
    await Promise.all([...wanted].map(([name, frontend]) => this.#serve(name, frontend)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const all = [...this.#forwarders.values(), ...this.#retired];
    this.#forwarders.clear();
    this.#services.clear();
    await Promise.all(all.map((forwarder) => forwarder.destroy()));
    this.#retired.clear();
  }

  async #serve(name: string, frontend: Frontend): Promise<void> {
    const standing = this.#forwarders.get(name);
    if (standing !== undefined) {
      standing.setTargets(frontend.targets);
      return;
    }
    try {
      const listen = frontend.protocol === 'TCP' ? listenTcpForward : listenUdpForward;
      const forwarder = await listen(frontend, frontend.targets);
      this.#forwarders.set(name, forwarder);
      this.failures.delete(name);
      if (this.#stopped) await forwarder.destroy();
    } catch (error) {
      this.failures.set(name, errorMessage(error));
      this.#onFailure(name, errorMessage(error));
    }
  }

  #retire(name: string): void {
    this.failures.delete(name);
    const forwarder = this.#forwarders.get(name);
    if (forwarder === undefined) return;
    this.#forwarders.delete(name);
    this.#retired.add(forwarder);
    void forwarder.close().finally(() => this.#retired.delete(forwarder));
  }
}

/** A proxy without Services. Calls for one Service must not overlap; its caller's queue sees to that. */
export function createServiceProxy(onFailure: OnBindFailure = () => undefined): ServiceProxy {
  return new LoopbackServiceProxy(onFailure);
}
