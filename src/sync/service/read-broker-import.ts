import { EXPORTED_ANNOTATIONS, EXPORTED_LABELS, PLACEMENT_POLICY } from '../../api/labels.ts';
import type { ServiceImport } from '../../api/types/index.ts';
import type { PlacementPolicy, SyncRecord } from '../record.ts';
import { readBrokerIdentity } from './broker-name.ts';
import { screenExported } from './exported-metadata.ts';
import { parsePlacement, PLACE_EVERYWHERE } from './placement.ts';
import { refuse, type Rejection, type Screened } from './rejection.ts';
import { readAddresses, readFamilies, readPorts, readTraffic } from './valid-fields.ts';

/** Reads what a member says about a service, without its endpoints. Malformed parts are reported, never thrown. */
export function readBrokerImport(object: ServiceImport): Screened<SyncRecord> {
  const where = `ServiceImport ${object.metadata.name}`;
  const identity = readBrokerIdentity(object, 'ServiceImport');
  if (identity.accepted === undefined) return { accepted: undefined, rejections: identity.rejections };
  const { cluster, namespace, service: name, uid } = identity.accepted;
  const spec = (object as { spec?: Readonly<Record<string, unknown>> | null }).spec ?? {}; // whoever wrote it may have left it out
  const ports = readPorts(spec.ports, 'name and number');
  if (ports === undefined) return refuse(where, 'PortInvalid', 'its ports are malformed, not distinct or too many');
  if (spec.type !== 'ClusterSetIP' && spec.type !== 'Headless') return refuse(where, 'FieldInvalid', 'its type is unknown');
  const labels = readExported(object, EXPORTED_LABELS, 'labels');
  const annotations = readExported(object, EXPORTED_ANNOTATIONS, 'annotations');
  const placement = readPlacement(object);
  const record: SyncRecord = {
    origin: { cluster, namespace, name, uid },
    kind: spec.type,
    ports,
    ips: readAddresses(spec.ips),
    ipFamilies: readFamilies(spec.ipFamilies),
    traffic: readTraffic(spec),
    exportedLabels: labels.exported,
    exportedAnnotations: annotations.exported,
    placement: placement.policy,
    groups: [],
    createdAt: object.metadata.creationTimestamp ?? '',
  };
  return { accepted: record, rejections: [...labels.rejections, ...annotations.rejections, ...placement.rejections] };
}

interface Exported {
  readonly exported: Record<string, string>;
  readonly rejections: Rejection[];
}

/** Of labels and of annotations each: what importers write must fit into the 256 KiB that an API server takes. */
const MAX_EXPORTED = 65_536;

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // reported by the caller, with the object's name
  }
}

function readExported({ metadata }: ServiceImport, annotation: string, kind: 'labels' | 'annotations'): Exported {
  const text = metadata.annotations?.[annotation];
  if (text === undefined) return { exported: {}, rejections: [] };
  const object = `ServiceImport ${metadata.name}`;
  const nothing = (state: string): Exported => ({ exported: {}, rejections: [{ object, reason: 'FieldInvalid', message: `annotation ${annotation} is ${state}` }] });
  if (text.length > MAX_EXPORTED) return nothing(`longer than ${MAX_EXPORTED} characters`);
  const values = parseObject(text);
  if (values === undefined) return nothing('no JSON object');
  const { exported, refused } = screenExported(values, kind);
  const rejections: Rejection[] = refused.length === 0 ? [] : [{ object, reason: 'FieldInvalid', message: `${refused.length} entries of annotation ${annotation} are not usable` }];
  return { exported, rejections };
}

function readPlacement({ metadata }: ServiceImport): { policy: PlacementPolicy; rejections: Rejection[] } {
  const text = metadata.annotations?.[PLACEMENT_POLICY];
  const policy = text === undefined ? PLACE_EVERYWHERE : parsePlacement(text);
  if (policy !== undefined) return { policy, rejections: [] };
  return { policy: PLACE_EVERYWHERE, rejections: [{ object: `ServiceImport ${metadata.name}`, reason: 'FieldInvalid', message: `annotation ${PLACEMENT_POLICY} is no placement policy` }] };
}
