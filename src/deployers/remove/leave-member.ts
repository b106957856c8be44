import { APP_NAME, GATEWAY_LABELLED, GATEWAY_NODE, MANAGED_BY, MANAGED_BY_MCS, MEMBER, OWNER } from '../../api/labels.ts';
import { MEMBER_BROKER_SECRET, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type DeployContext, FIELD_MANAGER } from '../deploy-context.ts';
import { resourceOf } from '../kinds.ts';
import { objectsOf, renderMember } from '../manifests.ts';
import { deleteElection, deleteOwned, deleteSelected, deletionOutcome, describeRef, findLeftovers, leftoverOf, type ObjectRef, type Removal, removeLingering } from './delete-owned.ts';

/** What the controller made here. Objects with the member label are a broker's, which may be in this cluster too. */
const DERIVED = `${MANAGED_BY}=${MANAGED_BY_MCS},${OWNER}=controller,!${MEMBER}`;
/** The CRD that only a broker has. */
const BROKER_CRD = 'clusterjoins.mcs.clusterset.local';

/** Stops controller and dns, and waits for their pods, so that nothing writes while the rest is removed. */
export async function stopAgents({ client, clock, deadline, isDryRun, leftovers }: Removal, progress: TaskProgress): Promise<TaskOutcome> {
  const { signal } = progress;
  const refs = ['mcs-controller', 'mcs-dns'].map((name): ObjectRef => ({ resource: resources.deployments, name, namespace: MEMBER_NAMESPACE }));
  const deleted = await deleteOwned(client, refs, { signal });
  if (isDryRun) return deletionOutcome(deleted);
  const pods = await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: `${APP_NAME}=mcs`, signal });
  const podRefs = pods.items.map(({ metadata }): ObjectRef => ({ resource: resources.pods, name: metadata.name, namespace: MEMBER_NAMESPACE }));
  if (podRefs.length > 0) progress.update(`Waiting for ${podRefs.map(describeRef).join(', ')} to stop`);
  const left = await findLeftovers(client, podRefs, clock, deadline, signal);
  if (left.length === 0) return deletionOutcome(deleted);
  leftovers.push(...left.map(leftoverOf));
  return { state: 'warning', detail: `Still stopping: ${left.map(describeRef).join(', ')}` };
}

/** Removes the Services, EndpointSlices and ServiceImports that the controller made, in all namespaces. */
export async function removeDerived(client: KubeClient, signal: AbortSignal): Promise<TaskOutcome> {
  const deleted: ObjectRef[] = [];
  for (const resource of [resources.serviceImports, resources.endpointSlices, resources.services]) {
    deleted.push(...(await deleteSelected(client, resource, DERIVED, { signal })));
  }
  return deletionOutcome(deleted);
}

/** Takes the gateway label off the nodes that join labelled; labels of the user's stay. */
export async function unlabelGateways(client: KubeClient, signal: AbortSignal): Promise<TaskOutcome> {
  const { items } = await client.list(resources.nodes, { signal });
  const ours = items.filter(({ metadata }) => metadata.annotations?.[GATEWAY_LABELLED] !== undefined).map(({ metadata }) => metadata.name);
  const body = { metadata: { labels: { [GATEWAY_NODE]: null }, annotations: { [GATEWAY_LABELLED]: null } } };
  for (const name of ours) {
    await client.patch(resources.nodes, name, undefined, 'application/merge-patch+json', body, { fieldManager: FIELD_MANAGER, signal });
  }
  return ours.length === 0 ? { state: 'unchanged', detail: 'no node was labelled by join' } : { state: 'updated', detail: ours.join(', ') };
}

const NOTHING = { clusterID: 'x', clusterUID: '', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components: [], brokerNamespace: '', settings: {} };

/** What join installs, by name; the values that fill the templates do not matter for that. */
async function installedObjects({ templates, version }: DeployContext): Promise<UnknownObject[]> {
  return objectsOf(await renderMember(templates, { version, memberNamespace: MEMBER_NAMESPACE, images: {}, config: NOTHING, clusterSetID: 'x' }));
}

function refOf(object: UnknownObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { resource: resourceOf(object), name, ...(namespace !== undefined && { namespace }) };
}

/** Removes roles, accounts, configuration, Services and ClusterProperties that join made. */
export async function removeInstallation(context: DeployContext, { signal }: TaskProgress): Promise<TaskOutcome> {
  const objects = await installedObjects(context);
  const refs = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'Namespace').map(refOf).reverse();
  const report: ObjectRef = { resource: resources.configMaps, name: MEMBER_REJECTIONS, namespace: MEMBER_NAMESPACE }; // the controller's
  const deleted = await deleteOwned(context.client, [...refs, report], { signal });
  return deletionOutcome([...deleted, ...(await deleteElection(context.client, 'mcs-controller', MEMBER_NAMESPACE, { signal }))]);
}

async function hasServiceExports(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  try {
    return (await client.list(resources.serviceExports, { signal })).items.length > 0;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** CRDs take all their objects along: those of a broker in this cluster and the users' ServiceExports stay. */
export async function removeCrds(context: DeployContext, removal: Removal, { signal }: TaskProgress): Promise<TaskOutcome> {
  const { client } = context;
  const [broker, exports] = await Promise.all([client.find(resources.customResourceDefinitions, BROKER_CRD, undefined, { signal }), hasServiceExports(client, signal)]);
  const kept = new Set([...(broker ? ['serviceimports.multicluster.x-k8s.io'] : []), ...(exports ? ['serviceexports.multicluster.x-k8s.io'] : [])]);
  const crds = (await installedObjects(context)).filter(({ kind }) => kind === 'CustomResourceDefinition').map(refOf);
  const outcome = await removeLingering(removal, crds.filter(({ name }) => !kept.has(name)), signal);
  if (!exports) return outcome;
  return { ...outcome, detail: `${outcome.detail ?? ''}; serviceexports.multicluster.x-k8s.io stays, because ServiceExports exist` };
}

/** Removes the Secrets and, if join made it, the namespace. */
export async function removeNamespace(removal: Removal, { signal }: TaskProgress): Promise<TaskOutcome> {
  const secrets = [MEMBER_IDENTITY_SECRET, MEMBER_BROKER_SECRET].map((name): ObjectRef => ({ resource: resources.secrets, name, namespace: MEMBER_NAMESPACE }));
  return removeLingering(removal, [...secrets, { resource: resources.namespaces, name: MEMBER_NAMESPACE }], signal);
}
