import { MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../../api/labels.ts';
import { MEMBER_ROLE, memberAccountName } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ObjectMeta } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { directAccess } from '../../kube/access.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { deleteOwned, ensureObject } from '../../kube/ensure.ts';
import { type FleetContext, FIELD_MANAGER } from '../deploy-context.ts';
import { type Deadline, type Lack, waitUntil } from '../wait-rollout.ts';
import type { BrokerEndpoint } from './broker-endpoint.ts';

/** What is not enforced where the API server has no ValidatingAdmissionPolicies. */
export const NOT_ISOLATED =
  'This API server has no ValidatingAdmissionPolicies (Kubernetes 1.30 has them). Not enforced: that a member writes and deletes only its own records and Lease, and that its tokens live 7 days at most. ' +
  'Still enforced: no member reads Secrets, writes Clusters or gets tokens of other accounts; importers refuse foreign namespaces and addresses outside the granted ranges';

/** No cluster can have this id, for it holds a dot. */
const PROBE = 'mcs.probe';
const ACCOUNT = memberAccountName(PROBE);
const TOKEN_SECONDS = 600;

/** Name of the policy that binds a member's writes to its own names. */
export function objectPolicyName(brokerNamespace: string): string {
  return `mcs-${brokerNamespace}-objects`;
}

function probeMeta(namespace: string): ObjectMeta {
  return { name: ACCOUNT, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS, [MEMBER]: PROBE } };
}

/** Makes an account with the rights of a member, and gives its token. */
async function createProbe({ client }: FleetContext, namespace: string, signal: AbortSignal): Promise<string> {
  const metadata = probeMeta(namespace);
  const options = { fieldManager: FIELD_MANAGER, signal };
  const roleRef = { apiGroup: resources.roles.group, kind: 'Role' as const, name: MEMBER_ROLE };
  await ensureObject(client, resources.serviceAccounts, { metadata }, options);
  await ensureObject(client, resources.roleBindings, { metadata, roleRef, subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }] }, options);
  const { token } = await client.createToken(ACCOUNT, namespace, { expirationSeconds: TOKEN_SECONDS, signal });
  return token;
}

/** Also after an interruption, so not with the signal of the command. */
async function removeProbe({ client }: FleetContext, namespace: string): Promise<void> {
  for (const resource of [resources.roleBindings, resources.serviceAccounts]) await deleteOwned(client, resource, ACCOUNT, namespace, { signal: AbortSignal.timeout(10_000) });
}

/** Tries, without storing anything, to write the Lease of another member. */
async function findLeak(member: KubeClient, namespace: string, signal: AbortSignal): Promise<Lack> {
  try {
    const lease = { metadata: { name: `${PROBE}.other`, namespace, labels: { [MEMBER]: PROBE } }, spec: {} };
    await member.create(resources.leases, lease, { fieldManager: FIELD_MANAGER, dryRun: true, signal });
    return 'the API server still lets a member write the Lease of another one';
  } catch (error) {
    if (!(error instanceof ApiError) || error.code >= 500) throw error;
    // until the new RoleBinding counts, it is RBAC that refuses
    return errorMessage(error).includes(`'${objectPolicyName(namespace)}'`) ? undefined : errorMessage(error);
  }
}

/**
 * Waits until the admission policies are in force: they are so a moment after they were written, and
 * only a refusal proves it. Throws MCS_TIMEOUT.
 */
export async function waitForIsolation(context: FleetContext, endpoint: BrokerEndpoint, namespace: string, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  try {
    const token = await createProbe(context, namespace, progress.signal);
    const member = context.connect(directAccess({ server: endpoint.server, ca: endpoint.ca, token: () => token }));
    try {
      await waitUntil('enforce the admission policies', (signal) => findLeak(member, namespace, signal), deadline, progress, [`kubectl get validatingadmissionpolicy ${objectPolicyName(namespace)} -o yaml`]);
    } finally {
      member.close();
    }
  } finally {
    await removeProbe(context, namespace);
  }
  return { state: 'done', detail: 'a write to the records of another member is refused' };
}
