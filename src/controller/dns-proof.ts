import { objectKey } from '../api/resources.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { AskTxt, NameServer } from '../cluster-dns/ask-name-server.ts';
import type { DnsObjects } from '../cluster-dns/dns-objects.ts';
import { listDnsPods, refreshPods } from '../cluster-dns/dns-pods.ts';
import type { WiringPlan } from '../cluster-dns/plan-wiring.ts';
import type { LoadedServer } from '../cluster-dns/wiring-status.ts';
import type { KubeClient } from '../kube/client.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface DnsProofOptions {
  readonly client: KubeClient;
  readonly askTxt: AskTxt;
  readonly resolvers: () => readonly string[];
  readonly clock: Clock;
  /** Asked for, type TXT: only our name server answers it. */
  readonly name: string;
}

export interface Proof {
  readonly servers: readonly LoadedServer[];
  /** Since the last write, or since the first look. */
  readonly elapsedMs: number;
  /** From the last write until all had loaded it; undefined where this process did not see both. */
  readonly loadedAfterMs: number | undefined;
}

interface Asked extends NameServer {
  readonly name: string;
}

/** Whether the servers of the cluster's own DNS have loaded what was written. */
export class DnsProof {
  readonly #options: DnsProofOptions;
  #since: number;
  #hasWritten = false;
  #loadedAfterMs: number | undefined;

  constructor(options: DnsProofOptions) {
    this.#options = options;
    this.#since = options.clock.monotonic();
  }

  /** Something was written just now. */
  begin(): void {
    this.#since = this.#options.clock.monotonic();
    this.#hasWritten = true;
    this.#loadedAfterMs = undefined;
  }

  /** What another process measured. */
  remember(loadedAfterMs: number | undefined): void {
    if (!this.#hasWritten) this.#loadedAfterMs ??= loadedAfterMs;
  }

  async ask({ detected, places }: WiringPlan, objects: DnsObjects, signal: AbortSignal): Promise<Proof> {
    const { client, clock, resolvers } = this.#options;
    // OpenShift keeps its pods in a namespace of its own, where we have no rights: its Service is asked
    const pods = detected.kind === 'openshift' ? { servers: [], caches: [] } : await listDnsPods(client, signal);
    const direct = pods.servers.map(({ metadata: { name }, status }) => ({ name, address: status?.podIP ?? '', port: detected.port }));
    const hasCache = detected.localCache !== undefined;
    const shared = hasCache || detected.kind === 'openshift' ? resolvers().slice(0, 1).map((address) => ({ name: address, address, port: 53 })) : [];
    const servers = await Promise.all([...direct.filter(({ address }) => address !== ''), ...shared].map((server) => this.#askOne(server, signal)));
    const elapsedMs = clock.monotonic() - this.#since;
    const isLoaded = servers.length > 0 && servers.every((server) => server.isLoaded);
    if (isLoaded && this.#hasWritten) this.#loadedAfterMs ??= Math.round(elapsedMs);
    if (!isLoaded && places.length > 0) {
      const options = { fieldManager: FIELD_MANAGER, signal };
      await refreshPods(client, [...pods.servers, ...pods.caches], versionsOf(objects), options);
    }
    return { servers, elapsedMs, loadedAfterMs: this.#loadedAfterMs };
  }

  async #askOne(server: Asked, signal: AbortSignal): Promise<LoadedServer> {
    try {
      const { rcode, text } = await this.#options.askTxt(server, this.#options.name, signal);
      const isLoaded = rcode === 'NOERROR' && text !== undefined;
      return { server: server.name, isLoaded, answer: isLoaded ? text : rcode };
    } catch (error) {
      signal.throwIfAborted();
      return { server: server.name, isLoaded: false, answer: errorMessage(error) };
    }
  }
}

/** Changes with every change of what the pods mount. */
function versionsOf({ configMaps }: DnsObjects): string {
  return [...configMaps.values()].map(({ metadata }) => `${objectKey(metadata)}@${metadata.resourceVersion ?? ''}`).sort().join(' ');
}
