import { resources } from '../api/resources.ts';
import type { GatewayDNS, Namespace } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { follow, type Follower } from '../sync/follow.ts';
import { ObjectCache } from '../sync/object-cache.ts';
import { slimObject } from '../sync/slim-objects.ts';
import { FOLLOW_BACKOFF } from './gateway-watches.ts';

export interface HubWatchOptions {
  readonly client: KubeClient;
  readonly onGatewayDNS: (object: GatewayDNS, previous?: GatewayDNS) => void;
  readonly onNamespace: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the hub's own cluster says: its GatewayDNS, and the labels of its namespaces. */
export class HubWatch implements Startable {
  readonly name = 'hub watch';
  readonly gatewayDNS: ObjectCache<GatewayDNS>;
  readonly namespaces: ObjectCache<Namespace>;
  readonly followers: readonly Follower[];

  constructor({ client, onGatewayDNS, onNamespace, clock, logger }: HubWatchOptions) {
    this.gatewayDNS = new ObjectCache({ clock });
    this.namespaces = new ObjectCache({ clock });
    const common = { backoff: FOLLOW_BACKOFF, clock, logger };
    this.followers = [
      follow(client, resources.gatewayDNS, this.gatewayDNS, { ...common, onNews: onGatewayDNS }),
      follow(client, resources.namespaces, this.namespaces, { ...common, slim: slimNamespace, onNews: onNamespace }),
    ];
  }

  get hasSynced(): boolean {
    return this.followers.every(({ hasSynced }) => hasSynced);
  }

  async start(signal: AbortSignal): Promise<void> {
    for (const follower of this.followers) await follower.start(signal);
  }

  async synced(signal: AbortSignal): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.synced(signal)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.stop()));
  }
}

const slimNamespace: typeof slimObject<Namespace> = ({ apiVersion, kind, metadata: { annotations: _annotations, ...metadata } }, sharing) => slimObject({ apiVersion, kind, metadata }, sharing);
