import { endpointObjectName, GATEWAY_STATUS } from '../api/data-plane.ts';
import { MEMBER } from '../api/labels.ts';
import { type Resource, resources } from '../api/resources.ts';
import type { CableEndpoint, CableEndpointSpec, KubeObject } from '../api/types/index.ts';
import type { KubeClient } from '../kube/client.ts';
import { isOwnObject, OwnObject, removeObject } from './own-object.ts';

export interface PublisherOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly clusterID: string;
  readonly nodeName: string;
  /** Whether this node holds the Lease beyond doubt at this moment: asked before what is another gateway's goes. */
  readonly isConfirmed: () => boolean;
}

/** What stands for the own cluster in the API. */
export interface PublishedState {
  /** Endpoints of the own cluster. */
  readonly endpoints: readonly CableEndpoint[];
  /** Names of all nodes, and of those that are gateways. */
  readonly nodes: ReadonlySet<string>;
  readonly gatewayNodes: ReadonlySet<string>;
}

/** Writes what the active gateway says for its whole cluster, and clears up after gateways and nodes that are gone. */
export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Makes this Endpoint the only one of the cluster: first it stands, then predecessors' go, so that workers always have one. Gives it as it stands. */
  async publish(spec: CableEndpointSpec, { endpoints }: PublishedState, signal: AbortSignal): Promise<CableEndpoint> {
    const { client, namespace, clusterID, isConfirmed } = this.#options;
    const name = endpointObjectName(clusterID, spec.private_ip);
    const object = new OwnObject(client, resources.cableEndpoints, namespace, name, endpoints.find(({ metadata }) => metadata.name === name));
    const standing = await object.ensure({ metadata: { name, namespace, labels: { [MEMBER]: clusterID } }, spec }, signal);
    for (const endpoint of endpoints) {
      if (endpoint.metadata.name !== name && isConfirmed()) await removeObject(client, resources.cableEndpoints, endpoint, signal);
    }
    return standing;
  }

  /** Takes away the Endpoints that name this node, which is no gateway any more. */
  async retire({ endpoints }: PublishedState, signal: AbortSignal): Promise<void> {
    const { client, nodeName } = this.#options;
    for (const endpoint of endpoints) {
      if (endpoint.spec.hostname === nodeName) await removeObject(client, resources.cableEndpoints, endpoint, signal);
    }
  }

  /** Removes the Gateways of nodes that are none any more, and the RouteAgents of nodes that are gone. */
  async sweep({ nodes, gatewayNodes }: PublishedState, signal: AbortSignal): Promise<void> {
    await this.#removeOthers(resources.gateways, gatewayNodes, signal);
    await this.#removeOthers(resources.routeAgents, nodes, signal);
  }

  /** Tells the load balancer's Service by a label of the own pod where the active gateway is. */
  async labelPod(podName: string, status: 'active' | 'passive', signal: AbortSignal): Promise<void> {
    const { client, namespace } = this.#options;
    await client.patch(resources.pods, podName, namespace, 'application/merge-patch+json', { metadata: { labels: { [GATEWAY_STATUS]: status } } }, { signal });
  }

  async #removeOthers<T extends KubeObject>(resource: Resource<T>, names: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { client, namespace } = this.#options;
    const { items } = await client.list(resource, { namespace, signal });
    for (const object of items) {
      if (isOwnObject(object) && !names.has(object.metadata.name)) await removeObject(client, resource, object, signal);
    }
  }
}
