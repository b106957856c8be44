import { isDeepStrictEqual } from 'node:util';
import { GATEWAY_ANNOTATION_PREFIX } from '../api/data-plane.ts';
import { GATEWAY_NODE } from '../api/labels.ts';
import { MEMBER_WIREGUARD_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { CableEndpoint, KubeObject, Node, Secret, WireguardKeys } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import type { NodeView } from './plan/types.ts';
import type { GatewaySettings } from './settings.ts';
import { type ChosenEndpoints, chooseEndpoints } from './view/choose-endpoints.ts';
import { isGatewayNode, toNodeView } from './view/node-facts.ts';

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

function textOf(secret: Secret | undefined, key: string): string | undefined {
  const encoded = secret?.data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').trim();
}

/** What the own cluster's API server says: nodes, Endpoints and the key of the cluster. */
export class ClusterWatch implements Startable {
  readonly name = 'watch of the cluster';
  readonly #settings: GatewaySettings;
  readonly #nodes: Informer<Node>;
  readonly #endpoints: Informer<CableEndpoint>;
  /** Undefined where the driver has no key. */
  readonly #secret: Informer<Secret> | undefined;
  #chosen: ChosenEndpoints | undefined;
  #views: readonly NodeView[] | undefined;

  constructor({ client, settings, onChange, clock, logger }: ClusterWatchOptions) {
    const { namespace, backend } = settings;
    this.#settings = settings;
    const common = { clock, logger };
    this.#nodes = createInformer(client, resources.nodes, { ...common, transform: shrinkNode });
    this.#endpoints = createInformer(client, resources.cableEndpoints, { ...common, namespace });
    const hasKey = backend === 'wireguard';
    this.#secret = hasKey ? createInformer(client, resources.secrets, { ...common, namespace, fieldSelector: `metadata.name=${MEMBER_WIREGUARD_SECRET}` }) : undefined;
    const tell = (_key: string, next: KubeObject | undefined, previous: KubeObject | undefined): void => {
      if (isSame(next, previous)) return;
      this.#chosen = undefined;
      this.#views = undefined;
      if (this.hasSynced) onChange();
    };
    for (const informer of this.#informers) {
      informer.onChange(tell);
      informer.synced().then(() => { if (this.hasSynced) onChange(); }, () => undefined); // stopped before that
    }
  }

  get #informers(): readonly Informer<KubeObject>[] {
    return [this.#nodes, this.#endpoints, ...(this.#secret === undefined ? [] : [this.#secret])];
  }

  /** Before that nothing is known, and nothing may be changed. */
  get hasSynced(): boolean {
    return this.#informers.every(({ hasSynced }) => hasSynced);
  }

  /** Why the cluster cannot be followed; undefined while it can. */
  get lastError(): unknown {
    return this.#informers.find(({ lastSyncError }) => lastSyncError !== undefined)?.lastSyncError;
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

  /** Undefined where there are none. */
  get wireguardKeys(): WireguardKeys | undefined {
    const secret = this.#secret?.get(`${this.#settings.namespace}/${MEMBER_WIREGUARD_SECRET}`);
    const [privateKey, publicKey] = [textOf(secret, 'privateKey'), textOf(secret, 'publicKey')];
    return privateKey === undefined || publicKey === undefined ? undefined : { privateKey, publicKey };
  }

  get needsKeys(): boolean {
    return this.#secret !== undefined;
  }

  async start(signal: AbortSignal): Promise<void> {
    for (const informer of this.#informers) await informer.start(signal);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.stop()));
  }
}
