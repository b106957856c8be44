import { createHash } from 'node:crypto';
import { fitName, MAX_OBJECT_NAME } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { renewalTime } from '../../base/renewal-timer.ts';
import { servesAdmissionPolicies } from '../../discovery/admission-policies.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { ClusterAccess, KubeClient } from '../../kube/client.ts';
import { findKubeconfigToken } from '../../kube/service-account-token.ts';
import type { FleetContext } from '../deploy-context.ts';
import { planChanges } from '../ensure-group.ts';
import { type ManifestGroup, objectsOf, renderAll } from '../manifests.ts';
import { NO_CAP, sourceKubeconfig, sourceQuestions } from '../mirror/source-credential.ts';
import { MAX_CREDENTIAL_SECONDS, type SourceAccount, sourceLabel } from '../mirror/source-manifests.ts';
import type { StepOutcome } from '../steps.ts';
import type { TemplateSource } from '../templates.ts';
import { connectByKubeconfig } from './connect-by-kubeconfig.ts';

/** A cluster by its context, in which an account is made for the hub. */
export interface ClusterContext {
  readonly context: string;
  readonly client: KubeClient;
  readonly access: Pick<ClusterAccess, 'tls'>;
  /** Address of its API server as the hub sees it; that of the context where it is not given. */
  readonly server?: string;
}

/** The same hub and cluster always get the same account, others never the same. */
export function clusterAccount(hubUid: string, hubNamespace: string, cluster: string): SourceAccount {
  const hash = createHash('sha256').update(`${hubUid}/${hubNamespace}/${cluster}`).digest('hex').slice(0, 10);
  return { account: `gateway-dns-${hash}`, namespace: hubNamespace };
}

export interface AccountManifestOptions extends SourceAccount {
  readonly version: string;
  readonly hasAdmissionPolicies: boolean;
}

/** What a workload cluster gets: an account with the rights of a hub, and nothing else. */
export async function renderClusterAccount(source: TemplateSource, { account, namespace, version, hasAdmissionPolicies }: AccountManifestOptions): Promise<ManifestGroup[]> {
  const vars = { account, namespace, role: fitName(`mcs-gateway-dns.${namespace}.${account}`, MAX_OBJECT_NAME), credential: sourceLabel({ account, namespace }), maxSeconds: MAX_CREDENTIAL_SECONDS, version };
  return [
    { title: `Namespace ${namespace}`, objects: await renderAll(source, ['gateway-dns/namespace.yaml'], vars) },
    // before anybody has rights that it limits
    ...(hasAdmissionPolicies ? [{ title: 'Admission policy', objects: await renderAll(source, ['mirror/source-policy.yaml'], vars) }] : []),
    { title: 'Account and rights', objects: await renderAll(source, ['mirror/source-account.yaml', 'gateway-dns/cluster-rights.yaml'], vars) },
  ];
}

/** A namespace that is just being deleted is waited for. */
const PLAN_TIMEOUT_MS = 30_000;

/** What the cluster is going to get. Stores nothing; throws MCS_FORBIDDEN where the user may not give it, MCS_FOREIGN_OBJECT where something is in the way. */
export async function planClusterAccount({ templates, version, clock }: FleetContext, client: KubeClient, account: SourceAccount, signal: AbortSignal): Promise<StepOutcome<readonly ManifestGroup[]>> {
  const hasAdmissionPolicies = await servesAdmissionPolicies(client, signal);
  validateAccess(await findMissingAccess(client, sourceQuestions(account, hasAdmissionPolicies), signal), 'make an account for the hub', client.server);
  const value = await renderClusterAccount(templates, { ...account, version, hasAdmissionPolicies });
  await planChanges(client, objectsOf(value), { clock, timeoutMs: PLAN_TIMEOUT_MS }, { update: () => undefined, signal });
  return { ...(hasAdmissionPolicies ? { state: 'done', detail: client.server } : { state: 'warning', detail: `${client.server}: ${NO_CAP}` }), value };
}

/** Whether the cluster accepts a kubeconfig: its account may have been made anew. */
async function isAccepted(context: FleetContext, text: string): Promise<boolean> {
  const client = connectByKubeconfig(context, text, 'the cluster');
  try {
    await client.get(resources.namespaces, 'kube-system', undefined, { signal: context.signal });
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  } finally {
    client.close();
  }
}

/** The kubeconfig that stands, if it is as a new one would be and need not be renewed yet: a second run then changes nothing. */
export async function findGoodKubeconfig(context: FleetContext, cluster: ClusterContext, { account, namespace }: SourceAccount, standing: string | undefined): Promise<string | undefined> {
  if (standing === undefined) return undefined;
  const token = findKubeconfigToken({ text: standing });
  if (token === undefined || context.clock.now() >= renewalTime(token)) return undefined;
  const { context: contextName, access, client, server = client.server } = cluster;
  const isSame = token.account === account && token.namespace === namespace && standing === sourceKubeconfig({ account, contextName, access, server }, token.token);
  // pods may reach it under an address that this workstation does not
  if (!isSame || server !== client.server) return isSame ? standing : undefined;
  return (await isAccepted(context, standing)) ? standing : undefined;
}
