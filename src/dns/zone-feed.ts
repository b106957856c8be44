import type { KubeObject } from '../api/types/index.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Informer } from '../kube/informer.ts';

/** What keeps an index in step with a cluster. */
export interface ZoneFeed extends Startable {
  readonly isSynced: boolean;
  /** Resolves when the index holds everything. */
  synced(signal: AbortSignal): Promise<void>;
}

/** The feed that these informers are. */
export function createFeed(name: string, informers: readonly Pick<Informer<KubeObject>, 'hasSynced' | 'synced' | 'start' | 'stop'>[]): ZoneFeed {
  return {
    name,
    get isSynced() {
      return informers.every(({ hasSynced }) => hasSynced);
    },
    synced: async (signal) => {
      await Promise.all(informers.map((informer) => informer.synced(signal)));
    },
    start: async (signal) => {
      await Promise.all(informers.map((informer) => informer.start(signal)));
    },
    stop: async () => {
      await Promise.all(informers.map((informer) => informer.stop()));
    },
  };
}
