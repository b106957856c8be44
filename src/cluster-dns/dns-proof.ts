import { objectKey } from '../api/resources.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { AskNameServer, NameServer } from './ask-name-server.ts';
import type { DnsObjects } from './dns-objects.ts';
import { listDnsPods, refreshPods } from './dns-pods.ts';
import type { DetectedDns } from './detect.ts';
import type { LoadedServer } from './wiring-status.ts';
import type { Proof } from './wiring-subject.ts';
import type { KubeClient } from '../kube/client.ts';

export interface DnsProofOptions {
  readonly client: KubeClient;
  /** Undefined where no server of the cluster can be asked from here. */
  readonly ask: AskNameServer | undefined;
  readonly resolvers: () => readonly string[];
  readonly clock: Clock;
  /** What only our name server answers. */
  readonly proofs: readonly Proof[];
  readonly fieldManager: string;
}

export interface Proven {
  readonly servers: readonly LoadedServer[];
  /** Since the last write, or since the first look. */
  readonly elapsedMs: number;
  /** From the last write until all had loaded it; undefined where this process did not see both. */
  readonly loadedAfterMs: number | undefined;
  /** Nobody could be asked from here. */
  readonly isUnseen?: boolean;
}

export const NOT_ASKED: Proven = { servers: [], elapsedMs: 0, loadedAfterMs: undefined };

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

  /** Asks every server; those that have not loaded what is written get their volumes refreshed where something of ours stands. */
  async ask(detected: DetectedDns, objects: DnsObjects, isWritten: boolean, signal: AbortSignal): Promise<Proven> {
    const { client, clock, resolvers, fieldManager, ask } = this.#options;
    // OpenShift keeps its pods in a namespace of its own, where we have no rights: its Service is asked
    const pods = detected.kind === 'openshift' ? { servers: [], caches: [] } : await listDnsPods(client, signal);
    const refresh = (): Promise<void> => refreshPods(client, [...pods.servers, ...pods.caches], versionsOf(objects), { fieldManager, signal });
    if (ask === undefined) {
      if (isWritten) await refresh();
      return { ...NOT_ASKED, isUnseen: true };
    }
    const direct = pods.servers.map(({ metadata: { name }, status }) => ({ name, address: status?.podIP ?? '', port: detected.port }));
    const hasCache = detected.localCache !== undefined;
    const shared = hasCache || detected.kind === 'openshift' ? resolvers().slice(0, 1).map((address) => ({ name: address, address, port: 53 })) : [];
    const servers = await Promise.all([...direct.filter(({ address }) => address !== ''), ...shared].map((server) => this.#askOne(ask, server, signal)));
    const elapsedMs = clock.monotonic() - this.#since;
    const isLoaded = servers.length > 0 && servers.every((server) => server.isLoaded);
    if (isLoaded && this.#hasWritten) this.#loadedAfterMs ??= Math.round(elapsedMs);
    if (!isLoaded && isWritten) await refresh();
    return { servers, elapsedMs, loadedAfterMs: this.#loadedAfterMs };
  }

  async #askOne(ask: AskNameServer, server: Asked, signal: AbortSignal): Promise<LoadedServer> {
    const answers = await Promise.all(this.#options.proofs.map((proof) => this.#askFor(ask, server, proof, signal)));
    // what is missing says more than what is there
    const told = answers.find(({ isLoaded }) => !isLoaded) ?? answers[0];
    return { server: server.name, isLoaded: told?.isLoaded === true, answer: told?.answer ?? '' };
  }

  async #askFor(ask: AskNameServer, server: Asked, proof: Proof, signal: AbortSignal): Promise<Pick<LoadedServer, 'isLoaded' | 'answer'>> {
    const about = this.#options.proofs.length > 1 ? `${proof.name}: ` : '';
    try {
      const answer = await ask(server, proof, signal);
      const isLoaded = proof.isOurs(answer);
      return { isLoaded, answer: about + ((isLoaded ? answer.text : undefined) ?? answer.rcode) };
    } catch (error) {
      signal.throwIfAborted();
      return { isLoaded: false, answer: about + errorMessage(error) };
    }
  }
}

/** Changes with every change of what the pods mount. */
function versionsOf({ configMaps }: DnsObjects): string {
  return [...configMaps.values()].map(({ metadata }) => `${objectKey(metadata)}@${metadata.resourceVersion ?? ''}`).sort().join(' ');
}
