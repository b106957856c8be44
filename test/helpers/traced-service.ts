import { apiVersionOf, type Resource, resources } from '../../src/api/resources.ts';
import type { EndpointSlice, KubeObject, MemberConfig, Service, ServiceExport, ServiceImport } from '../../src/api/types/index.ts';
import type { PathFacts } from '../../src/diagnose/trace/facts.ts';
import type { BrokerPlace, ServicePlace, ServiceView } from '../../src/inspect/service/service-view.ts';
import type { Draft } from '../../src/kube/client.ts';
import { toAggregatedImport } from '../../src/sync/service/aggregated-import.ts';
import { toBrokerObjects } from '../../src/sync/service/broker-objects.ts';
import { toDerivedService } from '../../src/sync/service/derived-service.ts';
import { servableEndpoints, toImportedSlices } from '../../src/sync/service/imported-slices.ts';
import { mergeRecords } from '../../src/sync/service/merge-records.ts';
import { readLocalService } from '../../src/sync/service/service-record.ts';
import { localExport, localService, localSlice } from './service-records.ts';

export const BROKER = 'submariner-k8s-broker';
export const VIP = '10.97.0.7';
export const ENDPOINTS = ['10.1.0.5', '10.1.0.6'] as const;
/** When the originals were written, and what time it is. */
export const WRITTEN = '2026-01-01T00:00:00Z';
export const NOW = Date.parse('2026-01-01T01:00:00Z');

/** Copies can be changed at will, the originals stay as they are. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type MutablePlace = Mutable<ServicePlace>;
export interface MutableView extends Mutable<Omit<ServiceView, 'members' | 'broker'>> {
  members: MutablePlace[];
  broker?: Mutable<BrokerPlace>;
}
export interface TracedService extends Omit<Mutable<PathFacts>, 'view' | 'from' | 'source'> {
  view: MutableView;
  from: MutablePlace;
  source: MutablePlace | undefined;
}

/** As a server gives it, written by `manager` at a time. */
export function stored<T extends KubeObject>(resource: Resource<T>, draft: Draft<T>, time = WRITTEN, manager = 'mcs-controller'): T {
  const metadata = { ...draft.metadata, creationTimestamp: WRITTEN, managedFields: [{ manager, operation: 'Apply', time }] };
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...draft, metadata } as unknown as T;
}

function place(cluster: string, index: number): MutablePlace {
  const config: MemberConfig = { clusterID: cluster, clusterUID: cluster, podCIDRs: [`10.${index}.0.0/16`], serviceCIDRs: [], nodeCIDRs: [], components: ['service-discovery'], brokerNamespace: BROKER, settings: {} };
  const workload = (component: string): ServicePlace['workloads'][number] => ({ component, kind: 'Deployment', namespace: 'submariner-operator', name: `mcs-${component}`, image: 'localhost/mcs:1', version: '1', wanted: 1, ready: 1 });
  return { cluster, context: `ctx-${cluster}`, config, workloads: ['controller', 'dns'].map(workload), namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, connections: [], slices: [], imported: [], refused: [] };
}

export function condition(type: string, status: 'True' | 'False', reason: string, message = ''): NonNullable<NonNullable<ServiceExport['status']>['conditions']>[number] {
  return { type, status, reason, message, lastTransitionTime: WRITTEN };
}

export interface TracedOptions {
  readonly service?: Partial<Service['spec']>;
}

/**
 * `shop/web`, which west exports and east calls, with nothing wrong on the whole way: the copies are made
 * by what makes them in a controller.
 */
export function tracedService({ service = {} }: TracedOptions = {}): TracedService {
  const [west, east] = [place('west', 1), place('east', 2)];
  west.service = stored(resources.services, localService(service), WRITTEN, 'kubectl');
  west.serviceExport = stored(resources.serviceExports, { ...localExport(), status: { conditions: [condition('Valid', 'True', 'Valid'), condition('Ready', 'True', 'Exported')] } }, WRITTEN, 'kubectl');
  west.slices = [stored(resources.endpointSlices, localSlice(ENDPOINTS))];
  const { record } = readLocalService({ cluster: 'west', service: west.service, serviceExport: west.serviceExport, slices: west.slices, isRoutable: () => true });
  const copies = toBrokerObjects(record, BROKER);
  const merged = mergeRecords([record]);
  if (merged === undefined) throw new Error('nothing is exported');
  const isHeadless = record.kind === 'Headless';
  const ips = isHeadless ? [] : [VIP];
  east.serviceImport = stored(resources.serviceImports, { ...toAggregatedImport({ merged, ips, ipFamilies: ['IPv4'], withdrawn: [] }).object, status: { conditions: [condition('Ready', 'True', 'Ready')] } });
  east.imported = toImportedSlices(merged, servableEndpoints(merged, () => true)).map(({ object }) => stored(resources.endpointSlices, object, '2026-01-01T00:00:02Z'));
  const derived = toDerivedService(merged, ['IPv4']).object;
  if (!isHeadless) east.derived = stored(resources.services, { ...derived, spec: { ...derived.spec, clusterIP: VIP, clusterIPs: [VIP] } });
  const member = { clusterID: 'west', podCIDRs: ['10.1.0.0/16'], serviceCIDRs: [], nodeCIDRs: [], joinedAt: '', exports: 1 };
  const view: MutableView = {
    namespace: 'shop',
    name: 'web',
    members: [west, east],
    broker: {
      cluster: 'hub',
      context: 'ctx-hub',
      namespace: BROKER,
      members: [member],
      imports: [stored(resources.serviceImports, copies.serviceImport.object, '2026-01-01T00:00:01Z')],
      slices: copies.slices.map(({ object }) => stored(resources.endpointSlices, object, '2026-01-01T00:00:01Z')),
    },
    unread: [],
    leftOut: [],
  };
  const expected = isHeadless ? [...ENDPOINTS] : ips;
  const name = 'web.shop.svc.clusterset.local';
  const targets = [...ENDPOINTS.map((host) => ({ host, port: 8080 })), ...ips.map((host) => ({ host, port: 80 }))];
  return {
    view,
    from: east,
    to: 'west',
    source: west,
    caller: {
      answers: { found: ['dns-a', 'dns-b'].map((pod) => ({ pod, type: 'A' as const, rcode: 0, addresses: expected })) },
      wiring: { status: 'pass', evidence: ['all servers have loaded it'] },
      reach: { found: { names: [{ name, type: 'A', asked: 'pod', servers: ['10.97.0.10'], addresses: expected }], targets: targets.map((target) => ({ ...target, milliseconds: 1.5 })) } },
    },
    now: NOW,
  };
}

/** A slice with other endpoints. */
export function withAddresses(slice: EndpointSlice | undefined, addresses: readonly string[], ready = true): EndpointSlice {
  if (slice === undefined) throw new Error('there is no slice');
  return { ...slice, endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready } })) };
}

/** An import with other fields. */
export function withSpec(object: ServiceImport | undefined, spec: Partial<ServiceImport['spec']>): ServiceImport {
  if (object === undefined) throw new Error('there is no import');
  return { ...object, spec: { ...object.spec, ...spec } };
}
