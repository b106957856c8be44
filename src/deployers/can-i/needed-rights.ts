import { resources } from '../../api/resources.ts';
import type { PolicyRule, Role, UnknownObject } from '../../api/types/index.ts';
import type { AccessQuestion } from '../../kube/client.ts';
import { questionsAbout } from '../../discovery/missing-access.ts';
import { resourceOf } from '../../api/kinds.ts';

/** Verbs with which an object is brought about: it is looked for, created, or applied. */
export const WRITE: readonly string[] = ['get', 'create', 'patch'];

/** What writing these objects needs. */
export function rightsToWrite(objects: readonly UnknownObject[]): AccessQuestion[] {
  return objects.flatMap((object) => questionsAbout(resourceOf(object), WRITE, object.metadata.namespace));
}

/** A Role or ClusterRole that is going to be written. */
export interface GrantedRole {
  readonly name: string;
  /** Absent for a ClusterRole. */
  readonly namespace?: string;
  /** What whoever writes it has to hold, unless they may `escalate`. */
  readonly rights: readonly AccessQuestion[];
}

function rightsIn({ apiGroups = [], resources: names = [], resourceNames, verbs }: PolicyRule, namespace: string | undefined): AccessQuestion[] {
  const objects = resourceNames !== undefined && resourceNames.length > 0 ? resourceNames : [undefined];
  return apiGroups.flatMap((group) =>
    names.flatMap((path) => {
      const [resource = '', subresource] = path.split('/');
      return verbs.flatMap((verb) => objects.map((name): AccessQuestion => ({ verb, group, resource, ...(subresource !== undefined && { subresource }), ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }) })));
    }),
  );
}

/** The roles among the objects: nobody hands out rights that they do not hold (RBAC's escalation check). */
export function grantedRoles(objects: readonly UnknownObject[]): GrantedRole[] {
  const kinds: readonly string[] = [resources.roles.kind, resources.clusterRoles.kind];
  return objects
    .filter(({ kind }) => kinds.includes(kind))
    .map((object) => {
      const { name, namespace } = object.metadata;
      return { name, ...(namespace !== undefined && { namespace }), rights: (object as unknown as Role).rules.flatMap((rule) => rightsIn(rule, namespace)) };
    });
}

/** Text that is the same for questions that are the same. */
export function questionKey({ verb, group, resource, subresource, namespace, name }: AccessQuestion): string {
  return JSON.stringify([namespace ?? '', group, resource, subresource ?? '', name ?? '', verb]);
}

export function uniqueQuestions(questions: readonly AccessQuestion[]): AccessQuestion[] {
  return [...new Map(questions.map((question) => [questionKey(question), question])).values()];
}

/** Whether holding one right is holding the other as well. */
function covers(right: AccessQuestion, other: AccessQuestion): boolean {
  const isSame = right.verb === other.verb && right.group === other.group && right.resource === other.resource && right.subresource === other.subresource;
  const isWider = (wide: string | undefined, narrow: string | undefined): boolean => wide === undefined || wide === narrow;
  return isSame && isWider(right.namespace, other.namespace) && isWider(right.name, other.name);
}

/** The questions without those that others answer as well: who may read all Secrets may read this one. */
export function withoutCovered(questions: readonly AccessQuestion[]): AccessQuestion[] {
  const all = uniqueQuestions(questions);
  return all.filter((question) => !all.some((other) => other !== question && covers(other, question)));
}
