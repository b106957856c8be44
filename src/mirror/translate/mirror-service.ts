import type { IpFamily, Service } from '../../api/types/index.ts';
import { readOwnership } from '../../sync/ownership.ts';
import type { Desired } from '../../sync/plan.ts';
import type { SyncRecord } from '../../sync/record.ts';
import { absentAffinity, affinitySpec, toServicePort } from '../../sync/service/derived-service.ts';
import { kindOf } from '../../sync/service/service-record.ts';
import type { MirrorContext } from './mirror-context.ts';
import { mirrorMetadata } from './mirror-metadata.ts';

/**
 * The mirror of a Service: without a selector, for the mirrored slices are its endpoints; never with
 * node ports or a load balancer of its own. internalTrafficPolicy is always Cluster, for Local would
 * drop all traffic to endpoints that have no node here; trafficDistribution needs hints, which foreign
 * slices lack. `standing` is the mirror's Service as it stands.
 */
export function toMirrorService(record: SyncRecord, context: MirrorContext, standing?: Service): Desired<Service> {
  const copied = { labels: record.exportedLabels, annotations: record.exportedAnnotations };
  const { metadata, absent } = mirrorMetadata(record, context, { name: context.target.name, originUid: record.origin.uid, copied, standing });
  const { spec, absentFields } = record.kind === 'ExternalName' ? externalSpec(record) : clusterSpec(record, standing);
  return { object: { metadata, spec }, absent: [...absent, ...absentFields] };
}

interface WantedSpec {
  readonly spec: Service['spec'];
  readonly absentFields: readonly (readonly string[])[];
}

/** Fields that an ExternalName Service cannot have, and that a Service which was another kind before still has. */
const ADDRESS_FIELDS = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy', 'sessionAffinityConfig', 'selector'];

function externalSpec({ externalName, ports }: SyncRecord): WantedSpec {
  return {
    spec: { type: 'ExternalName', externalName: externalName ?? '', ports: ports.map((port) => toServicePort(port, port.name)), sessionAffinity: 'None' },
    absentFields: ADDRESS_FIELDS.map((field) => ['spec', field]),
  };
}

function clusterSpec(record: SyncRecord, standing: Service | undefined): WantedSpec {
  const spec: Service['spec'] = {
    type: 'ClusterIP',
    ...(record.kind === 'Headless' && { clusterIP: 'None' }),
    internalTrafficPolicy: 'Cluster',
    ports: record.ports.map((port) => toServicePort(port, port.name)),
    ...familySpec(record, standing),
    ...affinitySpec(record.traffic),
  };
  // with a selector Kubernetes would add pods of the target
  return { spec, absentFields: [['spec', 'selector'], ['spec', 'externalName'], ...absentAffinity(record.traffic)] };
}

/**
 * A Service of two families gets those that the target has, in its order: to name one that it lacks is
 * refused. One of a single family needs just that one, for its endpoints have no other. Where a target
 * has given another one all the same, that is not asked for again and again.
 */
function familySpec({ origin, ipFamilies }: SyncRecord, standing: Service | undefined): Pick<Service['spec'], 'ipFamilies' | 'ipFamilyPolicy'> {
  if (ipFamilies.length === 0) return {};
  if (ipFamilies.length > 1) return { ipFamilyPolicy: 'PreferDualStack' };
  const isSettled = standing?.spec.ipFamilyPolicy === 'SingleStack' && readOwnership(standing)?.originUid === origin.uid;
  return { ipFamilyPolicy: 'SingleStack', ...(!isSettled && { ipFamilies: [...ipFamilies] }) };
}

/** Whether a Service cannot become what is desired: its virtual address, or its lack of one, and its first family are for life. */
export function mirrorMustReplace(standing: Service, { object }: Desired<Service>): boolean {
  if (standing.spec.type === 'ExternalName' || object.spec.type === 'ExternalName') return false;
  if (kindOf(standing) !== (object.spec.clusterIP === 'None' ? 'Headless' : 'ClusterSetIP')) return true;
  return differ(standing.spec.ipFamilies?.[0], object.spec.ipFamilies?.[0]);
}

function differ(standing: IpFamily | undefined, wanted: IpFamily | undefined): boolean {
  return standing !== undefined && wanted !== undefined && standing !== wanted;
}
