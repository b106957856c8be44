import { Counter, Gauge, type Registry } from 'prom-client';
import { resources } from '../../api/resources.ts';
import type { ReadServerObserver } from '../../kube-serve/read-server.ts';
import type { ReplicaStore } from '../../kube-serve/store.ts';

const COUNTED = [resources.services, resources.endpointSlices, resources.endpoints, resources.serviceExports];

/** What an emitter says of itself to Prometheus. */
export function createEmitterMetrics(registry: Registry, store: ReplicaStore): ReadServerObserver {
  const options = { labelNames: ['resource'] as const, registers: [registry] };
  const watches = new Gauge({ ...options, name: 'mcs_emitter_watches', help: 'Watches that are open' });
  const sent = new Counter({ ...options, name: 'mcs_emitter_events_total', help: 'Events sent, counted for each watch' });
  // looked up once: finding a counter by its labels would cost more than sending
  const sentBy = new Map(COUNTED.map(({ plural }) => [plural, sent.labels(plural)]));
  const cut = new Counter({ ...options, name: 'mcs_emitter_watches_cut_total', help: 'Watches ended with 410 because their client did not keep up' });
  const refused = new Counter({ ...options, name: 'mcs_emitter_watches_refused_total', help: 'Watches refused with 429 because too many were open' });
  new Gauge({
    ...options,
    name: 'mcs_emitter_objects',
    help: 'Objects that are emitted',
    collect() {
      for (const resource of COUNTED) this.set({ resource: resource.plural }, store.count(resource));
    },
  });
  return {
    watchOpened: (resource) => watches.inc({ resource }),
    watchClosed: (resource) => watches.dec({ resource }),
    eventSent: (resource) => sentBy.get(resource)?.inc(),
    watchCut: (resource) => cut.inc({ resource }),
    watchRefused: (resource) => refused.inc({ resource }),
  };
}
