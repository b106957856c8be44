import { isDeepStrictEqual } from 'node:util';
import { SERVICE_NAME, SLICE_MANAGED_BY } from '../../api/labels.ts';
import type { Endpoint, EndpointPort, EndpointSlice, Pod, Service, ServicePort } from '../../api/types/index.ts';

/** Who manages the slices that are made from a Service's selector. */
export const SLICE_CONTROLLER = 'endpointslice-controller.k8s.io';

/** As many as Kubernetes puts into one slice. */
const MAX_ENDPOINTS = 100;

/** Ports and endpoints of a slice that is to exist. */
export interface SlicePlan {
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Number of a port in one pod; undefined where the pod has no port of that name. */
function resolvePort(pod: Pod, { port, protocol = 'TCP', targetPort }: ServicePort): number | undefined {
  if (targetPort === undefined || targetPort === 0 || targetPort === '') return port;
  if (typeof targetPort === 'number') return targetPort;
  const named = pod.spec.containers.flatMap(({ ports = [] }) => ports).find((each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol);
  return named?.containerPort ?? (/^\d+$/.test(targetPort) ? Number(targetPort) : undefined);
}

function portsFor(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = resolvePort(pod, servicePort);
    if (port === undefined) return [];
    const { appProtocol, name = '', protocol = 'TCP' } = servicePort;
    return [{ name, protocol, port, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

function endpointFor(service: Service, pod: Pod, address: string): Endpoint {
  const { metadata, spec } = pod;
  const terminating = metadata.deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const published = service.spec.publishNotReadyAddresses === true;
  const hasHostname = spec.hostname !== undefined && spec.subdomain === service.metadata.name;
  return {
    addresses: [address],
    conditions: { ready: published || (serving && !terminating), serving, terminating },
    ...(hasHostname && spec.hostname !== undefined && { hostname: spec.hostname }),
    ...(spec.nodeName !== undefined && { nodeName: spec.nodeName }),
    targetRef: {
      kind: 'Pod',
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(metadata.uid !== undefined && { uid: metadata.uid }),
    },
  };
}

/** Whether a pod's labels carry everything that a plain selector asks for. */
export function isSelected(selector: Readonly<Record<string, string>> | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/**
 * The slices of a Service with a selector. Pods for which a named port has different numbers stand
 * in different slices; without any pod there is one empty slice, as in Kubernetes.
 */
export function planSlices(service: Service, pods: readonly Pod[]): readonly SlicePlan[] {
  const groups = new Map<string, SlicePlan>();
  const sorted = [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const pod of sorted) {
    const address = pod.status?.podIP;
    const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (address === undefined || over || !isSelected(service.spec.selector, pod.metadata.labels)) continue;
    const ports = portsFor(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointFor(service, pod, address));
  }
  if (groups.size === 0) return [{ ports: [], endpoints: [] }];
  return [...groups.values()].flatMap(split);
}

function split({ ports, endpoints }: SlicePlan): SlicePlan[] {
  const count = Math.ceil(endpoints.length / MAX_ENDPOINTS);
  return Array.from({ length: count }, (_, index) => ({ ports, endpoints: endpoints.slice(index * MAX_ENDPOINTS, (index + 1) * MAX_ENDPOINTS) }));
}

/** Labels of a Service's slices: the Service's own, and those that say whose they are. */
export function sliceLabels(service: Service): Record<string, string> {
  return {
    ...service.metadata.labels,
    ...(service.spec.clusterIP === 'None' && { 'service.kubernetes.io/headless': '' }),
    [SERVICE_NAME]: service.metadata.name,
    [SLICE_MANAGED_BY]: SLICE_CONTROLLER,
  };
}

/** What has to be written so that the slices of a Service are as planned. */
export interface SliceDiff {
  readonly create: readonly SlicePlan[];
  readonly update: readonly { readonly slice: EndpointSlice; readonly plan: SlicePlan }[];
  readonly remove: readonly EndpointSlice[];
}

/** Matches plans with standing slices so that as few as possible change. */
export function diffSlices(plans: readonly SlicePlan[], standing: readonly EndpointSlice[], labels: Readonly<Record<string, string>>): SliceDiff {
  const free = [...standing];
  const create: SlicePlan[] = [];
  const update: { slice: EndpointSlice; plan: SlicePlan }[] = [];
  for (const plan of plans) {
    const samePorts = free.findIndex((slice) => isDeepStrictEqual(slice.ports ?? [], plan.ports));
    const index = samePorts >= 0 ? samePorts : free.length > 0 ? 0 : -1;
    const [slice] = index < 0 ? [] : free.splice(index, 1);
    if (slice === undefined) create.push(plan);
    else if (!isAsPlanned(slice, plan, labels)) update.push({ slice, plan });
  }
  return { create, update, remove: free };
}

function isAsPlanned(slice: EndpointSlice, plan: SlicePlan, labels: Readonly<Record<string, string>>): boolean {
  return isDeepStrictEqual([slice.ports ?? [], slice.endpoints ?? [], slice.metadata.labels], [plan.ports, plan.endpoints, labels]);
}
