import type { Endpoint, KubeObject, Node, Pod, Secret, Service, ServicePort } from '../../api/types/index.ts';
import { valueAt } from '../json.ts';
import type { PrinterColumn } from '../resource-definition.ts';
import { ageOf } from '../table/human-duration.ts';
import { AGE_COLUMN, NAME_COLUMN } from '../table/render-table.ts';

const NONE = '<none>';

type CellValue<T extends KubeObject> = (object: T, now: number) => string | number;

/** A column of a kind: binds the type of the objects that it gets. */
export function column<T extends KubeObject = KubeObject>(name: string, value: CellValue<T>, options: Partial<PrinterColumn> = {}): PrinterColumn {
  return { name, type: 'string', ...options, value: value as unknown as CellValue<KubeObject> };
}

/** Only with `-o wide`. */
export const WIDE = { priority: 1 };

export function joined(values: readonly string[], none = NONE): string {
  return values.length === 0 ? none : values.join(',');
}

export function labelsText(labels: Readonly<Record<string, string>> = {}): string {
  return joined(Object.entries(labels).map(([key, value]) => `${key}=${value}`));
}

function containerReason({ status }: Pod): string | undefined {
  return status?.containerStatuses
    ?.map(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason)
    .findLast((reason) => reason !== undefined);
}

function podStatus(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const phase = pod.status?.phase ?? 'Pending';
  return (valueAt(pod.status, ['reason']) as string | undefined) ?? containerReason(pod) ?? phase;
}

function restarts({ status }: Pod): number {
  return (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function readyContainers({ spec, status }: Pod): string {
  const ready = (status?.containerStatuses ?? []).filter((container) => container.ready).length;
  return `${ready}/${spec.containers.length}`;
}

export const podColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<Pod>('Ready', readyContainers),
  column<Pod>('Status', podStatus),
  column<Pod>('Restarts', (pod) => String(restarts(pod))),
  AGE_COLUMN,
  column<Pod>('IP', ({ status }) => status?.podIP ?? NONE, WIDE),
  column<Pod>('Node', ({ spec }) => spec.nodeName ?? NONE, WIDE),
  column<Pod>('Nominated Node', () => NONE, WIDE),
  column<Pod>('Readiness Gates', () => NONE, WIDE),
];

function portText({ nodePort, port, protocol = 'TCP' }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

function externalAddress({ spec, status }: Service): string {
  if (spec.type === 'ExternalName') return spec.externalName ?? NONE;
  if (spec.type !== 'LoadBalancer') return NONE;
  return joined((status?.loadBalancer?.ingress ?? []).map(({ hostname, ip }) => ip ?? hostname ?? ''), '<pending>');
}

export const serviceColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<Service>('Type', ({ spec }) => spec.type ?? 'ClusterIP'),
  column<Service>('Cluster-IP', ({ spec }) => spec.clusterIP || NONE),
  column<Service>('External-IP', externalAddress),
  column<Service>('Port(s)', ({ spec }) => joined((spec.ports ?? []).map(portText))),
  AGE_COLUMN,
  column<Service>('Selector', ({ spec }) => labelsText(spec.selector), WIDE),
];

const ROLE_LABEL = 'node-role.kubernetes.io/';

function nodeRoles({ metadata }: Node): string {
  return joined(Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(ROLE_LABEL)).map((label) => label.slice(ROLE_LABEL.length)));
}

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const text = ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady';
  return valueAt(spec, ['unschedulable']) === true ? `${text},SchedulingDisabled` : text;
}

function nodeAddress(type: string): (node: Node) => string {
  return ({ status }) => status?.addresses?.find((each) => each.type === type)?.address ?? NONE;
}

export const nodeColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<Node>('Status', nodeStatus),
  column<Node>('Roles', nodeRoles),
  AGE_COLUMN,
  column<Node>('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  column<Node>('Internal-IP', nodeAddress('InternalIP'), WIDE),
  column<Node>('External-IP', nodeAddress('ExternalIP'), WIDE),
  column<Node>('OS-Image', ({ status }) => status?.nodeInfo?.osImage ?? '<unknown>', WIDE),
];

export const namespaceColumns: readonly PrinterColumn[] = [NAME_COLUMN, { name: 'Status', type: 'string', jsonPath: '.status.phase' }, AGE_COLUMN];

export const secretColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<Secret>('Type', ({ type }) => type ?? ''),
  column<Secret>('Data', ({ data }) => Object.keys(data ?? {}).length),
  AGE_COLUMN,
];

export const configMapColumns: readonly PrinterColumn[] = [NAME_COLUMN, column<Secret>('Data', ({ data }) => Object.keys(data ?? {}).length), AGE_COLUMN];

export const serviceAccountColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<KubeObject & { secrets?: unknown[] }>('Secrets', ({ secrets }) => secrets?.length ?? 0),
  AGE_COLUMN,
];

type LegacyEndpoints = KubeObject & { subsets?: { addresses?: { ip: string }[]; ports?: { port: number }[] }[] };

export const endpointsColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<LegacyEndpoints>('Endpoints', ({ subsets }) =>
    joined((subsets ?? []).flatMap(({ addresses, ports }) => (addresses ?? []).flatMap(({ ip }) => (ports ?? []).map(({ port }) => `${ip}:${port}`)))),
  ),
  AGE_COLUMN,
];

type AnyEvent = KubeObject & { type?: string; reason?: string; message?: string; involvedObject?: { kind?: string; name?: string }; lastTimestamp?: string; eventTime?: string };

export const eventColumns: readonly PrinterColumn[] = [
  column<AnyEvent>('Last Seen', ({ eventTime, lastTimestamp, metadata }, now) => ageOf(lastTimestamp ?? eventTime ?? metadata.creationTimestamp, now)),
  column<AnyEvent>('Type', ({ type }) => type ?? ''),
  column<AnyEvent>('Reason', ({ reason }) => reason ?? ''),
  column<AnyEvent>('Object', ({ involvedObject: of }) => `${(of?.kind ?? '').toLowerCase()}/${of?.name ?? ''}`),
  column<AnyEvent>('Message', ({ message }) => (message ?? '').trim()),
  { ...NAME_COLUMN, ...WIDE },
];

export function addressesOf(endpoints: readonly Endpoint[] | null | undefined): string {
  const addresses = (endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
  if (addresses.length <= 3) return joined(addresses, '<unset>');
  return `${addresses.slice(0, 3).join(',')} + ${addresses.length - 3} more...`;
}
