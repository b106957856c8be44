import { lookup } from 'node:dns/promises';
import { familyOf, parseCidr } from '../api/cidr.ts';
import { GATEWAY_SERVICE } from '../api/data-plane.ts';
import type { CableEndpointSpec } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { HealthState } from '../base/health.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { NodeNetwork } from './apply/node-network.ts';
import type { ConnectBroker } from './broker-access.ts';
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
import { Publication } from './publication.ts';
import type { PublishedState } from './publisher.ts';
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

/** How often sockets that could not be opened are tried again. */
const REFRESH_MS = 10_000;

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
  /** Writes what concerns the whole cluster. */
  readonly #publication: Publication;
  readonly #reports: Reports;
  /** Takes up changes. */
  readonly #update: SingleFlight;
  /** Before that the other clusters are not known here, and nothing may be changed. */
  #hasTakenUp = false;
  #warned = '';
  #cancelRefresh: () => void = () => undefined;

  constructor(options: GatewayAgentOptions) {
    const { settings, client, platform, memory, identity, metrics, clock, logger, fetchText } = options;
    const { namespace, clusterID, publicIpResolvers: resolvers, probePort } = settings;
    const onChange = (): void => this.#onChange();
    const common = { clock, logger, onChange };
    this.#options = options;
    this.#watch = new ClusterWatch({ client, settings, ...common });
    this.#role = new GatewayRole({ client, namespace, identity, ...common });
    this.#paths = new RemotePaths({ settings, platform, memory, ...common });
    this.#loop = new NetworkLoop({ clusterID, platform, view: (network) => this.#view(network), question: () => this.#question(), address: () => this.#watch.ownNode && toNodeView(this.#watch.ownNode).addresses[0], onPass: ({ remotes }) => this.#paths.reach(new Set(remotes.map(({ cableName }) => cableName))), metrics, ...common });
    this.#echo = new EchoServer(probePort, logger, (address) => this.#paths.heard(address));
    const addressOptions = { client, namespace, resolvers, fetchText, lookup: async (name: string) => (await lookup(name, { all: true })).map(({ address }) => address) };
    this.#publicIp = new PublicIpKeeper({ find: (source, signal) => findPublicAddress(source, addressOptions, signal), ...common });
    this.#publication = new Publication({ ...options, role: this.#role, state: () => this.#published, localEndpoint: () => this.#localEndpoint() });
    this.#reports = new Reports({ client, settings, read: () => this.#reportFacts(), clock, logger });
    this.#update = new SingleFlight({ name: 'update', clock, run: () => this.#takeUp(), onFailure: (error) => logger.error('Cannot take a change up', { error }) });
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
    for (const part of [this.#update, this.#publication, this.#paths, this.#reports, this.#loop, this.#watch]) await part.start(this.#abort.signal);
  }

  /** The Lease goes first, so that a standby takes over; what stands in the kernel stays. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('The gateway agent was stopped'));
    this.#cancelRefresh();
    await this.#role.withdraw();
    for (const part of [this.#update, this.#publication, this.#loop, this.#reports, this.#paths, this.#watch]) await part.stop();
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
      unusable: this.#paths.unusable,
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
    await this.#paths.update({ endpoints: this.#watch.endpoints.remotes, network, nodeAddresses: node === undefined ? [] : toNodeView(node).addresses, gatewayAddress, identity });
    this.#hasTakenUp = true;
    this.#cancelRefresh();
    if (!this.#abort.signal.aborted) this.#cancelRefresh = this.#options.clock.schedule(() => this.#update.request(), REFRESH_MS);
    this.#loop.request();
    this.#publication.request();
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
    } else {
      this.#publicIp.stop();
      if (this.#role.isCandidate) await this.#role.withdraw();
    }
    await this.#publication.follow(isGateway);
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

  #reportFacts(): ReportFacts | undefined {
    const node = this.#watch.ownNode;
    if (!this.#hasTakenUp || node === undefined) return undefined;
    const localEndpoint = isGatewayNode(node) ? this.#localEndpoint() : undefined;
    return {
      remotes: this.#paths.states(),
      node: { ...this.#loop.state, keyProblem: this.#watch.keyProblem },
      failure: this.#failure(isGatewayNode(node)),
      gateway: localEndpoint && { isActive: this.#role.isActive, localEndpoint },
    };
  }

  #failure(isGateway: boolean): string {
    const { applied } = this.#loop.state;
    const ofGateway = isGateway ? [this.#publication.problem, this.#echo.problem, this.#paths.problem, this.#publicIp.problem, this.#warned] : [];
    return [
      applied?.isDone === false ? applied.message : '',
      this.#gateway === undefined ? 'This cluster has no active gateway' : '',
      this.#watch.keyProblem?.message,
      ...ofGateway,
    ].filter((text) => text !== undefined && text !== '').join('; ');
  }
}
