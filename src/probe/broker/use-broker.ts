import { type Resource, resourcePath, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import type { MemberCredential } from '../../broker-info/member-credential.ts';
import { ApiError, isNotFound } from '../../kube/api-error.ts';
import type { AccessQuestion, KubeClient } from '../../kube/client.ts';
import type { BrokerRequest } from './broker-path.ts';

const WRITE = ['create', 'patch', 'delete'];
const READ = ['list', 'watch'];

interface Need {
  readonly resource: Resource<KubeObject>;
  readonly verbs: readonly string[];
}

/** What the agents of a member do in the broker namespace. */
function needsOf({ isConnected }: Pick<BrokerRequest, 'isConnected'>): readonly Need[] {
  return [
    { resource: resources.clusters, verbs: READ },
    { resource: resources.serviceImports, verbs: [...READ, ...WRITE] },
    { resource: resources.endpointSlices, verbs: [...READ, ...WRITE] },
    { resource: resources.leases, verbs: [...READ, ...WRITE] },
    ...(isConnected ? [{ resource: resources.cableEndpoints, verbs: [...READ, ...WRITE] }] : []),
  ];
}

const nameOf = ({ group, plural }: Resource<KubeObject>): string => (group === '' ? plural : `${plural}.${group}`);

export interface RightsFound {
  readonly asked: number;
  /** One line for each resource. */
  readonly denied: readonly string[];
  /** Set where the broker does not tell. */
  readonly unanswered?: string;
}

/** Asks by SelfSubjectAccessReviews. A broker that answers none leaves it to the tries that follow. */
export async function findDenied(client: KubeClient, { namespace }: Pick<MemberCredential, 'namespace'>, request: Pick<BrokerRequest, 'isConnected'>, signal: AbortSignal): Promise<RightsFound> {
  const questions = needsOf(request).flatMap(({ resource, verbs }) => verbs.map((verb) => ({ resource, question: { verb, group: resource.group, resource: resource.plural, namespace } satisfies AccessQuestion })));
  try {
    const answers = await Promise.all(questions.map(async ({ question, resource }) => ({ resource, verb: question.verb, isAllowed: await client.canI(question, { signal }) })));
    const refused = answers.filter(({ isAllowed }) => !isAllowed);
    const kinds = [...new Set(refused.map(({ resource }) => resource))];
    const denied = kinds.map((kind) => `may not ${refused.filter(({ resource }) => resource === kind).map(({ verb }) => verb).join(', ')} ${nameOf(kind)} in namespace "${namespace}"`);
    return { asked: questions.length, denied };
  } catch (error) {
    if (error instanceof ApiError) return { asked: 0, denied: [], unanswered: `the broker does not tell: ${errorMessage(error)}` };
    throw error;
  }
}

export interface Use {
  readonly done: readonly string[];
  readonly failed: readonly { readonly what: string; readonly error: unknown }[];
}

/** Writes the own Lease as it is, or a new one, without storing it. */
async function writeLease(client: KubeClient, { clusterID, namespace }: Pick<MemberCredential, 'clusterID' | 'namespace'>, signal: AbortSignal): Promise<void> {
  try {
    await client.patch(resources.leases, clusterID, namespace, 'application/merge-patch+json', {}, { dryRun: true, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(resources.leases, { metadata: { name: clusterID, namespace } }, { dryRun: true, signal });
  }
}

/** Reads one object of each kind, and has a write admitted that is not stored. */
export async function useBroker(client: KubeClient, credential: Pick<MemberCredential, 'clusterID' | 'namespace'>, request: Pick<BrokerRequest, 'isConnected'>, signal: AbortSignal): Promise<Use> {
  const { clusterID, namespace } = credential;
  const reads = needsOf(request).map(({ resource }) => ({ what: `read ${nameOf(resource)} of namespace "${namespace}"`, run: () => client.getPath(`${resourcePath(resource, namespace)}?limit=1`, { signal }) }));
  const write = { what: `write Lease ${namespace}/${clusterID} (dry run)`, run: () => writeLease(client, credential, signal) };
  const tries = [...reads, write];
  const results = await Promise.allSettled(tries.map(({ run }) => run()));
  const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [{ what: tries[index]?.what ?? '', error: result.reason as unknown }] : []));
  return { done: [`reads ${reads.length} kinds, writes its Lease`], failed };
}
