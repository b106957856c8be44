import { McsError } from '../base/errors.ts';
import type { Resource } from '../api/resources.ts';
import { resourceName } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { AccessQuestion, KubeClient } from '../kube/client.ts';

/** Asks about several verbs of one resource. */
export function questionsAbout(resource: Resource<KubeObject>, verbs: readonly string[], namespace?: string): AccessQuestion[] {
  const { group, plural } = resource;
  return verbs.map((verb) => ({ verb, group, resource: plural, ...(resource.namespaced && namespace !== undefined && { namespace }) }));
}

/** `create deployments.apps in namespace "submariner-operator"` */
export function describeQuestion({ verb, group, resource, subresource, namespace }: AccessQuestion): string {
  const name = resourceName({ group, plural: subresource === undefined ? resource : `${resource}/${subresource}` });
  return `${verb} ${name}${namespace === undefined ? '' : ` in namespace "${namespace}"`}`;
}

function unique(questions: readonly AccessQuestion[]): AccessQuestion[] {
  return [...new Map(questions.map((question) => [describeQuestion(question), question])).values()];
}

const EVERYTHING: AccessQuestion = { verb: '*', group: '*', resource: '*' };

/** The questions that the server answers with no. Administrators cost one request, others one each, in parallel. */
export async function findMissingAccess(client: KubeClient, questions: readonly AccessQuestion[], signal: AbortSignal): Promise<AccessQuestion[]> {
  if (await client.canI(EVERYTHING, { signal })) return [];
  const asked = unique(questions);
  const answers = await Promise.all(asked.map((question) => client.canI(question, { signal })));
  return asked.filter((_question, index) => answers[index] === false);
}

/** One text for each resource: `get, create secrets in namespace "x"`. */
function describeByResource(questions: readonly AccessQuestion[]): string[] {
  const verbs = new Map<string, string[]>();
  for (const question of questions) {
    const what = describeQuestion(question).slice(question.verb.length + 1);
    verbs.set(what, [...(verbs.get(what) ?? []), question.verb]);
  }
  return [...verbs].map(([what, list]) => `${list.join(', ')} ${what}`);
}

/** Throws MCS_FORBIDDEN with every missing permission. `purpose` reads "join the cluster". */
export function validateAccess(missing: readonly AccessQuestion[], purpose: string, server: string): void {
  if (missing.length === 0) return;
  throw new McsError('MCS_FORBIDDEN', `Cannot ${purpose} at ${server}: the user may not ${describeByResource(missing).join('; ')}`, {
    hints: ['Use a context whose user may, one bound to the ClusterRole cluster-admin say', 'kubectl auth can-i --list'],
    details: { missing: missing.map(describeQuestion) },
  });
}
