import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { AccessQuestion, KubeClient } from '../../kube/client.ts';
import type { DeployContext } from '../deploy-context.ts';
import { type Action, type ActionOptions, findNeeds } from './actions.ts';
import { grantManifests } from './grant-manifests.ts';
import { type GrantedRole, grantedRoles, rightsToWrite, uniqueQuestions, withoutCovered } from './needed-rights.ts';

export interface CanIResult {
  readonly action: Action;
  readonly allowed: boolean;
  /** As the API server knows whoever asks; absent where it does not say. */
  readonly user?: string;
  /** Rights that the action needs. */
  readonly needed: number;
  readonly missing: readonly AccessQuestion[];
  /** YAML with which an administrator grants what is missing; absent where nothing is. */
  readonly manifests?: string;
}

/** Reviews that are under way at the same time. */
const LIMIT = 16;
const EVERYTHING: AccessQuestion = { verb: '*', group: '*', resource: '*' };

interface Review extends KubeObject {
  status?: { userInfo?: { username?: string } };
}
const selfSubjectReviews: Resource<Review> = { group: 'authentication.k8s.io', version: 'v1', plural: 'selfsubjectreviews', kind: 'SelfSubjectReview', namespaced: false };

/** Who asks; undefined before Kubernetes 1.28. */
async function findUser(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await client.create(selfSubjectReviews, { metadata: {} as KubeObject['metadata'] }, { signal })).status?.userInfo?.username;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** Rights that hand-outs of a role need: none where the user may hand out whatever they like. */
async function rightsToGrant({ rights, name, namespace }: GrantedRole, ask: (question: AccessQuestion) => Promise<boolean>): Promise<readonly AccessQuestion[]> {
  const { group } = resources.roles;
  const { plural } = namespace === undefined ? resources.clusterRoles : resources.roles;
  const place = { group, resource: plural, name, ...(namespace !== undefined && { namespace }) };
  const [mayEscalate, mayBind] = await Promise.all([ask({ verb: 'escalate', ...place }), ask({ verb: 'bind', ...place })]);
  return mayEscalate && mayBind ? [] : rights;
}

/**
 * Whether the user may do all that an action does: write its manifests, hand out the rights in them,
 * and take its other steps. It asks by SelfSubjectAccessReviews and changes nothing. Throws ApiError
 * and what the client throws.
 */
export async function canI(context: Pick<DeployContext, 'client' | 'templates' | 'version' | 'signal'>, action: Action, options: ActionOptions): Promise<CanIResult> {
  const { client, signal } = context;
  const ask = (question: AccessQuestion): Promise<boolean> => client.canI(question, { signal });
  const { objects, steps } = await findNeeds(action, context, options);
  const roles = grantedRoles(objects);
  const written = uniqueQuestions([...rightsToWrite(objects), ...steps]);
  const all = withoutCovered([...written, ...roles.flatMap(({ rights }) => rights)]);
  const [isAdmin, user] = await Promise.all([ask(EVERYTHING), findUser(client, signal)]);
  const known = { action, needed: all.length, ...(user !== undefined && { user }) };
  if (isAdmin) return { ...known, allowed: true, missing: [] };
  const granted = (await mapConcurrently(roles, LIMIT, (role) => rightsToGrant(role, ask))).flat();
  const questions = withoutCovered([...written, ...granted]);
  const answers = await mapConcurrently(questions, LIMIT, ask);
  const missing = questions.filter((_question, index) => answers[index] === false);
  if (missing.length === 0) return { ...known, allowed: true, missing };
  const namespaces = objects.filter(({ kind }) => kind === resources.namespaces.kind);
  return { ...known, allowed: false, missing, manifests: grantManifests(missing, { action, user, namespaces }) };
}
