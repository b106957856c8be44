import { APP_COMPONENT, APP_MCS, APP_NAME, APP_VERSION, DERIVED_SERVICE, GATEWAY_NODE, MANAGED_BY, MANAGED_BY_MCS, MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER, MEMBER, SERVICE_NAME } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, brokerObjectName, GATEWAY_AGENT, GATEWAY_LEASE, MEMBER_BROKER_SECRET, MEMBER_CONFIG, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { CableConnection, CableEndpointSpec, KubeObject, MemberConfig, ObjectMeta } from '../../src/api/types/index.ts';
import type { ObjectStore } from '../../src/kube-serve/store.ts';
import { ownershipLabels } from '../../src/sync/ownership.ts';
import { SERVICE_OWNER } from '../../src/sync/service/broker-objects.ts';
import { derivedServiceName } from '../../src/sync/service/imported-names.ts';
import { cableSpec, memberEndpoints, memberImport } from './member-records.ts';

/** What stands in a member in which all is well, as agents that are not there have left it. */
export interface RecordedMember {
  readonly name: string;
  /** All members of its set, itself among them, by their numbers. */
  readonly members: readonly string[];
  readonly hostsBroker: boolean;
  /** Services that each member imports, all of them exported by the first. */
  readonly services: number;
  /** Slices of each imported service. Default 1. */
  readonly slices?: number;
}

const NODES = ['gateway', 'worker'];
const [CARRIER = ''] = NODES;
const NAMESPACE = 'shop';
const VERSION = '1.0.0';
const IMAGE = `localhost/mcs:${VERSION}`;
const DAY_MS = 86_400_000;
const YES = { status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'Accepted', message: '' } as const;

const podRange = (number: number): string => `10.${number}.0.0/16`;
const gatewayAddress = (number: number): string => `192.0.${2 + Math.floor(number / 250)}.${1 + (number % 250)}`;
const serviceName = (index: number): string => `web-${index}`;
const addressesOf = (slice: number): readonly string[] => [1, 2, 3].map((host) => `10.0.${slice + 1}.${host}`);

/** Address of an imported service in any cluster. */
export function recordedAddress(index: number): string {
  return `10.96.${100 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

function secretData(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

class Recorder {
  readonly #store: ObjectStore;
  readonly #member: RecordedMember;

  constructor(store: ObjectStore, member: RecordedMember) {
    this.#store = store;
    this.#member = member;
  }

  record(): void {
    for (const name of [MEMBER_NAMESPACE, NAMESPACE, ...(this.#member.hostsBroker ? [BROKER_NAMESPACE] : [])]) this.#put(resources.namespaces, { metadata: { name } });
    this.#configuration();
    this.#workloads();
    this.#nodes();
    this.#tunnels();
    for (let index = 0; index < this.#member.services; index += 1) this.#service(index);
    if (this.#member.hostsBroker) this.#broker();
  }

  get #number(): number {
    return this.#member.members.indexOf(this.#member.name);
  }

  /** The status goes its own way, as with agents. */
  #put<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>): void {
    const { status } = object as { status?: unknown };
    const { name, namespace } = this.#store.create(resource, object, { fieldManager: 'recorded' }).metadata;
    if (status !== undefined) this.#store.modify(resource, { name, namespace }, (copy) => void Object.assign(copy, { status }), { subresource: 'status' });
  }

  #own(name: string, rest: Partial<ObjectMeta> = {}): ObjectMeta {
    return { name, namespace: MEMBER_NAMESPACE, ...rest };
  }

  #configuration(): void {
    const { name } = this.#member;
    const clusterUID = this.#store.get(resources.namespaces, { name: 'kube-system' }).metadata.uid ?? '';
    const config: MemberConfig = { clusterID: name, clusterUID, podCIDRs: [podRange(this.#number)], serviceCIDRs: ['10.96.0.0/16'], nodeCIDRs: [], components: ['service-discovery', 'connectivity'], brokerNamespace: BROKER_NAMESPACE, settings: { cableDriver: 'vxlan' } };
    this.#put(resources.configMaps, { metadata: this.#own(MEMBER_CONFIG), data: { 'config.json': JSON.stringify(config) } });
    const wiring = { state: 'served', kind: 'coredns', message: 'CoreDNS serves clusterset.local itself', hints: [], places: [], servers: [], notes: [] };
    this.#put(resources.configMaps, { metadata: this.#own(MEMBER_DNS_WIRING), data: { 'status.json': JSON.stringify(wiring) } });
    const [issuedAt, expiresAt] = [0, 7 * DAY_MS].map((ms) => new Date(Date.now() + ms).toISOString());
    this.#put(resources.secrets, { metadata: this.#own(MEMBER_BROKER_SECRET), type: 'Opaque', data: secretData({ server: 'https://broker.example:6443', namespace: BROKER_NAMESPACE, clusterID: name, token: 'recorded', issuedAt: issuedAt ?? '', expiresAt: expiresAt ?? '' }) });
  }

  #workloads(): void {
    this.#workload('controller', MEMBER_NAMESPACE, 1);
    this.#workload('dns', MEMBER_NAMESPACE, 2);
    this.#workload('gateway', MEMBER_NAMESPACE, NODES.length);
    if (this.#member.hostsBroker) this.#workload('desk', BROKER_NAMESPACE, 1);
  }

  #workload(component: string, namespace: string, replicas: number): void {
    const labels = { [MANAGED_BY]: MANAGED_BY_MCS, [APP_NAME]: APP_MCS, [APP_COMPONENT]: component, [APP_VERSION]: VERSION };
    const name = component === 'gateway' ? GATEWAY_AGENT : `mcs-${component}`;
    const template = { metadata: { labels }, spec: { containers: [{ name: component, image: IMAGE }] } };
    const object = { metadata: { name, namespace, labels }, spec: { replicas, selector: { matchLabels: labels }, template } };
    if (component === 'gateway') this.#put(resources.daemonSets, { ...object, spec: { selector: object.spec.selector, template }, status: { desiredNumberScheduled: replicas, numberReady: replicas } });
    else this.#put(resources.deployments, { ...object, status: { replicas, readyReplicas: replicas } });
    for (let index = 0; index < replicas; index += 1) this.#pod(`${name}-${index}`, namespace, labels);
  }

  #pod(name: string, namespace: string, labels: Record<string, string>): void {
    const containerStatuses = [{ name: 'main', image: IMAGE, imageID: '', ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } }];
    this.#put(resources.pods, { metadata: { name, namespace, labels }, spec: { containers: [{ name: 'main', image: IMAGE }], nodeName: CARRIER }, status: { phase: 'Running', podIP: `10.${this.#number}.0.9`, conditions: [{ type: 'Ready', status: 'True' }], containerStatuses } });
  }

  #nodes(): void {
    for (const name of NODES) {
      this.#put(resources.nodes, { metadata: { name, labels: name === CARRIER ? { [GATEWAY_NODE]: 'true' } : {} }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    }
  }

  #cable(cluster: string): CableEndpointSpec {
    const number = this.#member.members.indexOf(cluster);
    return cableSpec(cluster, gatewayAddress(number), { hostname: CARRIER, subnets: [podRange(number)], healthCheckIP: `10.${number}.0.1` });
  }

  #tunnels(): void {
    const { name, members } = this.#member;
    const latencyRTT = { last: '1ms', min: '1ms', average: '1.5ms', max: '2ms', stdDev: '0s' };
    const paths = members.filter((other) => other !== name).map((other) => ({ status: 'connected' as const, statusMessage: '', spec: this.#cable(other), latencyRTT }));
    const connections = paths.map(({ spec: endpoint, ...rest }): CableConnection => ({ ...rest, endpoint, usingIP: endpoint.private_ip, usingNAT: false }));
    for (const member of members) this.#put(resources.cableEndpoints, { metadata: this.#own(member), spec: this.#cable(member) });
    this.#put(resources.gateways, { metadata: this.#own(CARRIER), status: { version: VERSION, haStatus: 'active', statusFailure: '', localEndpoint: this.#cable(name), connections } });
    for (const node of NODES) this.#put(resources.routeAgents, { metadata: this.#own(node), status: { version: VERSION, statusFailure: '', remoteEndpoints: paths } });
    // without a note of who renewed it when: nobody renews it here, and it is not to grow old
    this.#store.create(resources.leases, { metadata: this.#own(GATEWAY_LEASE), spec: { holderIdentity: CARRIER } });
  }

  #service(index: number): void {
    const { members: [exporter = ''], name, slices = 1 } = this.#member;
    const [service, namespace, ports] = [serviceName(index), NAMESPACE, [{ name: 'http', port: 80, protocol: 'TCP' as const }]];
    const tag = ownershipLabels({ owner: SERVICE_OWNER, originCluster: exporter, originUid: service });
    const derived = derivedServiceName(namespace, service);
    if (name === exporter) this.#put(resources.serviceExports, { metadata: { name: service, namespace }, status: { conditions: [{ type: 'Valid', ...YES }, { type: 'Ready', ...YES }] } });
    if (name === exporter) this.#put(resources.services, { metadata: { name: service, namespace }, spec: { type: 'ClusterIP', ports } });
    this.#put(resources.services, { metadata: { name: derived, namespace, labels: { ...tag, [MCS_SERVICE_NAME]: service } }, spec: { type: 'ClusterIP', clusterIP: recordedAddress(index), clusterIPs: [recordedAddress(index)], ports } });
    this.#put(resources.serviceImports, { metadata: { name: service, namespace, labels: tag, annotations: { [DERIVED_SERVICE]: derived } }, spec: { type: 'ClusterSetIP', ips: [recordedAddress(index)], ports } });
    for (let slice = 0; slice < slices; slice += 1) {
      const endpoints = addressesOf(slice).map((address, host) => ({ addresses: [address], conditions: { ready: true, serving: true, terminating: false }, hostname: `pod-${host}`, zone: 'zone-a' }));
      const labels = { ...tag, [MCS_SERVICE_NAME]: service, [MCS_SOURCE_CLUSTER]: exporter };
      if (name === exporter) this.#put(resources.endpointSlices, { metadata: { name: `${service}-${slice}`, namespace, labels: { [SERVICE_NAME]: service } }, addressType: 'IPv4', ports, endpoints });
      this.#put(resources.endpointSlices, { metadata: { name: `${service}-${slice}.${exporter}`, namespace, labels }, addressType: 'IPv4', ports, endpoints });
    }
  }

  #broker(): void {
    const { members: [exporter = ''], members, services, slices = 1 } = this.#member;
    const at = { namespace: BROKER_NAMESPACE };
    for (const [number, member] of members.entries()) {
      this.#put(resources.clusters, { metadata: { name: member, ...at, labels: { [MEMBER]: member } }, spec: { cluster_id: member, cluster_cidr: [podRange(number)], service_cidr: ['10.96.0.0/16'] } });
      // as long as anybody may look at it: nobody renews it
      this.#put(resources.leases, { metadata: { name: member, ...at }, spec: { holderIdentity: member, leaseDurationSeconds: 86_400, renewTime: new Date().toISOString().replace('Z', '000Z') } });
    }
    for (let index = 0; index < services; index += 1) {
      const service = { cluster: exporter, namespace: NAMESPACE, service: serviceName(index) };
      this.#put(resources.serviceImports, memberImport(service, BROKER_NAMESPACE));
      for (let slice = 0; slice < slices; slice += 1) {
        const { metadata, ...rest } = memberEndpoints(service, addressesOf(slice), BROKER_NAMESPACE);
        this.#put(resources.endpointSlices, { ...rest, metadata: { ...metadata, name: brokerObjectName(`${service.service}-${slice}`, NAMESPACE, exporter) } });
      }
    }
  }
}

/** Writes the objects of a member into the store of its API server. */
export function recordMember(store: ObjectStore, member: RecordedMember): void {
  new Recorder(store, member).record();
}
