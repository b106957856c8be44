import { familyOf } from '../api/cidr.ts';
import type { CableEndpoint, CableEndpointSpec, ConnectionState } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { PathMtuOptions } from './apply/measure-path-mtu.ts';
import { Prober } from './health/prober.ts';
import type { RemoteFigures } from './metrics.ts';
import { NatDiscovery } from './nat/nat-discovery.ts';
import { findPath } from './nat/decide-path.ts';
import { HeardGateways } from './heard-gateways.ts';
import { mtuQuestion } from './mtu-question.ts';
import type { PathMemory } from './path-memory.ts';
import { PathMtuKeeper } from './path-mtu-keeper.ts';
import type { GatewayPlatform } from './platform.ts';
import { describeUnprobed, probeTarget, whyNotProbed } from './probe-targets.ts';
import type { RemoteFacts } from './remote-facts.ts';
import type { GatewaySettings } from './settings.ts';
import { judgeRemote, type RemoteState } from './status/connection.ts';
import { type TunnelPath, privatePath } from './view/build-view.ts';
import { outerFamilies } from './view/outer-families.ts';
import { readRemoteEnd, type RemoteEnd } from './view/remote-end.ts';

export interface RemotePathsOptions {
  readonly settings: GatewaySettings;
  readonly platform: Pick<GatewayPlatform, 'measurePathMtu'>;
  readonly memory: PathMemory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The plan or a state may be another one. */
  readonly onChange: () => void;
}

interface KnownRemote {
  readonly endpoint: CableEndpoint;
  readonly end: RemoteEnd | undefined;
  readonly problem: string;
}

/** The ways from this node to all other clusters: by which address, whether they work, how large packets may be. */
export class RemotePaths implements Startable {
  readonly name = 'paths to other clusters';
  readonly #options: RemotePathsOptions;
  readonly #nat: NatDiscovery;
  readonly #prober: Prober;
  readonly #mtus: PathMtuKeeper;
  #remotes: readonly KnownRemote[] = [];
  #facts: RemoteFacts | undefined;
  /** Cable names of those that a pass over the node's network has dealt with. */
  #reached: ReadonlySet<string> = new Set();
  readonly #heard: HeardGateways;

  constructor(options: RemotePathsOptions) {
    const { settings, platform, memory, clock, logger, onChange } = options;
    this.#options = options;
    this.#heard = new HeardGateways(clock, settings.health.intervalMs);
    this.#nat = new NatDiscovery({ natt: settings.natt, remembered: (name) => memory.get(name).address, clock, logger, onChange });
    this.#mtus = new PathMtuKeeper({
      measure: (question, signal) => platform.measurePathMtu(question, signal),
      target: (name) => this.#mtuQuestion(name),
      remembered: (name) => memory.get(name).pathMtu,
      onChange,
      clock,
      logger,
    });
    this.#prober = new Prober({ ...settings.health, clock, logger, onChange: (name, state) => this.#onProbe(name, state) });
  }

  /** Those that tunnels can lead to. */
  get ends(): readonly RemoteEnd[] {
    return this.#remotes.flatMap(({ end }) => end ?? []);
  }

  /** By cable name. */
  get paths(): ReadonlyMap<string, TunnelPath> {
    return new Map(this.ends.map((end) => [end.cableName, this.#nat.result(end.cableName)?.path ?? this.#rememberedPath(end) ?? privatePath(end)]));
  }

  /** Ends that no tunnel can lead to. */
  get unusable(): readonly CableEndpointSpec[] {
    return this.#remotes.flatMap(({ endpoint, end }) => (end === undefined ? [endpoint.spec] : []));
  }

  /** Bytes, by cable name. */
  get pathMtus(): ReadonlyMap<string, number> {
    return new Map(this.ends.flatMap(({ cableName }) => {
      const mtu = this.#mtus.find(cableName);
      return mtu === undefined ? [] : [[cableName, mtu] as const];
    }));
  }

  get problem(): string | undefined {
    return this.#nat.problem;
  }

  /** Takes up what is known now. */
  async update(facts: RemoteFacts): Promise<void> {
    const { settings } = this.#options;
    const hasMoved = facts.nodeAddresses.join() !== this.#facts?.nodeAddresses.join();
    const known = new Map(hasMoved ? [] : this.#remotes.map((remote) => [remote.endpoint, remote]));
    this.#facts = facts;
    this.#remotes = facts.endpoints.map((endpoint) => known.get(endpoint) ?? this.#read(endpoint, facts));
    await this.#nat.serveAs(facts.identity);
    this.#nat.follow(facts.identity === undefined ? [] : this.ends);
    for (const { cableName } of this.ends) this.#nat.setBroken(cableName, this.#prober.status(cableName)?.state === 'error');
    const names = new Set(this.ends.map(({ cableName }) => cableName));
    this.#mtus.keepOnly(names);
    this.#heard.keepOnly(names);
    await this.#prober.useSources(settings.health.isEnabled ? facts.network.sources : {});
    this.#followProbes();
    await this.#remember();
  }

  /**
   * Cable names of those for which routes and filters stand, or could not be set. Earlier no probe may
   * go out: it would leave by the default route, where a CNI gives its port another source address for good.
   */
  reach(names: ReadonlySet<string>): void {
    this.#reached = names;
    this.#followProbes();
  }

  /** A probe has come from this address. */
  heard(address: string): void {
    this.#heard.note(address, this.ends);
  }

  states(): readonly RemoteState[] {
    return this.#remotes.map(({ endpoint: { spec }, end, problem }) => ({
      spec,
      end,
      problem,
      nat: end && this.#nat.result(end.cableName),
      probe: end && this.#prober.status(end.cableName),
      notProbed: end === undefined ? '' : this.#whyNotProbed(end),
      unprobed: end === undefined ? '' : describeUnprobed(end),
      outer: end && this.#describeOuter(end),
      isHeard: end !== undefined && this.#heard.has(end.cableName),
    }));
  }

  figures(): readonly RemoteFigures[] {
    return this.states().map((remote) => ({
      cluster: remote.spec.cluster_id,
      state: judgeRemote(remote).status,
      roundTrips: remote.probe?.roundTrips,
      loss: remote.probe?.loss,
      pathMtu: this.#mtus.find(remote.spec.cable_name),
    }));
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#mtus.start(signal);
  }

  async stop(): Promise<void> {
    await this.#mtus.stop();
    await this.#prober.stop();
    await this.#nat.stop();
  }

  async #remember(): Promise<void> {
    const { pathMtus, paths } = this;
    const { memory } = this.#options;
    const isActive = this.#facts?.identity !== undefined;
    const remembered = this.ends.map(({ cableName }) => {
      // an agent that was started again is not active at once, and must not forget meanwhile
      const address = isActive ? paths.get(cableName)?.address : memory.get(cableName).address;
      const pathMtu = pathMtus.get(cableName);
      return [cableName, { ...(address !== undefined && { address }), ...(pathMtu !== undefined && { pathMtu }) }] as const;
    });
    await memory.save(new Map(remembered));
  }

  #rememberedPath(end: RemoteEnd): TunnelPath | undefined {
    return findPath(end, this.#options.memory.get(end.cableName).address);
  }

  #read(endpoint: CableEndpoint, { nodeAddresses }: RemoteFacts): KnownRemote {
    const { settings: { backend }, logger } = this.#options;
    const read = readRemoteEnd(endpoint.spec, backend, outerFamilies(backend, nodeAddresses));
    if ('end' in read) return { endpoint, end: read.end, problem: '' };
    logger.warn('Cannot connect to a cluster', { cluster: endpoint.spec.cluster_id, problem: read.problem });
    return { endpoint, end: undefined, problem: read.problem };
  }

  /** Empty where it is probed, or will be. */
  #whyNotProbed(end: RemoteEnd): string {
    return whyNotProbed(end, this.#options.settings.health.isEnabled, this.#facts?.network.sources ?? {});
  }

  /** Only the active gateway has tunnels. */
  #describeOuter({ cableName }: RemoteEnd): string | undefined {
    const path = this.paths.get(cableName);
    if (this.#facts?.identity === undefined || path === undefined) return undefined;
    const to = familyOf(path.address) === 'IPv6' ? `[${path.address}]` : path.address;
    return `its packets go from ${this.#facts.nodeAddresses[0] ?? ''} to ${to}, UDP port ${path.port}`;
  }

  #followProbes(): void {
    const probed = this.ends.filter((end) => this.#reached.has(end.cableName) && this.#whyNotProbed(end) === '');
    this.#prober.follow(probed.flatMap((end) => probeTarget(end) ?? []));
  }

  #mtuQuestion(name: string): PathMtuOptions | undefined {
    // once it works again, it is measured anyway
    if (this.#prober.status(name)?.state === 'error') return undefined;
    const target = this.ends.find(({ cableName }) => cableName === name)?.healthCheckIP;
    if (this.#facts === undefined || target === undefined) return undefined;
    return mtuQuestion(this.#options.settings.driver, this.#facts, target, this.paths.get(name)?.address);
  }

  #onProbe(name: string, state: ConnectionState): void {
    const { logger, onChange } = this.#options;
    const reason = this.#prober.status(name)?.reason ?? '';
    logger[state === 'error' ? 'warn' : 'info'](state === 'error' ? 'A connection is broken' : 'A connection works', { cable: name, ...(reason !== '' && { reason }) });
    if (state === 'connected') this.#mtus.measure(name);
    this.#nat.setBroken(name, state === 'error');
    onChange();
  }
}
