import { lookup } from 'node:dns/promises';
import { familyOf, parseCidr } from '../api/cidr.ts';
import { GATEWAY_SERVICE } from '../api/data-plane.ts';
import { MEMBER_WIREGUARD_SECRET } from '../api/names.ts';
import type { CableEndpointSpec } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { HealthState } from '../base/health.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { NodeNetwork } from './apply/node-network.ts';
import { Announcer, type ConnectBroker } from './announcer.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { EchoServer } from './health/echo-server.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { NatIdentity } from './nat/nat-discovery.ts';
import { NetworkLoop } from './network-loop.ts';
import type { NetworkView } from './plan/types.ts';
import type { PathMemory } from './path-memory.ts';
import type { GatewayPlatform, HostQuestion } from './platform.ts';
import { findPublicAddress } from './public-ip/public-address.ts';
import { PublicIpKeeper } from './public-ip/public-ip-keeper.ts';
import type { FetchText } from './public-ip/resolvers.ts';
import { type PublishedState, Publisher } from './publisher.ts';
import { RemotePaths } from './remote-paths.ts';
import { type ReportFacts, Reports } from './reports.ts';
import { GatewayRole } from './role.ts';
import type { GatewaySettings } from './settings.ts';
import { SingleFlight } from './single-flight.ts';
import { buildView } from './view/build-view.ts';
import { buildLocalEndpoint, portsOf } from './view/local-endpoint.ts';
import { type GatewayNodeOptions, isGatewayNode, readNodeOptions, toNodeView } from './view/node-facts.ts';

export interface GatewayAgentOptions {
  readonly settings: GatewaySettings;
  readonly client: KubeClient;
  readonly connectBroker: ConnectBroker;
  readonly platform: GatewayPlatform;
  readonly memory: PathMemory;
  readonly podName: string;
  /** The pod's UID. */
  readonly identity: string;
  readonly metrics: GatewayMetrics;
  readonly fetchText: FetchText;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a node that lost its label stays the gateway where nobody takes over. */
const RETIRE_MS = 5_000;
/** How often sockets that could not be opened are tried again. */
const REFRESH_MS = 10_000;
/** How often the active gateway looks for what is left of others. */
const SWEEP_MS = 60_000;

/** The agent of one node: worker, standby or active gateway. */
export class GatewayAgent implements Startable {
  readonly name = 'gateway agent';
  readonly #options: GatewayAgentOptions;
  readonly #abort = new AbortController();
  readonly #watch: ClusterWatch;
  readonly #role: GatewayRole;
  readonly #loop: NetworkLoop;
  readonly #paths: RemotePaths;
  readonly #echo: EchoServer;
  readonly #publicIp: PublicIpKeeper;
  readonly #publisher: Publisher;
  readonly #announcer: Announcer;
  readonly #reports: Reports;
  /** Takes up changes. */
  readonly #update: SingleFlight;
  /** Writes what concerns the whole cluster. */
  readonly #publish: SingleFlight;
  /** Before that the other clusters are not known here, and nothing may be changed. */
  #hasTakenUp = false;
  #warned = '';
  #podStatus: string | undefined;
  #sweptAt: number | undefined;
  #sweptFor = '';
  #cancelRetirement: (() => void) | undefined;
  #isRetired = false;
  #cancelSweep: () => void = () => undefined;
  #cancelRefresh: () => void = () => undefined;

  constructor(options: GatewayAgentOptions) {
    const { settings, client, platform, memory, identity, metrics, clock, logger, fetchText } = options;
    const { namespace, clusterID, nodeName, publicIpResolvers: resolvers, probePort } = settings;
    const onChange = (): void => this.#onChange();
    const common = { clock, logger, onChange };
    this.#options = options;
    this.#watch = new ClusterWatch({ client, settings, ...common });
    this.#role = new GatewayRole({ client, namespace, identity, ...common });
    this.#paths = new RemotePaths({ settings, platform, memory, ...common });
    this.#loop = new NetworkLoop({ clusterID, platform, view: (network) => this.#view(network), question: () => this.#question(), metrics, ...common });
    this.#echo = new EchoServer(probePort, logger);
    const addressOptions = { client, namespace, resolvers, fetchText, lookup: async (name: string) => (await lookup(name, { all: true })).map(({ address }) => address) };
    this.#publicIp = new PublicIpKeeper({ find: (source, signal) => findPublicAddress(source, addressOptions, signal), ...common });
    this.#publisher = new Publisher({ client, namespace, clusterID, nodeName });
    this.#announcer = new Announcer({ localClient: client, namespace, connectBroker: options.connectBroker, clock, logger });
    this.#reports = new Reports({ client, settings, read: () => this.#reportFacts(), clock, logger });
    this.#update = new SingleFlight({ name: 'update', clock, run: () => this.#takeUp(), onFailure: (error) => logger.error('Cannot take a change up', { error }) });
    this.#publish = new SingleFlight({ name: 'publisher', clock, run: (signal) => this.#publishAll(signal), onFailure: (error) => logger.warn('Cannot publish this gateway', { error }) });
    metrics.observe(() => ({ role: this.#role.isActive ? 'active' : this.#role.isCandidate ? 'passive' : 'worker', remotes: this.#paths.figures() }));
  }

  readiness(): HealthState {
    if (!this.#watch.hasSynced) return { isMet: false, detail: `reads its cluster${this.#watch.lastError === undefined ? '' : `: ${errorMessage(this.#watch.lastError)}`}` };
    const { applied } = this.#loop.state;
    if (applied?.isDone !== true) return { isMet: false, detail: applied?.message ?? 'sets the network of the node up' };
    return { isMet: true, detail: this.#role.isActive ? 'active gateway' : this.#role.isCandidate ? 'standby gateway' : 'worker' };
  }

  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    await this.#options.memory.load();
    for (const part of [this.#update, this.#publish, this.#announcer, this.#paths, this.#reports, this.#loop, this.#watch]) await part.start(this.#abort.signal);
  }

  /** The Lease goes first, so that a standby takes over; what stands in the kernel stays. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('The gateway agent was stopped'));
    this.#cancelRetirement?.();
    this.#cancelSweep();
    this.#cancelRefresh();
    await this.#role.withdraw();
    for (const part of [this.#update, this.#publish, this.#announcer, this.#loop, this.#reports, this.#paths, this.#watch]) await part.stop();
    this.#publicIp.stop();
    await this.#echo.listenOn(undefined);
  }

  #onChange(): void {
    if (this.#abort.signal.aborted || !this.#watch.hasSynced) return;
    this.#update.request();
    this.#loop.request();
    this.#reports.check();
  }

  /** Name of the active gateway's node; the Endpoint of a predecessor counts until there is a newer one. */
  get #gateway(): string | undefined {
    return this.#role.isActive ? this.#options.settings.nodeName : this.#watch.endpoints.own[0]?.spec.hostname;
  }

  get #nodeOptions(): GatewayNodeOptions {
    const node = this.#watch.ownNode;
    return node === undefined ? { warnings: [] } : readNodeOptions(node);
  }

  #view(network: NodeNetwork): NetworkView | undefined {
    if (!this.#hasTakenUp) return undefined;
    const { settings } = this.#options;
    return buildView(settings, {
      nodes: this.#watch.nodeViews,
      gateway: this.#gateway,
      network,
      listenPort: portsOf(settings, this.#nodeOptions).tunnel,
      remotes: this.#paths.ends,
      paths: this.#paths.paths,
      pathMtus: this.#paths.pathMtus,
      privateKey: this.#watch.wireguardKeys?.privateKey,
    });
  }

  #question(): HostQuestion {
    const { settings } = this.#options;
    return {
      isGateway: this.#gateway === settings.nodeName,
      listenPort: portsOf(settings, this.#nodeOptions).tunnel,
      cniDelivers: this.#watch.nodeViews.every(({ podCIDRs }) => podCIDRs.every((cidr) => parseCidr(cidr) === undefined)),
    };
  }

  #localEndpoint(): CableEndpointSpec | undefined {
    const { ownNode } = this.#watch;
    const { network } = this.#loop;
    if (ownNode === undefined || network === undefined) return undefined;
    const facts = { node: toNodeView(ownNode), options: this.#nodeOptions, network, publicIP: this.#publicIp.address, publicKey: this.#watch.wireguardKeys?.publicKey };
    return buildLocalEndpoint(this.#options.settings, facts);
  }

  async #takeUp(): Promise<void> {
    const { network } = this.#loop;
    const node = this.#watch.ownNode;
    if (!this.#watch.hasSynced || network === undefined) return;
    const isGateway = node !== undefined && isGatewayNode(node);
    this.#warnOfAnnotations(isGateway);
    await this.#followLabel(isGateway);
    const local = this.#localEndpoint();
    await this.#echo.listenOn(isGateway ? local?.healthCheckIP : undefined);
    const identity = this.#role.isActive && local !== undefined ? this.#identityOf(local) : undefined;
    const gatewayAddress = this.#watch.nodeViews.find(({ name }) => name === this.#gateway)?.addresses[0];
    await this.#paths.update({ endpoints: this.#watch.endpoints.remotes, network, nodeAddress: local?.private_ip ?? '', gatewayAddress, identity });
    this.#hasTakenUp = true;
    this.#cancelRefresh();
    if (!this.#abort.signal.aborted) this.#cancelRefresh = this.#options.clock.schedule(() => this.#update.request(), REFRESH_MS);
    this.#loop.request();
    this.#publish.request();
    this.#reports.check();
  }

  #warnOfAnnotations(isGateway: boolean): void {
    const text = isGateway ? this.#nodeOptions.warnings.join('; ') : '';
    if (text !== '' && text !== this.#warned) this.#options.logger.warn('Annotations of this node are not understood', { problem: text });
    this.#warned = text;
  }

  async #followLabel(isGateway: boolean): Promise<void> {
    const { signal } = this.#abort;
    const { settings } = this.#options;
    if (isGateway) {
      const service = settings.loadBalancer ? ({ kind: 'service', name: GATEWAY_SERVICE } as const) : undefined;
      this.#publicIp.follow(this.#nodeOptions.publicIP ?? service, signal);
      this.#role.contend(signal);
      this.#cancelRetirement?.();
      this.#cancelRetirement = undefined;
      return;
    }
    this.#publicIp.stop();
    if (this.#role.isCandidate) await this.#role.withdraw();
    this.#planRetirement();
  }

  /** The own Endpoint goes when a successor has had the time to write its own, so that workers are not without one. */
  #planRetirement(): void {
    const { clock, settings: { nodeName } } = this.#options;
    const isNamed = this.#watch.endpoints.own.some(({ spec }) => spec.hostname === nodeName);
    if (!isNamed || this.#cancelRetirement !== undefined) return;
    this.#isRetired = false;
    this.#cancelRetirement = clock.schedule(() => {
      this.#isRetired = true;
      this.#publish.request();
    }, RETIRE_MS);
  }

  #identityOf({ cable_name: cable, cluster_id: cluster, private_ip: privateIP }: CableEndpointSpec): NatIdentity {
    const { settings } = this.#options;
    const everywhere = familyOf(privateIP) === 'IPv6' ? '::' : '0.0.0.0';
    // simulated nodes share one system, where each has nothing but its own address
    return { cable, cluster, address: settings.simulated ? privateIP : everywhere, port: portsOf(settings, this.#nodeOptions).discovery };
  }

  get #published(): PublishedState {
    return { endpoints: this.#watch.endpoints.own, nodes: new Set(this.#watch.nodeViews.map(({ name }) => name)), gatewayNodes: this.#watch.gatewayNodes };
  }

  async #publishAll(signal: AbortSignal): Promise<void> {
    if (this.#isRetired && !this.#role.isCandidate) {
      await this.#publisher.retire(this.#published, signal);
      this.#cancelRetirement = undefined;
      this.#isRetired = false;
    }
    const local = this.#localEndpoint();
    this.#announcer.speakFor(this.#role.isConfirmed ? this.#watch.endpoints.own.find(({ spec }) => spec.hostname === this.#options.settings.nodeName) : undefined);
    if (this.#role.isConfirmed && local !== undefined) {
      await this.#publisher.publish(local, this.#published, signal);
      await this.#sweep(signal);
    }
    await this.#labelPod(signal);
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const { nodes, gatewayNodes } = this.#published;
    const key = [...nodes, '', ...gatewayNodes].join();
    if (this.#sweptFor === key && this.#sweptAt !== undefined && clock.monotonic() - this.#sweptAt < SWEEP_MS) return;
    await this.#publisher.sweep(this.#published, signal);
    this.#sweptFor = key;
    this.#sweptAt = clock.monotonic();
    this.#cancelSweep();
    this.#cancelSweep = clock.schedule(() => this.#publish.request(), SWEEP_MS);
  }

  async #labelPod(signal: AbortSignal): Promise<void> {
    const { podName, settings } = this.#options;
    const status = this.#role.isActive ? 'active' : 'passive';
    if (!settings.loadBalancer || this.#podStatus === status || (this.#podStatus === undefined && !this.#role.isCandidate)) return;
    await this.#publisher.labelPod(podName, status, signal);
    this.#podStatus = status;
  }

  #reportFacts(): ReportFacts | undefined {
    const node = this.#watch.ownNode;
    if (!this.#hasTakenUp || node === undefined) return undefined;
    const localEndpoint = isGatewayNode(node) ? this.#localEndpoint() : undefined;
    return {
      remotes: this.#paths.states(),
      node: this.#loop.state,
      failure: this.#failure(isGatewayNode(node)),
      gateway: localEndpoint && { isActive: this.#role.isActive, localEndpoint },
    };
  }

  #failure(isGateway: boolean): string {
    const { applied } = this.#loop.state;
    const ofGateway = isGateway ? [this.#announcer.problem, this.#echo.problem, this.#paths.problem, this.#publicIp.problem, this.#warned] : [];
    return [
      applied?.isDone === false ? applied.message : '',
      this.#gateway === undefined ? 'This cluster has no active gateway' : '',
      this.#watch.needsKeys && this.#watch.wireguardKeys === undefined ? `Secret "${MEMBER_WIREGUARD_SECRET}" with the key of the cluster is missing` : '',
      ...ofGateway,
    ].filter((text) => text !== undefined && text !== '').join('; ');
  }
}
