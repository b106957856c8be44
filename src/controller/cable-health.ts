import { UPDATE_TIMESTAMP } from '../api/data-plane.ts';
import { resources } from '../api/resources.ts';
import type { CableEndpoint, Gateway, RouteAgent } from '../api/types/index.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { activeGateways, carriersOf } from '../sync/cable/active-gateway.ts';
import { clustersReached, type Silence, SILENT_SECONDS } from '../sync/cable/silent-gateway.ts';
import { findUnreachable } from '../sync/cable/unreachable-clusters.ts';
import { SignsOfLife } from './signs-of-life.ts';

export interface CableHealthOptions {
  readonly clusterID: string;
  readonly memberNamespace: string;
  readonly client: Pick<KubeClient, 'list'>;
  /** A cluster has become reachable or unreachable. */
  readonly onChange: (cluster: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often it is looked for gateways that have fallen silent. */
const LOOK_MS = 5_000;
/** RouteAgents are written every minute where nothing happens, and at once where a probe fails. */
const WITNESS_MS = 90_000;

/** The timestamp alone: other writers of the object, as of labels, are no sign of its agent. */
function signOf({ metadata, status }: Gateway): readonly [string, string] {
  return [metadata.name, `${metadata.uid ?? ''} ${status?.haStatus ?? ''} ${metadata.annotations?.[UPDATE_TIMESTAMP] ?? ''}`];
}

/** Which other clusters the gateway of this one cannot reach, as its probes say; a gateway that has fallen silent reaches none. */
export class CableHealth {
  readonly #options: CableHealthOptions;
  readonly #gatewaySigns: SignsOfLife;
  readonly #witnessSigns: SignsOfLife;
  #gateways: readonly Gateway[] = [];
  #carriers: ReadonlySet<string> = new Set();
  #silent: ReadonlyMap<string, Silence> = new Map();
  #unreachable: ReadonlySet<string> = new Set();
  /** Whether the API server did not answer the last time. */
  #isBlind = false;

  constructor(options: CableHealthOptions) {
    this.#options = options;
    this.#gatewaySigns = new SignsOfLife(options.clock);
    this.#witnessSigns = new SignsOfLife(options.clock);
  }

  isReachable(cluster: string): boolean {
    return !this.#unreachable.has(cluster);
  }

  /** Node of a gateway that carries the tunnels and whose agent does not report. */
  get silentGateway(): string | undefined {
    return [...this.#silent.keys()][0];
  }

  /** Notes what the gateways of this cluster say now, and tells of each cluster that has become reachable or unreachable. */
  observe(gateways: readonly Gateway[], endpoints: readonly CableEndpoint[]): void {
    this.#gateways = gateways;
    this.#carriers = carriersOf(endpoints, this.#options.clusterID);
    const unchanged = this.#gatewaySigns.note(gateways.map(signOf));
    const active = this.#active();
    this.#silent = new Map([...this.#silent].filter(([node]) => unchanged.has(node) && active.includes(node)));
    this.#judge();
  }

  /** Looks for gateways that fall silent until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      try {
        await sleep(clock, LOOK_MS, signal);
        await this.#look(signal);
      } catch (error) {
        this.#isBlind = true; // what was said before holds
        logger.debug('Cannot ask for gateways that have fallen silent', { error });
      }
    }
  }

  #isQuiet(node: string): boolean {
    return this.#gatewaySigns.silenceOf(node) >= SILENT_SECONDS * 1_000;
  }

  #active(): readonly string[] {
    return activeGateways(this.#gateways, this.#carriers).map(({ metadata }) => metadata.name);
  }

  async #look(signal: AbortSignal): Promise<void> {
    if (!this.#isBlind && !this.#active().some((node) => this.#isQuiet(node))) return;
    const { client, memberNamespace: namespace, logger } = this.#options;
    // it may be the own watch that hangs: only an answer of the API server convicts
    const [{ items: gateways }, { items: agents }] = await Promise.all([client.list(resources.gateways, { namespace, signal }), client.list(resources.routeAgents, { namespace, signal })]);
    if (this.#isBlind) {
      this.#recover();
      return;
    }
    this.#gateways = gateways;
    this.#gatewaySigns.note(gateways.map(signOf));
    const before = this.#silent;
    const witnesses = this.#witnesses(agents);
    const silent = this.#active().filter((node) => this.#isQuiet(node));
    this.#silent = new Map(silent.map((node) => [node, { seconds: Math.round(this.#gatewaySigns.silenceOf(node) / 1_000), reached: clustersReached(witnesses, node) }]));
    for (const [node, { seconds, reached }] of this.#silent) {
      if (!before.has(node)) logger.warn(`The gateway agent of ${node} has not reported for ${seconds} s`, { node, reachedByOtherNodes: [...reached] });
    }
    this.#judge();
  }

  /** While the API server did not answer nobody could report, and nobody does at once when it is back. */
  #recover(): void {
    this.#isBlind = false;
    this.#gatewaySigns.restart();
    this.#witnessSigns.restart();
  }

  /** Those that still write: what a node that is gone said last is no evidence either. */
  #witnesses(agents: readonly RouteAgent[]): readonly RouteAgent[] {
    this.#witnessSigns.note(agents.map(({ metadata }) => [metadata.name, `${metadata.uid ?? ''} ${metadata.resourceVersion ?? ''}`]));
    return agents.filter(({ metadata }) => this.#witnessSigns.silenceOf(metadata.name) < WITNESS_MS);
  }

  #judge(): void {
    const before = this.#unreachable;
    this.#unreachable = findUnreachable(this.#gateways, this.#carriers, before, this.#silent);
    for (const cluster of new Set([...before, ...this.#unreachable])) {
      if (before.has(cluster) !== this.#unreachable.has(cluster)) this.#options.onChange(cluster);
    }
  }
}
