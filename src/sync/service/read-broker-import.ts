import { EXPORTED_ANNOTATIONS, EXPORTED_LABELS } from '../../api/labels.ts';
import type { ServiceImport } from '../../api/types/index.ts';
import type { SyncRecord } from '../record.ts';
import { readBrokerIdentity } from './broker-name.ts';
import { isReservedKey } from './exported-metadata.ts';
import { refuse, type Rejection, type Screened } from './rejection.ts';
import { isLabelValue, isQualifiedName, readFamilies, readPorts, readTraffic } from './valid-fields.ts';

/** Reads what a member says about a service, without its endpoints. Malformed parts are reported, never thrown. */
export function readBrokerImport(object: ServiceImport): Screened<SyncRecord> {
  const where = `ServiceImport ${object.metadata.name}`;
  const identity = readBrokerIdentity(object, 'ServiceImport');
  if (identity.accepted === undefined) return { accepted: undefined, rejections: identity.rejections };
  const { cluster, namespace, service: name, uid } = identity.accepted;
  const { spec = {} } = object as { spec?: Readonly<Record<string, unknown>> }; // whoever wrote it may have left it out
  const ports = readPorts(spec.ports, 'name and number');
  if (ports === undefined) return refuse(where, 'PortInvalid', 'its ports are malformed or not distinct');
  if (spec.type !== 'ClusterSetIP' && spec.type !== 'Headless') return refuse(where, 'FieldInvalid', 'its type is unknown');
  const labels = readExported(object, EXPORTED_LABELS, isLabelValue);
  const annotations = readExported(object, EXPORTED_ANNOTATIONS, (value) => typeof value === 'string');
  const record: SyncRecord = {
    origin: { cluster, namespace, name, uid },
    kind: spec.type,
    ports,
    ips: Array.isArray(spec.ips) ? spec.ips.filter((ip) => typeof ip === 'string') : [],
    ipFamilies: readFamilies(spec.ipFamilies),
    traffic: readTraffic(spec),
    exportedLabels: labels.exported,
    exportedAnnotations: annotations.exported,
    groups: [],
    createdAt: object.metadata.creationTimestamp ?? '',
  };
  return { accepted: record, rejections: [...labels.rejections, ...annotations.rejections] };
}

interface Exported {
  readonly exported: Record<string, string>;
  readonly rejections: Rejection[];
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // reported by the caller, with the object's name
  }
}

function readExported({ metadata }: ServiceImport, annotation: string, isValue: (value: unknown) => boolean): Exported {
  const text = metadata.annotations?.[annotation];
  if (text === undefined) return { exported: {}, rejections: [] };
  const object = `ServiceImport ${metadata.name}`;
  const values = parseObject(text);
  if (values === undefined) return { exported: {}, rejections: [{ object, reason: 'FieldInvalid', message: `annotation ${annotation} is no JSON object` }] };
  const entries = Object.entries(values);
  const good = entries.filter(([key, value]) => isQualifiedName(key) && !isReservedKey(key) && isValue(value));
  const rejections: Rejection[] =
    good.length === entries.length ? [] : [{ object, reason: 'FieldInvalid', message: `${entries.length - good.length} entries of annotation ${annotation} are not usable` }];
  return { exported: Object.fromEntries(good) as Record<string, string>, rejections };
}
