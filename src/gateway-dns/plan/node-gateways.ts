import type { Endpoint, EndpointSlice, Node, Service } from '../../api/types/index.ts';
import { screenAddresses } from './addresses.ts';
import type { FindOptions, GatewayLookup, GatewayView } from './gateway-lookup.ts';
import { firstTcpPort } from './ports.ts';
import type { GatewayRule } from './rule.ts';

const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

type AddressType = GatewayRule['nodeAddressType'];

function isReady({ metadata, status }: Node): boolean {
  return metadata.deletionTimestamp === undefined && status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

/** Those that pass, or all where none does: what may answer again at any moment is better than no name. */
function preferred<T>(items: readonly T[], test: (item: T) => boolean): readonly T[] {
  const passing = items.filter(test);
  return passing.length > 0 ? passing : items;
}

/** Names of the nodes with ready endpoints; of all endpoints where none is ready. */
function nodesOfEndpoints(slices: readonly EndpointSlice[]): ReadonlySet<string> {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  // an unset condition means ready (EndpointSlice API)
  const ready = preferred(endpoints, ({ conditions }: Endpoint) => conditions?.ready !== false);
  return new Set(ready.flatMap(({ nodeName }) => nodeName ?? []));
}

function addressesOf({ status }: Node, wanted: AddressType): string[] {
  const ofType = (wantedType: string): string[] => (status?.addresses ?? []).flatMap(({ type, address }) => (type === wantedType ? [address] : []));
  if (wanted !== undefined) return ofType(wanted);
  const external = ofType('ExternalIP');
  return external.length > 0 ? external : ofType('InternalIP');
}

function readNodes(nodes: readonly Node[], rule: GatewayRule, port: number | undefined, { allowLoopback }: FindOptions): GatewayLookup {
  const addressed = nodes.filter((node) => addressesOf(node, rule.nodeAddressType).length > 0);
  const texts = preferred(addressed, isReady).flatMap((node) => addressesOf(node, rule.nodeAddressType));
  const { addresses, notes } = screenAddresses(texts, allowLoopback);
  if (addresses.length === 0) return { kind: 'none', message: [`none of its nodes has an address${rule.nodeAddressType === undefined ? '' : ` of type ${rule.nodeAddressType}`}`, ...notes].join('; ') };
  return { kind: 'found', addresses, hostnames: [], notes, ...(port !== undefined && { port }) };
}

/** Nodes that take connections on the node ports of a Service. */
export function readNodePorts(service: Service, { nodes, slices }: GatewayView, rule: GatewayRule, options: FindOptions): GatewayLookup {
  if (!service.spec.ports?.some(({ nodePort }) => nodePort)) return { kind: 'none', message: 'its Service has no node port' };
  const taking = nodes.filter(({ metadata }) => metadata.labels?.[EXCLUDED] === undefined);
  if (service.spec.externalTrafficPolicy !== 'Local') return readNodes(taking, rule, firstTcpPort(service)?.nodePort, options);
  // other nodes drop what comes in
  const local = nodesOfEndpoints(slices);
  if (local.size === 0) return { kind: 'none', message: 'its Service has no endpoint on any node, and takes traffic on their nodes only' };
  return readNodes(taking.filter(({ metadata }) => local.has(metadata.name)), rule, firstTcpPort(service)?.nodePort, options);
}

/** Nodes with pods that listen on ports of their node. Those ports stand in the pods: by custom the Service has the same. */
export function readHostPorts(service: Service, { nodes, slices }: GatewayView, rule: GatewayRule, options: FindOptions): GatewayLookup {
  const hosts = nodesOfEndpoints(slices);
  if (hosts.size === 0) return { kind: 'none', message: 'its Service has no endpoint on any node' };
  return readNodes(nodes.filter(({ metadata }) => hosts.has(metadata.name)), rule, firstTcpPort(service)?.port, options);
}
