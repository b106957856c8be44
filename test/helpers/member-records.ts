import { cableName } from '../../src/api/data-plane.ts';
import { macOf } from '../../src/api/mac.ts';
import { apiVersionOf, type Resource, resources } from '../../src/api/resources.ts';
import type { CableEndpoint, CableEndpointSpec, EndpointSlice, KubeObject, ServiceImport } from '../../src/api/types/index.ts';
import { toBrokerEndpoint } from '../../src/sync/cable/cable-objects.ts';
import type { SyncRecord } from '../../src/sync/record.ts';
import { toBrokerObjects } from '../../src/sync/service/broker-objects.ts';
import { readLocalService } from '../../src/sync/service/service-record.ts';

/** A service as a member exports it. */
export interface MemberService {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
}

const PORT = { name: 'http', protocol: 'TCP' as const, port: 80 };
const UID = '00000000-0000-4000-8000-000000000001';

function recordOf({ cluster, namespace, service: name }: MemberService, addresses: readonly string[]): SyncRecord {
  const service = withType(resources.services, { metadata: { name, namespace, uid: UID }, spec: { type: 'ClusterIP', clusterIP: '192.0.2.1', ports: [PORT] } });
  const slice = withType(resources.endpointSlices, { metadata: { name: `${name}-1`, namespace, uid: UID }, addressType: 'IPv4', ports: [PORT], endpoints: addresses.map((address) => ({ addresses: [address] })) });
  return readLocalService({ cluster, service, slices: [slice], isRoutable: () => true }).record;
}

function withType<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>): T {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object } as unknown as T;
}

/** The ServiceImport that a well-behaved member writes to the broker. */
export function memberImport(service: MemberService, brokerNamespace: string): ServiceImport {
  return withType(resources.serviceImports, toBrokerObjects(recordOf(service, []), brokerNamespace).serviceImport.object as Omit<ServiceImport, 'apiVersion' | 'kind'>);
}

/** Its EndpointSlice with these addresses, whatever they are. */
export function memberEndpoints(service: MemberService, addresses: readonly string[], brokerNamespace: string): EndpointSlice {
  const [slice] = toBrokerObjects(recordOf(service, addresses), brokerNamespace).slices;
  if (slice === undefined) throw new Error('the record has no slice');
  return withType(resources.endpointSlices, slice.object as Omit<EndpointSlice, 'apiVersion' | 'kind'>);
}

/** What the active gateway of a cluster says of its end of the tunnels. */
export function cableSpec(cluster: string, privateIP: string, rest: Partial<CableEndpointSpec> = {}): CableEndpointSpec {
  const hostname = rest.hostname ?? `${cluster}-gateway`;
  return {
    cluster_id: cluster,
    cable_name: cableName(cluster, privateIP),
    hostname,
    subnets: ['198.51.100.0/24'],
    private_ip: privateIP,
    public_ip: '',
    nat_enabled: false,
    backend: 'vxlan',
    backend_config: { 'udp-port': '4500', mac: macOf('cable', cluster, hostname, privateIP) },
    ...rest,
  };
}

/** The Endpoint that a well-behaved member writes to the broker. */
export function memberCable(cluster: string, privateIP: string, brokerNamespace: string, rest: Partial<CableEndpointSpec> = {}): CableEndpoint {
  const local = withType(resources.cableEndpoints, { metadata: { name: 'local', uid: UID }, spec: cableSpec(cluster, privateIP, rest) });
  return withType(resources.cableEndpoints, toBrokerEndpoint(local, brokerNamespace).object as Omit<CableEndpoint, 'apiVersion' | 'kind'>);
}
