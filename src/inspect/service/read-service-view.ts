import { LIGHTHOUSE_SOURCE_NAMESPACE, MCS_SERVICE_NAME, SERVICE_NAME } from '../../api/labels.ts';
import { MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../api/names.ts';
import { apiVersionOf, type Resource, resourcePath, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isForbidden, isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import { derivedServiceName } from '../../sync/service/imported-names.ts';
import type { Rejection } from '../../sync/service/rejection.ts';
import { parseRejectionSummary, REJECTIONS_KEY } from '../../sync/service/rejection-summary.ts';
import type { MemberState } from '../cluster-state.ts';
import { connectionRows } from '../data-plane.ts';
import { describeUnread, type Fleet, type FleetMember, nameOf } from '../survey-fleet.ts';
import type { BrokerPlace, ServiceKey, ServicePlace, ServiceView } from './service-view.ts';

export interface ReadServiceOptions {
  readonly signal: AbortSignal;
  /** A cluster that has not answered by then counts as unread, ms. */
  readonly timeoutMs: number;
}

/** As the server has them: a client's list leaves out who wrote what when. */
async function listWhole<T extends KubeObject>(client: KubeClient, resource: Resource<T>, namespace: string, labelSelector: string, signal: AbortSignal): Promise<readonly T[]> {
  const path = `${resourcePath(resource, namespace)}?${new URLSearchParams({ labelSelector }).toString()}`;
  try {
    const { items } = await client.getPath<{ readonly items: readonly T[] }>(path, { signal });
    return items.map((item) => ({ ...item, kind: resource.kind, apiVersion: apiVersionOf(resource) }));
  } catch (error) {
    if (isNotFound(error)) return []; // the API is not served there
    throw error;
  }
}

/** Refusals of objects of this service: `<name>.<namespace>.<cluster>`; of slices only those of its namespace are told apart. */
async function readRefused(client: KubeClient, { namespace, name }: ServiceKey, signal: AbortSignal): Promise<readonly Rejection[]> {
  try {
    const map = await client.find(resources.configMaps, MEMBER_REJECTIONS, MEMBER_NAMESPACE, { signal });
    const all = Object.values(parseRejectionSummary(map?.data?.[REJECTIONS_KEY])).flatMap(({ examples }) => examples);
    return all.filter(({ object }) => object.startsWith(`ServiceImport ${name}.${namespace}.`) || (object.startsWith(`EndpointSlice ${name}-`) && object.includes(`.${namespace}.`)));
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

async function readPlace({ client, context, state }: FleetMember, { config, dataPlane }: MemberState, key: ServiceKey, signal: AbortSignal): Promise<ServicePlace> {
  const { namespace, name } = key;
  const options = { signal };
  const [found, service, slices, serviceExport, serviceImport, derived, imported, refused] = await Promise.all([
    client.find(resources.namespaces, namespace, undefined, options),
    client.find(resources.services, name, namespace, options),
    listWhole(client, resources.endpointSlices, namespace, `${SERVICE_NAME}=${name}`, signal),
    client.find(resources.serviceExports, name, namespace, options),
    client.find(resources.serviceImports, name, namespace, options),
    client.find(resources.services, derivedServiceName(namespace, name), namespace, options),
    listWhole(client, resources.endpointSlices, namespace, `${MCS_SERVICE_NAME}=${name}`, signal),
    readRefused(client, key, signal),
  ]);
  return {
    cluster: config.clusterID,
    context,
    config,
    workloads: state.workloads,
    connections: dataPlane === undefined ? [] : connectionRows(config.clusterID, dataPlane),
    ...(found && { namespace: found }),
    ...(service && { service }),
    slices,
    ...(serviceExport && { serviceExport }),
    ...(serviceImport && { serviceImport }),
    ...(derived && { derived }),
    imported,
    refused,
  };
}

async function readBrokerPlace(cluster: FleetMember, { namespace, name }: ServiceKey, signal: AbortSignal): Promise<BrokerPlace | undefined> {
  const { client, context, state } = cluster;
  if (state.broker === undefined) return undefined;
  const selector = `${MCS_SERVICE_NAME}=${name},${LIGHTHOUSE_SOURCE_NAMESPACE}=${namespace}`;
  const [imports, slices] = await Promise.all([
    listWhole(client, resources.serviceImports, state.broker.namespace, selector, signal),
    listWhole(client, resources.endpointSlices, state.broker.namespace, selector, signal),
  ]);
  return { cluster: nameOf(cluster), context, namespace: state.broker.namespace, members: state.broker.members, imports, slices };
}

interface Answer {
  readonly place?: ServicePlace;
  readonly broker?: BrokerPlace;
  readonly unread?: ServiceView['unread'][number];
}

async function readOne(cluster: FleetMember, key: ServiceKey, { signal, timeoutMs }: ReadServiceOptions): Promise<Answer> {
  const { client, context, state } = cluster;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const [place, broker] = await Promise.all([state.member && readPlace(cluster, state.member, key, limit), readBrokerPlace(cluster, key, limit)]);
    return { ...(place && { place }), ...(broker && { broker }) };
  } catch (error) {
    signal.throwIfAborted();
    const late = new McsError('MCS_CLUSTER_UNREACHABLE', `Cannot read ${client.server}: no answer within ${timeoutMs / 1000} s`, { hints: [`kubectl --context ${context} get --raw /readyz`] });
    return { unread: describeUnread({ context, error: limit.aborted ? late : describeApiError(error, { verb: 'read', object: `service ${key.namespace}/${key.name}`, server: client.server }) }) };
  }
}

/** The set that is looked at, where a kubeconfig has several: that of the broker that knows the service, else of the one with most of the members. */
export function chooseSet(brokers: readonly BrokerPlace[], members: readonly ServicePlace[]): Pick<ServiceView, 'members' | 'broker' | 'leftOut'> {
  const isIn = ({ members: known }: BrokerPlace, { cluster }: ServicePlace): boolean => known.some(({ clusterID }) => clusterID === cluster);
  const rank = (broker: BrokerPlace): number => (broker.imports.length > 0 ? 1e6 : 0) + members.filter((place) => isIn(broker, place)).length;
  const [broker] = brokers.toSorted((a, b) => rank(b) - rank(a));
  if (broker === undefined) return { members, leftOut: [] };
  const others = brokers.length === 1 ? [] : members.filter((place) => !isIn(broker, place));
  const leftOut = others.map(({ context }) => ({ context, reason: `not a member of the broker in "${broker.cluster}"` }));
  return { broker, members: members.filter((place) => !others.includes(place)), leftOut };
}

/** Everything of one service in all clusters of a fleet, in parallel. A cluster that fails is unread, and hides none of the others. */
export async function readServiceView(fleet: Fleet, key: ServiceKey, options: ReadServiceOptions): Promise<ServiceView> {
  const answers = await Promise.all(fleet.clusters.map((cluster) => readOne(cluster, key, options)));
  const { leftOut, ...set } = chooseSet(answers.flatMap(({ broker }) => broker ?? []), answers.flatMap(({ place }) => place ?? []));
  const before = fleet.unread.map(describeUnread);
  return { ...key, ...set, unread: [...before, ...answers.flatMap(({ unread }) => unread ?? [])], leftOut: [...fleet.leftOut, ...leftOut] };
}
