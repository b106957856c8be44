import { resources } from '../api/resources.ts';
import type { CableEndpointSpec, Condition, Gateway, RouteAgent } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { OwnObject } from './own-object.ts';
import type { GatewaySettings } from './settings.ts';
import { buildConditions, type NodeState } from './status/conditions.ts';
import { type RemoteState, toConnection, toRemotePath } from './status/connection.ts';
import { buildGateway, buildRouteAgent, withoutFigures } from './status/status-objects.ts';
import { type StatusSnapshot, StatusWriter } from './status/status-writer.ts';

/** What a node's agent reports. */
export interface ReportFacts {
  /** Undefined while nothing is known. */
  readonly remotes: readonly RemoteState[];
  readonly node: NodeState;
  /** What keeps this node's own part from working; empty where nothing does. */
  readonly failure: string;
  /** Of a gateway node only. */
  readonly gateway: { readonly isActive: boolean; readonly localEndpoint: CableEndpointSpec } | undefined;
}

export interface ReportsOptions {
  readonly client: KubeClient;
  readonly settings: GatewaySettings;
  /** Undefined while nothing is known. */
  readonly read: () => ReportFacts | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Figures of a Gateway are this fresh, as users' scripts expect. */
const GATEWAY_MS = 5_000;
/** There are many of these. */
const ROUTE_AGENT_MS = 60_000;

/** Writes this node's Gateway and RouteAgent. */
export class Reports implements Startable {
  readonly name = 'reports';
  readonly #options: ReportsOptions;
  readonly #gateway: OwnObject<Gateway>;
  readonly #routeAgent: OwnObject<RouteAgent>;
  readonly #writers: readonly StatusWriter[];
  #conditions: readonly Condition[] = [];
  #wasGateway = true;

  constructor(options: ReportsOptions) {
    const { client, settings: { namespace, nodeName }, clock, logger } = options;
    this.#options = options;
    this.#gateway = new OwnObject(client, resources.gateways, namespace, nodeName);
    this.#routeAgent = new OwnObject(client, resources.routeAgents, namespace, nodeName);
    this.#writers = [
      new StatusWriter({ name: `Gateway "${nodeName}"`, read: () => this.#gatewayStatus(), everyMs: GATEWAY_MS, clock, logger }),
      new StatusWriter({ name: `RouteAgent "${nodeName}"`, read: () => this.#routeAgentStatus(), everyMs: ROUTE_AGENT_MS, clock, logger }),
    ];
  }

  /** Something may have changed. */
  check(): void {
    for (const writer of this.#writers) writer.check();
  }

  async start(signal: AbortSignal): Promise<void> {
    for (const writer of this.#writers) await writer.start(signal);
  }

  async stop(): Promise<void> {
    for (const writer of this.#writers) await writer.stop();
  }

  #gatewayStatus(): StatusSnapshot | undefined {
    const facts = this.#options.read();
    if (facts === undefined) return undefined;
    const { gateway, remotes, failure } = facts;
    if (gateway === undefined) return this.#wasGateway ? { essence: 'none', write: (signal) => this.#removeGateway(signal) } : undefined;
    this.#wasGateway = true;
    const { settings: { nodeName, version }, clock } = this.#options;
    const connections = remotes.map((remote) => toConnection(remote, failure));
    const { isActive, localEndpoint } = gateway;
    const object = buildGateway({ nodeName, version, isActive, statusFailure: failure, localEndpoint, connections, now: clock.now() });
    return { essence: [isActive, failure, localEndpoint, isActive ? withoutFigures(connections) : []], write: (signal) => this.#gateway.verify(object, signal) };
  }

  async #removeGateway(signal: AbortSignal): Promise<void> {
    await this.#gateway.remove(signal);
    this.#wasGateway = false;
  }

  #routeAgentStatus(): StatusSnapshot | undefined {
    const facts = this.#options.read();
    if (facts === undefined) return undefined;
    const { settings: { nodeName, version }, clock } = this.#options;
    const { remotes, node, failure } = facts;
    const remoteEndpoints = remotes.map((remote) => toRemotePath(remote, failure));
    this.#conditions = buildConditions(node, this.#conditions, new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'));
    const object = buildRouteAgent({ nodeName, version, statusFailure: failure, remoteEndpoints, conditions: [...this.#conditions] });
    return { essence: [failure, this.#conditions, withoutFigures(remoteEndpoints)], write: (signal) => this.#routeAgent.verify(object, signal) };
  }
}
