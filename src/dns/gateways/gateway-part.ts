import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ServedZone } from '../served-zone.ts';
import type { ZoneFeed } from '../zone-feed.ts';
import type { ExternalLookup } from './external-lookup.ts';
import { ExternalNames } from './external-names.ts';
import { followGateways } from './follow-gateways.ts';
import { GatewayIndex } from './gateway-index.ts';
import { GatewayZones } from './gateway-zones.ts';
import { createGatewayMetrics } from './metrics.ts';
import { derivedZones, fixedZones, type ZoneSettings } from './zone-set.ts';

export interface GatewayPartOptions {
  readonly client: KubeClient;
  /** Where the slices are. */
  readonly namespace: string;
  /** Names of the zones; undefined: they follow from the records. */
  readonly suffixes: readonly string[] | undefined;
  readonly settings: ZoneSettings;
  readonly lookup: ExternalLookup;
  /** The other zones of the server, to which records may lead. */
  readonly others: readonly ServedZone[];
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface GatewayPart {
  readonly zone: ServedZone;
  readonly feed: ZoneFeed;
  /** Looks up names outside until it is stopped. */
  readonly external: Startable;
}

/** All that answers names of gateways. */
export function createGatewayPart({ client, namespace, suffixes, settings, lookup, others, registry, clock, logger }: GatewayPartOptions): GatewayPart {
  const zones = suffixes === undefined ? derivedZones(settings) : fixedZones(suffixes, settings);
  const onLookup = createGatewayMetrics(registry, () => ({ index, external }));
  const elsewhere: ServedZone['answer'] = (question) => {
    for (const zone of others) {
      const answer = zone.answer(question);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  const isInside = (name: string): boolean => zones.find(name) !== undefined || elsewhere({ name, type: 'SOA' }) !== undefined;
  const external: ExternalNames = new ExternalNames({ lookup, isInside, clock, logger, onLookup });
  const index: GatewayIndex = new GatewayIndex({ zones, targets: external });
  const feed = followGateways({ client, index, namespace, logger });
  const world = { zones, index, external: external.find.bind(external), elsewhere };
  return {
    zone: new GatewayZones({ world, isSynced: () => feed.isSynced }),
    feed,
    external: {
      name: 'external-names',
      start: () => Promise.resolve(),
      stop: () => {
        external.close();
        return Promise.resolve();
      },
    },
  };
}
