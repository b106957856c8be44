import { isDeepStrictEqual } from 'node:util';
import { GATEWAY_ANNOTATION_PREFIX } from '../api/data-plane.ts';
import { GATEWAY_NODE } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { CableEndpoint, KubeObject, Node, WireguardKeys } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { KeyWatch } from './key-watch.ts';
import type { NodeView } from './plan/types.ts';
import type { GatewaySettings } from './settings.ts';
import { type ChosenEndpoints, chooseEndpoints } from './view/choose-endpoints.ts';
import { isGatewayNode, toNodeView } from './view/node-facts.ts';
import type { KeyProblem } from './view/read-wireguard-keys.ts';

export interface ClusterWatchOptions {
  readonly client: KubeClient;
  readonly settings: GatewaySettings;
  /** Something that matters here has changed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

function pick(record: Readonly<Record<string, string>> | undefined, isWanted: (key: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => isWanted(key)));
}

/** A node without what changes with every heartbeat, and without what nobody asks for here. */
function shrinkNode({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const { name, uid, resourceVersion, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      labels: pick(labels, (key) => key === GATEWAY_NODE),
      annotations: pick(annotations, (key) => key.startsWith(GATEWAY_ANNOTATION_PREFIX)),
    },
    spec: { ...(spec?.podCIDR !== undefined && { podCIDR: spec.podCIDR }), ...(spec?.podCIDRs !== undefined && { podCIDRs: spec.podCIDRs }) },
    status: { addresses: status?.addresses ?? [] },
  };
}

function isSame(a: KubeObject | undefined, b: KubeObject | undefined): boolean {
  const content = (object: KubeObject | undefined): unknown => object && { ...object, metadata: { ...object.metadata, resourceVersion: '', generation: 0 } };
  return isDeepStrictEqual(content(a), content(b));
}

/** What the own cluster's API server says: nodes, Endpoints and the key of the cluster. */
export class ClusterWatch implements Startable {
  readonly name = 'watch of the cluster';
  readonly #settings: GatewaySettings;
  readonly #nodes: Informer<Node>;
  readonly #endpoints: Informer<CableEndpoint>;
  /** Undefined where the driver has no key. */
  readonly #key: KeyWatch | undefined;
  readonly #onChange: () => void;
  #signal: AbortSignal | undefined;
  /** Whether it is known if this node needs the key. */
  #hasPlace = false;
  #chosen: ChosenEndpoints | undefined;
  #views: readonly NodeView[] | undefined;

  constructor({ client, settings, onChange, clock, logger }: ClusterWatchOptions) {
    const { namespace, backend } = settings;
    this.#settings = settings;
    const common = { clock, logger };
    this.#nodes = createInformer(client, resources.nodes, { ...common, transform: shrinkNode });
    this.#endpoints = createInformer(client, resources.cableEndpoints, { ...common, namespace });
    this.#onChange = onChange;
    this.#key = backend === 'wireguard' ? new KeyWatch({ client, namespace, onChange: () => this.#tell(), ...common }) : undefined;
    for (const informer of this.#informers) {
      informer.onChange((_key, next, previous) => this.#take(next, previous));
      informer.synced().then(() => this.#tell(), () => undefined); // stopped before that
    }
  }

  get #informers(): readonly Informer<KubeObject>[] {
    return [this.#nodes, this.#endpoints];
  }

  /** Before that nothing is known, and nothing may be changed. */
  get hasSynced(): boolean {
    return this.#hasPlace && (this.#key?.hasSynced ?? true);
  }

  /** Why the cluster cannot be followed; undefined while it can. */
  get lastError(): unknown {
    return this.#informers.find(({ lastSyncError }) => lastSyncError !== undefined)?.lastSyncError ?? this.#key?.lastError;
  }

  get ownNode(): Node | undefined {
    return this.#nodes.get(this.#settings.nodeName);
  }

  get nodes(): readonly Node[] {
    return this.#nodes.list();
  }

  get nodeViews(): readonly NodeView[] {
    this.#views ??= this.#nodes.list().map(toNodeView).sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.#views;
  }

  get gatewayNodes(): ReadonlySet<string> {
    return new Set(this.#nodes.list().filter(isGatewayNode).map(({ metadata }) => metadata.name));
  }

  get endpoints(): ChosenEndpoints {
    this.#chosen ??= chooseEndpoints(this.#endpoints.list(), this.#settings.clusterID);
    return this.#chosen;
  }

  /** Undefined where there are none that can be used, or this node needs none. */
  get wireguardKeys(): WireguardKeys | undefined {
    const result = this.#key?.result;
    return result && 'keys' in result ? result.keys : undefined;
  }

  /** Why there are none, where this node needs them. */
  get keyProblem(): KeyProblem | undefined {
    const result = this.#key?.result;
    return result && 'problem' in result ? result.problem : undefined;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const informer of this.#informers) await informer.start(signal);
  }

  async stop(): Promise<void> {
    this.#signal = undefined;
    await Promise.all([...this.#informers.map((informer) => informer.stop()), this.#key?.stop()]);
  }

  #take(next: KubeObject | undefined, previous: KubeObject | undefined): void {
    if (isSame(next, previous)) return;
    this.#chosen = undefined;
    this.#views = undefined;
    this.#tell();
  }

  #tell(): void {
    this.#followKey();
    if (this.hasSynced) this.#onChange();
  }

  /** A node that has just lost its label carries the tunnels until another one does. */
  #followKey(): void {
    if (this.#signal === undefined || !this.#informers.every(({ hasSynced }) => hasSynced)) return;
    const { ownNode } = this;
    const isNamed = this.endpoints.own.some(({ spec }) => spec.hostname === this.#settings.nodeName);
    this.#key?.follow(isNamed || (ownNode !== undefined && isGatewayNode(ownNode)), this.#signal);
    this.#hasPlace = true;
  }
}
