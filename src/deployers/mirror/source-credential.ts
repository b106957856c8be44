import { MANAGED_BY, MANAGED_BY_MCS, MIRROR_CREDENTIAL } from '../../api/labels.ts';
import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { servesAdmissionPolicies } from '../../discovery/admission-policies.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import type { AccessQuestion, ClusterAccess, KubeClient } from '../../kube/client.ts';
import type { DeployContext } from '../deploy-context.ts';
import { ensureGroup, planChanges } from '../ensure-group.ts';
import { type ManifestGroup, objectsOf } from '../manifests.ts';
import { deleteSelected, deletionOutcome, deleteSeen, type ObjectRef } from '../remove/delete-owned.ts';
import type { Steps } from '../steps.ts';
import { kubeconfigText } from './kubeconfig-text.ts';
import { renderSource, type SourceAccount, sourceLabel } from './source-manifests.ts';

export interface SourceCredentialOptions extends SourceAccount {
  /** Name of the context in the kubeconfig that is made. */
  readonly contextName: string;
  /** How the source is reached from here; its authority goes into the kubeconfig. */
  readonly access: Pick<ClusterAccess, 'tls'>;
  /** Address of the API server as the mirror sees it; that of the context where it is not given. */
  readonly server?: string;
  /** Namespaces that may be read; undefined: all. */
  readonly namespaces?: readonly string[];
  readonly lifeSeconds: number;
}

export interface SourceCredential {
  readonly kubeconfig: string;
  readonly server: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** Shown where the life of a token cannot be capped. */
export const NO_CAP = 'this API server has no admission policies (Kubernetes 1.30): the life of renewed tokens is not capped there';

/** A namespace that is just being deleted is waited for. */
const PLAN_TIMEOUT_MS = 30_000;
const WRITE = ['get', 'create', 'patch'] as const;

/** What the user needs who makes such a credential. */
export function sourceQuestions({ namespace, namespaces }: Pick<SourceCredentialOptions, 'namespace' | 'namespaces'>, hasAdmissionPolicies: boolean): AccessQuestion[] {
  const everywhere = [resources.namespaces, resources.clusterRoles, resources.clusterRoleBindings, ...(hasAdmissionPolicies ? [resources.validatingAdmissionPolicies, resources.validatingAdmissionPolicyBindings] : [])];
  const rights = [resources.roles, resources.roleBindings];
  return [
    ...everywhere.flatMap((resource) => questionsAbout(resource, WRITE)),
    ...rights.flatMap((resource) => questionsAbout(resource, ['list', 'delete'])), // those of an earlier run
    ...[resources.serviceAccounts, ...rights].flatMap((resource) => questionsAbout(resource, WRITE, namespace)),
    ...(namespaces ?? []).flatMap((place) => rights.flatMap((resource) => questionsAbout(resource, WRITE, place))),
    { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', namespace },
  ];
}

/** What a source is going to get. Stores nothing; throws MCS_FORBIDDEN where the user may not give it, MCS_FOREIGN_OBJECT where something is in the way. */
export async function planSource(context: DeployContext, options: SourceCredentialOptions, steps: Steps, title: string): Promise<readonly ManifestGroup[]> {
  const { client, clock, templates, version } = context;
  return steps.run(title, async (progress) => {
    const { signal } = progress;
    const hasAdmissionPolicies = await servesAdmissionPolicies(client, signal);
    validateAccess(await findMissingAccess(client, sourceQuestions(options, hasAdmissionPolicies), signal), 'make a credential for a mirror', client.server);
    const value = await renderSource(templates, { ...options, version, hasAdmissionPolicies });
    await planChanges(client, objectsOf(value), { clock, timeoutMs: PLAN_TIMEOUT_MS }, progress);
    return { ...(hasAdmissionPolicies ? { state: 'done', detail: client.server } : { state: 'warning', detail: `${client.server}: ${NO_CAP}` }), value };
  });
}

function selectorOf(account: SourceAccount): string {
  return `${MANAGED_BY}=${MANAGED_BY_MCS},${MIRROR_CREDENTIAL}=${sourceLabel(account)}`;
}

/** Rights in namespaces that an earlier run gave and this one does not. */
async function removeStaleRights(client: KubeClient, account: SourceAccount, groups: readonly ManifestGroup[], signal: AbortSignal): Promise<ObjectRef[]> {
  const wanted = new Set(objectsOf(groups).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`));
  const removed: ObjectRef[] = [];
  for (const resource of [resources.roleBindings, resources.roles] as readonly Resource<KubeObject>[]) {
    const { items } = await client.list(resource, { labelSelector: selectorOf(account), signal });
    for (const object of items.filter((item) => !wanted.has(`${resource.kind} ${item.metadata.namespace ?? ''}/${item.metadata.name}`))) {
      const { name, namespace } = object.metadata;
      if (await deleteSeen(client, resource, object.metadata, { signal })) removed.push({ resource, name, ...(namespace !== undefined && { namespace }) });
    }
  }
  return removed;
}

/** Gives the source's account just the rights that are planned. */
export async function ensureSourceRights({ client, clock }: DeployContext, account: SourceAccount, groups: readonly ManifestGroup[], { timeoutMs, suffix = '' }: { readonly timeoutMs: number; readonly suffix?: string }, steps: Steps): Promise<void> {
  for (const { title, objects } of groups) {
    await steps.do(`Install ${title}${suffix}`, (progress) => ensureGroup(client, objects, { clock, timeoutMs }, progress));
  }
  await steps.do(`Remove rights that are no longer given${suffix}`, async ({ signal }) => deletionOutcome(await removeStaleRights(client, account, groups, signal)));
}

/** The kubeconfig of a source with a token of its account. */
export function sourceKubeconfig({ account, contextName, access, server }: Pick<SourceCredentialOptions, 'account' | 'contextName' | 'access'> & { readonly server: string }, token: string): string {
  const { ca = '', servername, rejectUnauthorized } = access.tls;
  return kubeconfigText({ name: contextName, user: account, server, ca, token, ...(servername !== undefined && { servername }), skipsVerification: rejectUnauthorized === false && !server.startsWith('http:') });
}

/** Makes a kubeconfig with a new token of the source's account. */
export function issueSourceKubeconfig({ client }: DeployContext, options: SourceCredentialOptions, steps: Steps, suffix = ''): Promise<SourceCredential> {
  const { account, namespace, lifeSeconds, server = client.server } = options;
  return steps.run(`Make a token${suffix}`, async ({ signal }) => {
    const { token, expirationTimestamp: expiresAt } = await client.createToken(account, namespace, { expirationSeconds: lifeSeconds, signal });
    return { state: 'created', detail: `ServiceAccount ${namespace}/${account}, good until ${expiresAt}`, value: { kubeconfig: sourceKubeconfig({ ...options, server }, token), server, expiresAt } };
  });
}

/** Takes an account and its rights out of a source; tokens of it are refused within some 10 s. */
export async function removeSource({ client }: Pick<DeployContext, 'client'>, source: SourceAccount, signal: AbortSignal): Promise<TaskOutcome> {
  const { account, namespace } = source;
  const found = await client.find(resources.serviceAccounts, account, namespace, { signal });
  const deleted: ObjectRef[] = [];
  // the account first: with it every token is void, whatever becomes of the rest
  if (found !== undefined && isOurs(found) && (await deleteSeen(client, resources.serviceAccounts, found.metadata, { signal }))) deleted.push({ resource: resources.serviceAccounts, name: account, namespace });
  const everywhere = [resources.clusterRoleBindings, resources.roleBindings, resources.clusterRoles, resources.roles, resources.validatingAdmissionPolicyBindings, resources.validatingAdmissionPolicies];
  for (const resource of everywhere) deleted.push(...(await deleteSelected(client, resource, selectorOf(source), { signal })));
  return deletionOutcome(deleted);
}
