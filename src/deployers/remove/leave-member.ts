import { APP_NAME, EXPORT_POLICY, GATEWAY_LABELLED, GATEWAY_NODE, MANAGED_BY, MANAGED_BY_MCS, MEMBER, OWNER } from '../../api/labels.ts';
import { HUB_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_CLUSTER_LOCAL, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type DeployContext, FIELD_MANAGER } from '../deploy-context.ts';
import { objectsOf, renderMember } from '../manifests.ts';
import { findCrdsInUse, withKept } from './crds-in-use.ts';
import { deleteElection, deleteOwned, deleteSelected, deletionOutcome, describeRef, findLeftovers, leftoverOf, type ObjectRef, refOf, type Removal, removeLingering } from './delete-owned.ts';

/** What the controller made here. Objects with the member label are a broker's, which may be in this cluster too. */
const DERIVED = `${MANAGED_BY}=${MANAGED_BY_MCS},${OWNER} in (controller,reflection),!${MEMBER}`;
/** The CRD that only a broker has, and those that it shares with members. */
const BROKER_CRD = 'clusterjoins.mcs.clusterset.local';
const SHARED_CRDS = ['endpoints.submariner.io', 'serviceimports.multicluster.x-k8s.io'];

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

/** Removes the Services, EndpointSlices, ServiceImports and ServiceExports that the controller made, in all namespaces, and all that belongs to tunnels. */
export async function removeDerived(client: KubeClient, signal: AbortSignal): Promise<TaskOutcome> {
  const deleted: ObjectRef[] = [];
  for (const resource of [resources.serviceImports, resources.endpointSlices, resources.services]) {
    deleted.push(...(await deleteSelected(client, resource, DERIVED, { signal })));
  }
  deleted.push(...(await deleteSelected(client, resources.serviceExports, EXPORT_POLICY, { signal })));
  // the namespace takes them along only where join made it
  for (const resource of [resources.cableEndpoints, resources.gateways, resources.routeAgents]) {
    deleted.push(...(await deleteSelected(client, resource, `${MANAGED_BY}=${MANAGED_BY_MCS}`, { namespace: MEMBER_NAMESPACE, signal })));
  }
  deleted.push(...(await removeCalicoPools(client, signal)));
  return deletionOutcome(deleted);
}

/** A user who may not even list them is asked for no such right: disabled pools do no harm. */
async function removeCalicoPools(client: KubeClient, signal: AbortSignal): Promise<ObjectRef[]> {
  try {
    return await deleteSelected(client, resources.calicoPools, `${MANAGED_BY}=${MANAGED_BY_MCS},${OWNER}=controller`, { signal });
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
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

const NOTHING = { clusterID: 'x', clusterUID: '', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components: ['connectivity'], brokerNamespace: '', settings: { loadBalancer: true } };

/** What join installs, by name; the values that fill the templates do not matter for that. */
async function installedObjects({ templates, version }: DeployContext): Promise<UnknownObject[]> {
  return objectsOf(await renderMember(templates, { version, memberNamespace: MEMBER_NAMESPACE, images: {}, config: NOTHING, clusterSetID: 'x', hasCalico: true }));
}

/** Removes roles, accounts, configuration, Services and ClusterProperties that join made. */
export async function removeInstallation(context: DeployContext, { signal }: TaskProgress): Promise<TaskOutcome> {
  const objects = await installedObjects(context);
  const refs = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'Namespace').map(refOf).reverse();
  // the controller's, and that of `mcs fallthrough` and `mcs reflection`
  const others = [MEMBER_REJECTIONS, MEMBER_CLUSTER_LOCAL].map((name): ObjectRef => ({ resource: resources.configMaps, name, namespace: MEMBER_NAMESPACE }));
  const deleted = await deleteOwned(context.client, [...refs, ...others], { signal });
  return deletionOutcome([...deleted, ...(await deleteElection(context.client, 'mcs-controller', MEMBER_NAMESPACE, { signal }))]);
}

/** Objects of these say what a user wants, whoever wrote them. */
const WISHES: readonly string[] = [resources.serviceExports.kind, resources.exportPolicies.kind];

/** CRDs of which somebody else has objects (users' ServiceExports and policies, imports and properties of other tools), and those of a broker or hub in this cluster, stay. */
export async function removeCrds(context: DeployContext, removal: Removal, { signal }: TaskProgress): Promise<TaskOutcome> {
  const { client } = context;
  const [broker, hub] = await Promise.all([client.find(resources.customResourceDefinitions, BROKER_CRD, undefined, { signal }), client.find(resources.namespaces, HUB_NAMESPACE, undefined, { signal })]);
  const isShared = broker !== undefined || hub !== undefined;
  const crds = (await installedObjects(context)).filter(({ kind, metadata }) => kind === 'CustomResourceDefinition' && !(isShared && SHARED_CRDS.includes(metadata.name))).map(refOf);
  const used = await findCrdsInUse(client, crds, (object, { kind }) => WISHES.includes(kind) || !isOurs(object), signal);
  return withKept(await removeLingering(removal, crds.filter(({ name }) => !used.includes(name)), signal), used);
}

/** Removes the Secrets and, if join made it, the namespace. */
export async function removeNamespace(removal: Removal, { signal }: TaskProgress): Promise<TaskOutcome> {
  const secrets = [MEMBER_IDENTITY_SECRET, MEMBER_BROKER_SECRET].map((name): ObjectRef => ({ resource: resources.secrets, name, namespace: MEMBER_NAMESPACE }));
  return removeLingering(removal, [...secrets, { resource: resources.namespaces, name: MEMBER_NAMESPACE }], signal);
}
