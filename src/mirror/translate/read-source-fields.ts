import { isDnsLabel, isDnsSubdomain } from '../../api/names.ts';
import type { Service } from '../../api/types/index.ts';
import type { RecordPort, SyncRecord } from '../../sync/record.ts';
import { isReservedKey, screenExported } from '../../sync/service/exported-metadata.ts';
import { kindOf } from '../../sync/service/service-record.ts';
import { isLabelValue, isPortNumber, readAddresses, readFamilies, readTraffic, screenPorts } from '../../sync/service/valid-fields.ts';
import { MARKS } from './marks.ts';
import { fieldsOf, type Fields } from './raw-fields.ts';

/** What of a record a Service alone gives. */
export type ReadFields = Omit<SyncRecord, 'origin' | 'groups' | 'placement'> & { readonly uid: string };

export interface ScreenedFields {
  /** Undefined where nothing of the Service can be used. */
  readonly fields: ReadFields | undefined;
  /** For people: what is left out, and why. */
  readonly faults: readonly string[];
}

const TYPES: readonly unknown[] = [undefined, 'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];

/** Reads a Service of a source, whatever it may be. */
export function readServiceFields(service: Service): ScreenedFields {
  const metadata = fieldsOf((service as Partial<Service> | null)?.metadata);
  const spec = fieldsOf((service as Partial<Service> | null)?.spec);
  const unusable = findUnusable(metadata, spec);
  if (unusable !== undefined) return { fields: undefined, faults: [unusable] };
  const kind = kindOf({ spec } as unknown as Service);
  const { ports, faults } = readServicePorts(spec.ports);
  if (kind === 'ClusterSetIP' && ports.length === 0) return { fields: undefined, faults: [...faults, 'The Service has no port that can be used'] };
  const labels = readEntries(metadata.labels, 'labels');
  const annotations = readEntries(metadata.annotations, 'annotations');
  const fields: ReadFields = {
    kind,
    ...(kind === 'ExternalName' && { externalName: String(spec.externalName) }),
    ports,
    ips: readAddresses(spec.clusterIPs ?? [spec.clusterIP]),
    ipFamilies: readFamilies(spec.ipFamilies),
    traffic: readTraffic(spec),
    exportedLabels: labels.entries,
    exportedAnnotations: annotations.entries,
    uid: isLabelValue(metadata.uid) ? metadata.uid : '', // it becomes a label
    createdAt: typeof metadata.creationTimestamp === 'string' ? metadata.creationTimestamp : '',
  };
  return { fields, faults: [...faults, ...labels.faults, ...annotations.faults] };
}

function findUnusable({ name, namespace }: Fields, spec: Fields): string | undefined {
  if (typeof name !== 'string' || !isDnsLabel(name) || typeof namespace !== 'string' || !isDnsLabel(namespace)) return 'The namespace or the name of the Service is malformed';
  if (Object.keys(spec).length === 0) return 'The Service has no spec';
  if (!TYPES.includes(spec.type)) return 'The type of the Service is unknown';
  if (spec.type === 'ExternalName' && !isExternalName(spec.externalName)) return 'The external name of the Service is no DNS name';
  return undefined;
}

/** Kubernetes takes an absolute name too. */
function isExternalName(value: unknown): boolean {
  return typeof value === 'string' && isDnsSubdomain(value.replace(/\.$/, ''));
}

function readServicePorts(raw: unknown): { ports: RecordPort[]; faults: string[] } {
  const { ports: screened, refused } = screenPorts(raw, 'name and number');
  // several ports must all have names
  const ports = screened.length > 1 ? screened.filter(({ name }) => name !== '') : screened;
  const count = refused + screened.length - ports.length;
  const withTargets = ports.map((port) => ({ ...port, ...targetPortOf(port, raw as readonly unknown[]) }));
  return { ports: withTargets, faults: count === 0 ? [] : [`${count} ports of the Service are malformed, not distinct or too many`] };
}

/** IANA service name, as ports of containers have. */
const TARGET_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

function targetPortOf({ name, port }: RecordPort, raw: readonly unknown[]): Pick<RecordPort, 'targetPort'> {
  const { targetPort } = raw.map(fieldsOf).find((each) => (each.name ?? '') === name && each.port === port) ?? {};
  if (isPortNumber(targetPort) || (typeof targetPort === 'string' && TARGET_NAME.test(targetPort))) return { targetPort };
  return {};
}

/** Kubernetes takes 256 KiB of annotations; a mirror adds its own, and the keys once more. */
const MAX_TEXT = 192 * 1024;

function readEntries(raw: unknown, kind: 'labels' | 'annotations'): { entries: Record<string, string>; faults: string[] } {
  const { exported, refused } = screenExported(fieldsOf(raw), kind);
  const malformed = refused.filter((key) => !isReservedKey(key));
  // by its marks an older system would take the mirror for an original, or for its own copy
  const entries = Object.fromEntries(Object.entries(exported).filter(([key]) => !MARKS.includes(key)));
  const size = Object.entries(entries).reduce((sum, [key, value]) => sum + 2 * Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (size > MAX_TEXT) return { entries: {}, faults: [`The ${kind} of the Service are more than ${MAX_TEXT} bytes`] };
  return { entries, faults: malformed.length === 0 ? [] : [`${malformed.length} ${kind} of the Service are malformed`] };
}
