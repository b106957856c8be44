import { APPLIED_KEYS, PLACEMENT_POLICY } from '../../api/labels.ts';
import type { EndpointPort, EndpointSlice, ServiceImport, ServiceImportPort } from '../../api/types/index.ts';
import type { SyncRecord } from '../../sync/record.ts';
import { formatPlacement } from '../../sync/service/placement.ts';
import { readBrokerImport } from '../../sync/service/read-broker-import.ts';
import { readLocalService } from '../../sync/service/service-record.ts';
import type { ServicePlace } from './service-view.ts';

/** What is carried from one cluster to another, field by field, as text. */
export type ServiceFields = Readonly<Record<string, string>>;

/** Prefix of the fields that tell of endpoints. */
export const ENDPOINT_FIELD = 'endpoint ';

type Port = ServiceImportPort | EndpointPort;

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
const listPorts = (ports: readonly string[]): string => ports.toSorted(byText).join(', ');
const listEntries = (values: Readonly<Record<string, string>>): string => Object.entries(values).map(([key, value]) => `${key}=${value}`).toSorted(byText).join(', ');
const describePort = ({ name = '', port, protocol = 'TCP', appProtocol }: Port): string => `${name} ${port ?? ''}/${protocol}${appProtocol === undefined ? '' : ` ${appProtocol}`}`.trim();

interface Described {
  readonly type: string;
  readonly ports: readonly Port[];
  readonly traffic: Partial<Pick<ServiceImport['spec'], 'sessionAffinity' | 'sessionAffinityConfig' | 'internalTrafficPolicy' | 'trafficDistribution'>>;
  readonly placement: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function fieldsOf({ annotations, labels, placement, ports, traffic, type }: Described): ServiceFields {
  const { internalTrafficPolicy = 'Cluster', sessionAffinity = 'None', sessionAffinityConfig, trafficDistribution = '' } = traffic;
  const seconds = sessionAffinity === 'ClientIP' ? sessionAffinityConfig?.clientIP?.timeoutSeconds : undefined;
  return {
    type,
    ports: listPorts(ports.map(describePort)),
    'session affinity': seconds === undefined ? sessionAffinity : `${sessionAffinity} for ${seconds} s`,
    'internal traffic policy': internalTrafficPolicy,
    'traffic distribution': trafficDistribution,
    placement,
    'exported labels': listEntries(labels),
    'exported annotations': listEntries(annotations),
  };
}

/** What a record says, its endpoints apart. */
export function recordFields({ exportedAnnotations, exportedLabels, kind, placement, ports, traffic }: SyncRecord): ServiceFields {
  return fieldsOf({ type: kind, ports, traffic, placement: formatPlacement(placement), labels: exportedLabels, annotations: exportedAnnotations });
}

/** `endpoint 10.1.0.5` -> `ready 8080/TCP`; ports by number, because an importer may have to give them other names. */
export function endpointFields(slices: readonly EndpointSlice[]): ServiceFields {
  const fields: Record<string, string> = {};
  for (const { endpoints, ports } of slices) {
    const numbers = listPorts((ports ?? []).map(({ port, protocol = 'TCP' }) => `${port ?? 'any'}/${protocol}`));
    for (const { addresses, conditions, hostname, zone } of endpoints ?? []) {
      // an unset condition means ready (EndpointSlice API)
      const words = [conditions?.ready === false ? 'not ready' : 'ready', numbers, hostname && `hostname ${hostname}`, zone && `zone ${zone}`];
      for (const address of addresses) fields[`${ENDPOINT_FIELD}${address}`] = words.filter(Boolean).join(' ');
    }
  }
  return fields;
}

/** The Service as its cluster would export it; undefined where there is none. */
export function sourceFields({ cluster, service, serviceExport, slices }: Pick<ServicePlace, 'cluster' | 'service' | 'serviceExport' | 'slices'>): ServiceFields | undefined {
  if (service === undefined) return undefined;
  const { record } = readLocalService({ cluster, service, ...(serviceExport && { serviceExport }), slices, isRoutable: () => true });
  // slices of names are not exported
  return { ...recordFields(record), ...endpointFields(slices.filter(({ addressType }) => addressType !== 'FQDN')) };
}

/** The copy on the broker; undefined where there is none, or one that importers do not take. */
export function brokerFields(serviceImport: ServiceImport | undefined, slices: readonly EndpointSlice[]): ServiceFields | undefined {
  const record = serviceImport && readBrokerImport(serviceImport).accepted;
  return record && { ...recordFields(record), ...endpointFields(slices) };
}

function appliedKeys(annotations: Readonly<Record<string, string>>): { readonly labels?: readonly string[]; readonly annotations?: readonly string[] } {
  try {
    return JSON.parse(annotations[APPLIED_KEYS] ?? '{}') as ReturnType<typeof appliedKeys>;
  } catch {
    return {}; // edited by hand: what was exported is not known then
  }
}

function pick(values: Readonly<Record<string, string>>, keys: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])));
}

/** The import of a cluster, with the slices that are given; undefined where there is none. */
export function importFields({ serviceImport }: Pick<ServicePlace, 'serviceImport'>, slices: readonly EndpointSlice[]): ServiceFields | undefined {
  if (serviceImport === undefined) return undefined;
  const { annotations = {}, labels = {} } = serviceImport.metadata;
  const keys = appliedKeys(annotations);
  const spec = (serviceImport as { spec?: Partial<ServiceImport['spec']> }).spec ?? {}; // others may have made one without
  const described: Described = { type: spec.type ?? '', ports: spec.ports ?? [], traffic: spec, placement: annotations[PLACEMENT_POLICY] ?? 'all', labels: pick(labels, keys.labels), annotations: pick(annotations, keys.annotations) };
  return { ...fieldsOf(described), ...endpointFields(slices) };
}
