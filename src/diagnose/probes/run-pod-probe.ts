import { APP_COMPONENT, MCS_SERVICE_NAME } from '../../api/labels.ts';
import { MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { EndpointSlice } from '../../api/types/index.ts';
import type { Looked } from '../../base/looked.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { CREDENTIAL_MOUNT } from '../../probe/broker/broker-path.ts';
import type { ProbeResult } from '../../probe/probe.ts';
import { type CheckOutcome, skip } from '../check.ts';
import { readOwnPods } from '../cluster-readings.ts';
import { type DiagnoseContext, memberOf } from '../context.ts';
import { type PodProbePlan, planPodProbe } from './pod-probe.ts';
import { removeEndedPods } from './remove-ended-pods.ts';
import { runPodInTime } from './run-pod-in-time.ts';

/** What the pod of a cluster was asked, and what it found. */
export interface PodProbe {
  readonly plan: PodProbePlan;
  readonly result: ProbeResult;
}

/** Endpoints of a slice that are looked at. */
const PER_SLICE = 4;

/** Of a slice, what calls are made of: a large set has many, and few are called. */
function slim({ apiVersion, addressType, endpoints, kind, metadata: { labels = {}, name, namespace = '' }, ports = [] }: EndpointSlice): EndpointSlice {
  const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).slice(0, PER_SLICE);
  return { apiVersion, kind, addressType, metadata: { name, namespace, labels }, endpoints: ready.map(({ addresses }) => ({ addresses })), ports };
}

/** The slices of the imports of a cluster, without those that the broker keeps there. */
export async function readImportedSlices({ cluster }: Pick<DiagnoseContext, 'cluster'>, signal: AbortSignal): Promise<readonly EndpointSlice[]> {
  const { items } = await cluster.client.list(resources.endpointSlices, { labelSelector: MCS_SERVICE_NAME, transform: slim, signal });
  return items.filter(({ metadata }) => metadata.namespace !== memberOf({ cluster }).config.brokerNamespace);
}

/** Undefined where it may not be read. */
async function ifAllowed<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** The node of the controller: from there the way to the broker counts. Anywhere where it is not known. */
async function findNode(context: DiagnoseContext, signal: AbortSignal): Promise<string | undefined> {
  const pods = await ifAllowed(readOwnPods(context, MEMBER_NAMESPACE, signal));
  return pods?.find(({ metadata, status }) => metadata.labels?.[APP_COMPONENT] === 'controller' && status?.phase === 'Running')?.spec.nodeName;
}

async function plan(context: DiagnoseContext, tryMs: number, signal: AbortSignal): Promise<PodProbePlan> {
  const { config, imports } = memberOf(context);
  const nameServer = ifAllowed(context.cluster.client.find(resources.services, 'mcs-dns', MEMBER_NAMESPACE, { signal })).then((service) => service?.spec.clusterIP);
  const [slices, address] = await Promise.all([readImportedSlices(context, signal), nameServer]);
  return planPodProbe({ imports, slices, isConnected: config.components.includes('connectivity'), tryMs, ...(address !== undefined && { nameServer: address }) });
}

async function run(context: DiagnoseContext, signal: AbortSignal): Promise<Looked<PodProbe>> {
  const { cluster, pods } = context;
  if ('reason' in pods) return { reason: `not tested without pods (${pods.reason})` };
  const image = cluster.state.workloads.find(({ namespace }) => namespace === MEMBER_NAMESPACE)?.image;
  if (image === undefined) return { reason: 'not tested: no part of mcs runs here, so its image is not known' };
  const { runID, tryMs } = pods.found;
  const [planned, node] = await Promise.all([plan(context, tryMs, signal), findNode(context, signal), removeEndedPods(context, signal)]);
  const pod = {
    name: `mcs-diagnose-${runID}`,
    namespace: MEMBER_NAMESPACE,
    image,
    request: planned.request,
    mount: { secret: MEMBER_BROKER_SECRET, path: CREDENTIAL_MOUNT },
    ...(node !== undefined && { node }),
    place: cluster.context,
  };
  const looked = await runPodInTime(cluster.client, pod, pods.found, signal);
  return 'reason' in looked ? { reason: `not tested: ${looked.reason}` } : { found: { plan: planned, result: looked.found } };
}

/**
 * What one pod in the pod network of a member found out, for all checks that ask for it; or why there was
 * none. It is removed by the time that the readings have ended.
 */
export function readPodProbe(context: DiagnoseContext, signal: AbortSignal): Promise<Looked<PodProbe>> {
  return context.readings.get('what a pod found', () => run(context, signal));
}

/** What `judge` makes of it; a skip with the reason where there was no pod. */
export async function judgePodProbe(context: DiagnoseContext, signal: AbortSignal, judge: (probe: PodProbe) => CheckOutcome | Promise<CheckOutcome>): Promise<CheckOutcome> {
  const looked = await readPodProbe(context, signal);
  return 'reason' in looked ? skip(looked.reason) : judge(looked.found);
}
