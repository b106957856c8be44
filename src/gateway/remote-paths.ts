import { familyOf } from '../api/cidr.ts';
import type { CableEndpoint, ConnectionState } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { PathMtuOptions } from './apply/measure-path-mtu.ts';
import type { NodeNetwork } from './apply/node-network.ts';
import { Prober, type ProbeTarget } from './health/prober.ts';
import type { RemoteFigures } from './metrics.ts';
import { NatDiscovery, type NatIdentity } from './nat/nat-discovery.ts';
import { findPath } from './nat/decide-path.ts';
import type { PathMemory } from './path-memory.ts';
import { PathMtuKeeper } from './path-mtu-keeper.ts';
import { tunnelMtu } from './plan/tunnel-mtu.ts';
import type { GatewayPlatform } from './platform.ts';
import type { GatewaySettings } from './settings.ts';
import { judgeRemote, type RemoteState } from './status/connection.ts';
import { type TunnelPath, privatePath } from './view/build-view.ts';
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

/** What the ways to other clusters depend on. */
export interface RemoteFacts {
  readonly endpoints: readonly CableEndpoint[];
  readonly network: NodeNetwork;
  /** Of this node, where outer packets come from. */
  readonly nodeAddress: string;
  /** Of the own gateway; undefined while there is none. */
  readonly gatewayAddress: string | undefined;
  /** Own gateway, where this node is the active one. */
  readonly identity: NatIdentity | undefined;
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

  constructor(options: RemotePathsOptions) {
    const { settings, platform, memory, clock, logger, onChange } = options;
    this.#options = options;
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
    const known = new Map(this.#remotes.map((remote) => [remote.endpoint, remote]));
    this.#facts = facts;
    this.#remotes = facts.endpoints.map((endpoint) => known.get(endpoint) ?? this.#read(endpoint));
    await this.#nat.serveAs(facts.identity);
    this.#nat.follow(facts.identity === undefined ? [] : this.ends);
    this.#mtus.keepOnly(new Set(this.ends.map(({ cableName }) => cableName)));
    await this.#prober.useSources(settings.health.isEnabled ? facts.network.sources : {});
    this.#prober.follow(this.ends.flatMap((end) => this.#probeTarget(end) ?? []));
    await this.#remember();
  }

  states(): readonly RemoteState[] {
    return this.#remotes.map(({ endpoint: { spec }, end, problem }) => ({
      spec,
      end,
      problem,
      nat: end && this.#nat.result(end.cableName),
      probe: end && this.#prober.status(end.cableName),
      notProbed: end === undefined ? '' : this.#whyNotProbed(end),
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

  #read(endpoint: CableEndpoint): KnownRemote {
    const { settings, logger } = this.#options;
    const read = readRemoteEnd(endpoint.spec, settings.backend);
    if ('end' in read) return { endpoint, end: read.end, problem: '' };
    logger.warn('Cannot connect to a cluster', { cluster: endpoint.spec.cluster_id, problem: read.problem });
    return { endpoint, end: undefined, problem: read.problem };
  }

  #sourceFor(address: string): string | undefined {
    return this.#facts?.network.sources[familyOf(address) ?? 'IPv4'];
  }

  /** Empty where it is probed. */
  #whyNotProbed({ healthCheckIP, clusterID }: RemoteEnd): string {
    if (!this.#options.settings.health.isEnabled) return 'health check is off';
    if (healthCheckIP === undefined) return `cluster "${clusterID}" names no address that answers probes`;
    if (this.#sourceFor(healthCheckIP) === undefined) return 'this node has no address in the pod ranges to probe from';
    return '';
  }

  #probeTarget(end: RemoteEnd): ProbeTarget | undefined {
    const { cableName: name, healthCheckIP: address, probePort: port } = end;
    return address === undefined || this.#whyNotProbed(end) !== '' ? undefined : { name, address, port };
  }

  /** From the gateway through the tunnel; from other nodes through the device towards the gateway too. */
  #mtuQuestion(name: string): PathMtuOptions | undefined {
    const { settings: { driver } } = this.#options;
    const target = this.ends.find(({ cableName }) => cableName === name)?.healthCheckIP;
    const source = target === undefined ? undefined : this.#sourceFor(target);
    if (this.#facts === undefined || target === undefined || source === undefined) return undefined;
    const { gatewayAddress, identity, network: { uplinkMtu }, nodeAddress } = this.#facts;
    const family = familyOf(nodeAddress) ?? 'IPv4';
    const [cable, inner] = [tunnelMtu(driver, uplinkMtu, family), tunnelMtu('vxlan', uplinkMtu, family)];
    const endpoint = identity === undefined ? gatewayAddress : this.paths.get(name)?.address;
    if (endpoint === undefined) return undefined;
    return identity === undefined ? { source, target, max: Math.min(cable, inner), driver: 'vxlan', endpoint } : { source, target, max: cable, driver, endpoint };
  }

  #onProbe(name: string, state: ConnectionState): void {
    const { logger, onChange } = this.#options;
    const reason = this.#prober.status(name)?.reason ?? '';
    logger[state === 'error' ? 'warn' : 'info'](state === 'error' ? 'A connection is broken' : 'A connection works', { cable: name, ...(reason !== '' && { reason }) });
    if (state === 'connected') this.#mtus.measure(name);
    if (state === 'error') this.#nat.recheck(name);
    onChange();
  }
}
