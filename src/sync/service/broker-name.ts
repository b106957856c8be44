import {
  LIGHTHOUSE_SOURCE_NAMESPACE,
  MCS_SERVICE_NAME,
  MCS_SOURCE_CLUSTER,
  MEMBER,
  ORIGIN_CLUSTER,
  ORIGIN_NAME,
  ORIGIN_NAMESPACE,
  SLICE_MANAGED_BY,
  SLICE_MANAGER,
} from '../../api/labels.ts';
import { brokerObjectName, isDnsLabel, isObjectName } from '../../api/names.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { isOwnedBy, readOwnership } from '../ownership.ts';
import { SERVICE_OWNER } from './broker-objects.ts';
import { refuse, type Screened } from './rejection.ts';

/** Whose object on the broker this is, and of which service. */
export interface BrokerIdentity {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  /** Name of the source's object: the service, or its slice. */
  readonly name: string;
  readonly uid: string;
}

/** What a broker that is compromised gives in place of a map holds nothing. */
function readMap(raw: unknown): Readonly<Record<string, string>> {
  const entries = typeof raw === 'object' && raw !== null ? Object.entries(raw) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/**
 * Identity of a broker object by its name, which the broker's admission policy binds to the writer;
 * everything else must agree with it. The annotations only undo the shortening of long names: they
 * count for nothing unless they give exactly this name, and as neither namespace nor cluster id
 * holds a dot, only one pair does.
 */
export function readBrokerIdentity(object: KubeObject, kind: 'ServiceImport' | 'EndpointSlice'): Screened<BrokerIdentity> {
  const { name: objectName } = object.metadata;
  const [labels, annotations] = [readMap(object.metadata.labels), readMap(object.metadata.annotations)];
  const where = `${kind} ${objectName}`;
  const cluster = objectName.slice(objectName.lastIndexOf('.') + 1);
  const { [ORIGIN_NAME]: name = '', [ORIGIN_NAMESPACE]: namespace = '' } = annotations;
  if (!isDnsLabel(cluster) || !isDnsLabel(namespace) || !isObjectName(name) || brokerObjectName(name, namespace, cluster) !== objectName) {
    return refuse(where, 'NameMalformed', 'its name is not made of its origin, namespace and cluster');
  }
  const service = labels[MCS_SERVICE_NAME] ?? '';
  const agrees =
    isOwnedBy(object, SERVICE_OWNER) &&
    [labels[MEMBER], labels[MCS_SOURCE_CLUSTER], labels[ORIGIN_CLUSTER]].every((label) => label === cluster) &&
    labels[LIGHTHOUSE_SOURCE_NAMESPACE] === namespace &&
    isDnsLabel(service) &&
    (kind === 'ServiceImport' ? service === name : labels[SLICE_MANAGED_BY] === SLICE_MANAGER);
  if (!agrees) return refuse(where, 'LabelsDisagree', 'its labels do not agree with its name');
  return { accepted: { cluster, namespace, service, name, uid: readOwnership(object)?.originUid ?? '' }, rejections: [] };
}
